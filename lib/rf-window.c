/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The window: the parts between what the consumer has had and what has been asked for, in order, each
 * with a slot of its own and, until it is complete, a lane. Parts are made in order and a part is
 * never made without a slot, so the lowest missing byte always has both and nothing can deadlock. */

#include "rf-lane-private.h"

#include "rf-plan-private.h"

static void
free_part (RfPart *part)
{
  g_clear_error (&part->error);
  g_free (part);
}

guint64
rf_window_get_end_locked (RfFetcher *self)
{
  return MIN (self->locked.stop, self->locked.resource.size);
}

/* Makes a part of the window, if a slot is free for it. */
static RfPart *
push_part_locked (RfFetcher *self, RfRange range)
{
  int slot = rf_ring_buffer_reserve (self->ring, (gsize)rf_range_length (range));
  RfPart *part;

  if (slot < 0)
    return NULL;
  part = g_new0 (RfPart, 1);
  part->range = range;
  part->slot = (guint)slot;
  g_queue_push_tail (&self->locked.parts, part);
  self->locked.next = range.end;
  self->locked.num_started++;
  return part;
}

/* A part turns out to be shorter. */
static void
clip_part_locked (RfFetcher *self, RfPart *part, guint64 end)
{
  if (end >= part->range.end)
    return;
  part->range.end = end;
  rf_ring_buffer_truncate (self->ring, part->slot, (gsize)rf_range_length (part->range));
  self->locked.next = end;
}

static RfLane *
find_idle_lane_locked (RfFetcher *self)
{
  /* The first ones first: their connections are the warmest. */
  for (guint i = 0; i < self->num_lanes; i++)
    if (self->lanes[i].state == RF_LANE_IDLE)
      return &self->lanes[i];
  return NULL;
}

/* Starts one more part. FALSE: no lane or no slot is free, or no part is left. */
static gboolean
start_part_locked (RfFetcher *self)
{
  RfPlan plan = {
    .next = self->locked.next,
    .end = rf_window_get_end_locked (self),
    .num_started = self->locked.num_started,
    .num_workers = self->num_lanes,
    .slot_size = rf_ring_buffer_get_slot_size (self->ring),
  };
  RfLane *lane = find_idle_lane_locked (self);
  RfPart *part;
  RfRange range;

  if (lane == NULL || !rf_plan_next_part (&plan, &range))
    return FALSE;
  part = push_part_locked (self, range);
  if (part == NULL)
    return FALSE;
  rf_lane_assign_locked (lane, part);
  return TRUE;
}

void
rf_window_fill_locked (RfFetcher *self)
{
  switch (self->locked.state)
    {
    case RF_FETCHER_PROBING:
      if (g_queue_is_empty (&self->locked.parts))
        start_part_locked (self);
      break;
    case RF_FETCHER_PARALLEL:
      while (start_part_locked (self))
        ;
      break;
    case RF_FETCHER_SEQUENTIAL:
      for (guint i = 0; i < self->num_lanes; i++)
        rf_lane_resume_locked (&self->lanes[i]);
      break;
    case RF_FETCHER_IDLE:
    case RF_FETCHER_ENDED:
    case RF_FETCHER_CLOSED:
      break;
    }
}

void
rf_window_wake_locked (RfFetcher *self, const RfPart *part)
{
  if (self->locked.waiter == RF_WAITER_NONE
      || g_queue_peek_head (&self->locked.parts) != (gpointer)part)
    return;
  if (self->locked.waiter == RF_WAITER_ANY || part->filled == rf_range_length (part->range))
    g_cond_broadcast (&self->locked.cond);
}

