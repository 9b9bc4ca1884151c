/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked for next: as many parts as there are workers, slots and bandwidth for. Whatever may make
 * room for one more (a request that ends, or is about to; a slot that becomes free; a moment that has
 * passed) comes here. */

#include "rf-lane-private.h"

#include "rf-plan-private.h"

/* What became of the wish for another part. */
typedef enum
{
  BEGINNING_DONE,
  BEGINNING_NOTHING_LEFT, /* or no lane for it */
  BEGINNING_NO_SLOT,
  BEGINNING_TOO_EARLY, /* for max-bandwidth */
} Beginning;

/* Where parts end. The first request has to ask for something, be it wanted or not. */
static guint64
get_plan_end_locked (RfFetcher *self)
{
  guint64 end = rf_window_get_end_locked (self);

  return self->locked.resource.known ? end : MAX (end, self->locked.next + 1);
}

gsize
rf_fill_get_part_size_locked (RfFetcher *self)
{
  gsize size = rf_ring_buffer_get_slot_size (self->ring);

  if (rf_options_get_slot_size (self->options) == 0)
    size = MIN (size, self->locked.tuner.part_size);
  return rf_throttle_limit_part (&self->locked.throttle, size, rf_workers_get_number_locked (self));
}

/* A ring that is chosen without being asked for is used no further than the workers need it, so that a consumer
 * who stands still does not have all of it filled. */
static gboolean
has_enough_locked (RfFetcher *self)
{
  return rf_options_get_num_slots (self->options) == 0
         && self->locked.parts.length
                >= rf_options_choose_num_slots (rf_workers_get_number_locked (self));
}

static gboolean
is_too_early_locked (RfFetcher *self)
{
  return self->locked.throttle.rate > 0
         && rf_throttle_get_wait (&self->locked.throttle, g_get_monotonic_time ()) > 0;
}

static Beginning
begin_part_locked (RfFetcher *self)
{
  RfPlan plan = {
    .next = self->locked.next,
    .end = get_plan_end_locked (self),
    .num_started = self->locked.num_started,
    .first_part = self->locked.first_part,
    .num_workers = rf_workers_get_number_locked (self),
    .slot_size = rf_fill_get_part_size_locked (self),
  };
  RfLane *lane = rf_workers_find_idle_locked (self);
  RfGap *gap;
  RfRange range;

  if (lane == NULL || !rf_plan_next_part (&plan, &range))
    return BEGINNING_NOTHING_LEFT;
  if (is_too_early_locked (self))
    return BEGINNING_TOO_EARLY;
  gap = has_enough_locked (self) ? NULL : rf_window_push_part_locked (self, range);
  if (gap == NULL)
    return BEGINNING_NO_SLOT;
  rf_lane_assign_locked (lane, gap);
  return BEGINNING_DONE;
}

static Beginning
begin_parts_locked (RfFetcher *self)
{
  Beginning beginning = BEGINNING_NOTHING_LEFT;

  while (rf_workers_may_begin_locked (self)
         && self->locked.parts.length < rf_workers_get_max_parts_locked (self))
    {
      beginning = begin_part_locked (self);
      if (beginning != BEGINNING_DONE)
        break;
    }
  return beginning;
}

/* Has the moment waited for at which another part may begin. */
static void
hold_locked (RfFetcher *self)
{
  if (self->locked.is_held)
    return;
  self->locked.is_held = TRUE;
  rf_fetcher_post_fill (self);
}

void
rf_fill_locked (RfFetcher *self)
{
  Beginning beginning = BEGINNING_NOTHING_LEFT;

  switch (self->locked.state)
    {
    case RF_FETCHER_PROBING:
      if (g_queue_is_empty (&self->locked.parts))
        beginning = begin_part_locked (self);
      break;
    case RF_FETCHER_PARALLEL:
      if (!self->locked.wanted)
        break;
      beginning = begin_parts_locked (self);
      if (beginning == BEGINNING_NOTHING_LEFT || beginning == BEGINNING_NO_SLOT)
        rf_workers_ask_for_share_locked (self);
      break;
    case RF_FETCHER_SEQUENTIAL:
      for (guint i = 0; i < self->locked.lanes->len; i++)
        rf_lane_resume_locked (self->locked.lanes->pdata[i]);
      break;
    case RF_FETCHER_IDLE:
    case RF_FETCHER_ENDED:
    case RF_FETCHER_CLOSED:
      break;
    }
  self->locked.lacks_slot = beginning == BEGINNING_NO_SLOT;
  if (beginning == BEGINNING_TOO_EARLY)
    hold_locked (self);
  rf_workers_note_limit_locked (self);
}

gboolean
rf_fill_extend_locked (RfFetcher *self, RfLane *lane, gboolean *ended)
{
  guint64 start = self->locked.next;
  guint64 end = rf_window_get_end_locked (self);
  RfGap *gap;

  *ended = start >= end;
  if (*ended)
    return FALSE;
  if (is_too_early_locked (self))
    {
      hold_locked (self);
      return FALSE;
    }
  gap = rf_window_push_part_locked (
      self, (RfRange){ start, start + MIN (end - start, rf_fill_get_part_size_locked (self)) });
  if (gap == NULL)
    return FALSE;
  gap->lane = lane;
  lane->gap = gap;
  return TRUE;
}
