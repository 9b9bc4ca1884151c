/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The window: the parts between what the consumer has had and what has been asked for, in order, each
 * with a slot of its own and, until it is complete, a lane. Parts are made in order and a part is
 * never made without a slot, so the lowest missing byte always has both and nothing can deadlock. */

#include "rf-lane-private.h"

guint64
rf_window_get_end_locked (RfFetcher *self)
{
  return MIN (self->locked.stop, self->locked.resource.size);
}

gboolean
rf_window_is_head_locked (RfFetcher *self, const RfPart *part)
{
  return g_queue_peek_head (&self->locked.parts) == (gconstpointer)part;
}

/* What is missing from one place of a part on, behind another gap or, with NULL, as its first one. */
static RfGap *
insert_gap (RfPart *part, RfGap *before, RfRange range)
{
  RfGap *gap = g_new0 (RfGap, 1);
  GList *sibling = before != NULL ? g_queue_find (&part->gaps, before) : NULL;

  gap->range = range;
  gap->part = part;
  g_queue_insert_after (&part->gaps, sibling, gap);
  return gap;
}

void
rf_window_forget_gap_locked (RfGap *gap)
{
  if (gap == NULL)
    return;
  /* What does not come need not be waited for. */
  rf_throttle_give_back (&gap->lane->fetcher->locked.throttle, rf_range_length (gap->range));
  gap->lane->gap = NULL;
  g_queue_remove (&gap->part->gaps, gap);
  g_free (gap);
}

/* Ends the requests for what is missing of a part from an offset on. */
static void
cancel_gaps_locked (RfPart *part, guint64 from)
{
  RfGap *gap;

  while ((gap = g_queue_peek_tail (&part->gaps)) != NULL && gap->range.start >= from)
    {
      RfLane *lane = gap->lane;

      rf_window_forget_gap_locked (gap);
      rf_lane_cancel_locked (lane);
    }
  if (gap == NULL || gap->range.end <= from)
    return;
  rf_throttle_give_back (&gap->lane->fetcher->locked.throttle, gap->range.end - from);
  gap->range.end = from;
}

static void
abandon_part_locked (RfFetcher *self, GList *link)
{
  RfPart *part = link->data;

  cancel_gaps_locked (part, part->range.start);
  rf_ring_buffer_abandon (self->ring, part->slot);
  g_free (part);
  g_queue_delete_link (&self->locked.parts, link);
}

static void
abandon_from_locked (RfFetcher *self, GList *link)
{
  while (link != NULL)
    {
      GList *next = link->next;

      abandon_part_locked (self, link);
      link = next;
    }
}

void
rf_window_clear_locked (RfFetcher *self)
{
  for (guint i = 0; i < self->locked.lanes->len; i++)
    rf_lane_cancel_locked (self->locked.lanes->pdata[i]);
  abandon_from_locked (self, self->locked.parts.head);
}

/* Another part has become the one that the consumer waits for. */
static void
hurry_head_locked (RfFetcher *self)
{
  RfPart *part = g_queue_peek_head (&self->locked.parts);

  if (part == NULL)
    return;
  for (GList *link = part->gaps.head; link != NULL; link = link->next)
    rf_lane_hurry_locked (((RfGap *)link->data)->lane);
}

void
rf_window_pop_locked (RfFetcher *self)
{
  RfPart *part = g_queue_peek_head (&self->locked.parts);

  if (part == NULL || part->delivered < rf_range_length (part->range))
    return;
  g_queue_pop_head (&self->locked.parts);
  g_free (part);
  if (self->locked.read_ahead < RF_READ_AHEAD_ALL)
    {
      self->locked.read_ahead *= 2;
      rf_fill_locked (self);
    }
  hurry_head_locked (self);
}

/* The window ends here: parts behind are forgotten, and a part across the end becomes shorter, though
 * not than what has arrived of it. */
static void
cut_locked (RfFetcher *self, guint64 end)
{
  GList *link = self->locked.parts.head;
  RfPart *part;

  while (link != NULL && ((RfPart *)link->data)->range.end <= end)
    link = link->next;
  if (link == NULL)
    return;

  part = link->data;
  end = MAX (end, part->range.start + part->filled);
  if (end == part->range.start)
    {
      abandon_from_locked (self, link);
    }
  else
    {
      abandon_from_locked (self, link->next);
      cancel_gaps_locked (part, end);
      part->range.end = end;
      rf_ring_buffer_truncate (self->ring, part->slot, (gsize)rf_range_length (part->range));
    }
  self->locked.next = end;
  rf_window_pop_locked (self);
}