void
rf_window_learn_locked (RfFetcher *self,
                        RfLane *lane,
                        const RfResponseHead *head,
                        RfAnswer answer,
                        const RfContentRange *content)
{
  RfResource *resource = &self->locked.resource;
  RfPart *part = lane->part;

  resource->known = TRUE;
  resource->ranges = answer != RF_ANSWER_WHOLE;
  resource->size = content->total;
  resource->etag = g_strdup (rf_response_get_strong_etag (head));
  resource->uri = g_strdup (head->effective_uri);
  self->locked.state = resource->ranges ? RF_FETCHER_PARALLEL : RF_FETCHER_SEQUENTIAL;

  if (resource->size > part->range.start)
    {
      clip_part_locked (self, part, resource->size);
    }
  else
    {
      lane->part = NULL;
      part->lane = NULL;
      rf_window_abandon_locked (self, self->locked.parts.head);
    }
  g_cond_broadcast (&self->locked.cond);
  rf_window_fill_locked (self);
}

RfPart *
rf_window_extend_locked (RfFetcher *self, gboolean *ended)
{
  guint64 start = self->locked.next;
  guint64 end = rf_window_get_end_locked (self);
  gsize slot_size = rf_ring_buffer_get_slot_size (self->ring);

  *ended = start >= end;
  if (*ended)
    return NULL;
  return push_part_locked (self, (RfRange){ start, start + MIN (end - start, slot_size) });
}

void
rf_window_finish_locked (RfFetcher *self, RfPart *part)
{
  if (part != NULL)
    {
      guint64 end = part->range.start + part->filled;

      part->lane = NULL;
      if (part->filled > 0)
        clip_part_locked (self, part, end);
      else
        rf_window_abandon_locked (self, g_queue_peek_tail_link (&self->locked.parts));
      if (self->locked.resource.size == RF_SIZE_UNKNOWN && end < self->locked.stop)
        self->locked.resource.size = end;
    }
  else if (self->locked.resource.size == RF_SIZE_UNKNOWN && self->locked.next < self->locked.stop)
    {
      /* The body ended where a slot did, and all of it has been delivered. */
      self->locked.resource.size = self->locked.next;
    }
  g_cond_broadcast (&self->locked.cond);
}

void
rf_window_fail_locked (RfFetcher *self, RfPart *part, GError *error, guint status)
{
  GList *link = g_queue_find (&self->locked.parts, part);

  part->error = error;
  self->locked.error_status = status;
  self->locked.state = RF_FETCHER_ENDED;
  /* What lies before it is still wanted, what lies behind it is not. */
  rf_window_abandon_locked (self, link->next);
  g_cond_broadcast (&self->locked.cond);
}

static void
abandon_part_locked (RfFetcher *self, GList *link)
{
  RfPart *part = link->data;

  if (part->lane != NULL)
    rf_lane_cancel_locked (part->lane);
  rf_ring_buffer_abandon (self->ring, part->slot);
  free_part (part);
  g_queue_delete_link (&self->locked.parts, link);
}

void
rf_window_abandon_locked (RfFetcher *self, GList *from)
{
  while (from != NULL)
    {
      GList *next = from->next;

      abandon_part_locked (self, from);
      from = next;
    }
}

gboolean
rf_window_skip_locked (RfFetcher *self, guint64 start)
{
  GQueue *parts = &self->locked.parts;
  GList *link = parts->head;
  RfPart *part;
  gsize passed;

  if (start < self->locked.position)
    return FALSE;
  while (link != NULL && start >= ((RfPart *)link->data)->range.end)
    link = link->next;
  part = link != NULL ? link->data : NULL;
  if (part == NULL || start - part->range.start >= part->filled)
    return FALSE;

  while (parts->head != link)
    abandon_part_locked (self, parts->head);
  passed = (gsize)(start - part->range.start) - part->delivered;
  part->delivered += passed;
  rf_ring_buffer_skip (self->ring, part->slot, passed);
  self->locked.position = start;
  return TRUE;
}

void
rf_window_pop_locked (RfFetcher *self)
{
  RfPart *part = g_queue_pop_head (&self->locked.parts);

  /* Its lane may not have noticed yet that the part is complete. */
  if (part->lane != NULL)
    part->lane->part = NULL;
  free_part (part);
}