/* Whoever frees a slot looks afterwards whether it is wanted, so it is wanted before it is looked for a
 * last time. */
static int
reserve_slot (RfFetcher *self, gsize length)
{
  int slot = rf_ring_buffer_reserve (self->ring, length);

  if (slot < 0)
    {
      g_atomic_int_set (&self->wants_slot, TRUE);
      slot = rf_ring_buffer_reserve (self->ring, length);
    }
  if (slot >= 0)
    g_atomic_int_set (&self->wants_slot, FALSE);
  return slot;
}

RfGap *
rf_window_push_part_locked (RfFetcher *self, RfRange range)
{
  int slot = reserve_slot (self, (gsize)rf_range_length (range));
  RfPart *part;

  if (slot < 0)
    return NULL;
  rf_throttle_take (&self->locked.throttle, rf_range_length (range), g_get_monotonic_time ());
  part = g_new0 (RfPart, 1);
  part->range = range;
  part->slot = (guint)slot;
  g_queue_push_tail (&self->locked.parts, part);
  self->locked.next = range.end;
  self->locked.num_started++;
  return insert_gap (part, NULL, range);
}

void
rf_window_learn_locked (RfFetcher *self,
                        RfLane *lane,
                        const RfResponseHead *head,
                        RfAnswer answer,
                        const RfContentRange *content)
{
  RfResource *resource = &self->locked.resource;

  rf_resource_learn (resource, head, content->total, answer != RF_ANSWER_WHOLE);
  self->locked.state = resource->ranges ? RF_FETCHER_PARALLEL : RF_FETCHER_SEQUENTIAL;

  /* Its request goes on to its end, though nothing comes of it. */
  if (resource->size <= lane->gap->range.start)
    rf_window_forget_gap_locked (lane->gap);
  cut_locked (self, resource->size);
  g_cond_broadcast (&self->locked.cond);
  rf_fill_locked (self);
}

void
rf_window_split_locked (RfGap *gap, guint64 at, RfLane *lane)
{
  RfRange rest = { at, gap->range.end };

  if (at == gap->range.start)
    {
      RfLane *former = gap->lane;

      former->gap = NULL;
      rf_lane_cancel_locked (former);
      rf_lane_assign_locked (lane, gap);
      return;
    }
  gap->range.end = at;
  rf_lane_assign_locked (lane, insert_gap (gap->part, gap, rest));
}

/* Whether the consumer waits for what this part has now. */
static gboolean
is_waited_for_locked (RfFetcher *self, const RfPart *part)
{
  if (self->locked.waiter == RF_WAITER_NONE || !rf_window_is_head_locked (self, part))
    return FALSE;
  return self->locked.waiter == RF_WAITER_ANY || part->filled == rf_range_length (part->range);
}

gboolean
rf_window_commit_locked (RfFetcher *self, RfGap *gap, gsize length)
{
  RfPart *part = gap->part;
  const RfGap *first;
  gsize filled;

  gap->range.start += length;
  if (gap->range.start == gap->range.end)
    rf_window_forget_gap_locked (gap);
  first = g_queue_peek_head (&part->gaps);
  filled = (gsize)((first != NULL ? first->range.start : part->range.end) - part->range.start);
  if (filled == part->filled)
    return FALSE;
  rf_ring_buffer_commit (self->ring, part->slot, filled - part->filled);
  part->filled = filled;
  return is_waited_for_locked (self, part);
}

void
rf_window_finish_locked (RfFetcher *self, guint64 end)
{
  self->locked.state = RF_FETCHER_ENDED;
  if (self->locked.resource.size == RF_SIZE_UNKNOWN && end < self->locked.stop)
    self->locked.resource.size = end;
  cut_locked (self, end);
  g_cond_broadcast (&self->locked.cond);
}

void
rf_window_fail_locked (RfFetcher *self, guint64 at, GError *error, guint status)
{
  /* First, for nothing more is to begin when the window ends. */
  self->locked.state = RF_FETCHER_ENDED;
  /* What lies before it is still wanted, and may be what another lane fails at. */
  cut_locked (self, MAX (at, self->locked.position));
  g_clear_error (&self->locked.error);
  self->locked.error = error;
  self->locked.error_at = self->locked.next;
  self->locked.error_status = status;
  g_cond_broadcast (&self->locked.cond);
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
  hurry_head_locked (self);
  return TRUE;
}
