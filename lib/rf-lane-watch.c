/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request that runs is watched by its lane: one that receives nothing for too long is given up, and one that
 * is much slower than others shares what is left with another lane. */

#include "rf-lane-private.h"

gint64
rf_lane_get_allowance_locked (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;

  return rf_pace_get_allowance (&fetcher->locked.pace, self->gap != NULL ? self->gap->stalls : 0,
                                rf_options_get_timeout (fetcher->options) * G_TIME_SPAN_SECOND);
}

void
rf_lane_expect_more_locked (RfLane *self)
{
  rf_reactor_start_timer (self->thread->reactor, &self->timer,
                          self->heard + rf_lane_get_allowance_locked (self));
}

static void
mark_locked (RfLane *self, gint64 now)
{
  self->marked = self->range.start;
  self->marked_at = now;
}

/* When to look next: whether it still comes, or whether it comes fast enough. With the same `usual` as it was
 * judged by, that is later than now. */
static void
start_timer_locked (RfLane *self, const RfUsual *usual)
{
  gint64 at = MIN (self->heard + rf_lane_get_allowance_locked (self),
                   self->marked_at + rf_flow_get_watch_time (usual));

  rf_reactor_start_timer (self->thread->reactor, &self->timer, at);
}

void
rf_lane_expect_body_locked (RfLane *self)
{
  RfUsual usual = rf_pace_get_usual (&self->fetcher->locked.pace);

  self->answered = self->heard;
  mark_locked (self, self->heard);
  start_timer_locked (self, &usual);
}

RfFlow
rf_lane_get_flow_locked (RfLane *self, gint64 now)
{
  RfFlow flow = { 0 };

  if (self->gap == NULL)
    return flow;
  flow.left = rf_range_length (self->gap->range);
  if (self->answered == 0)
    return flow;
  flow.brought = self->gap->range.start - self->marked;
  flow.flowing = MAX (now - self->marked_at, 1);
  return flow;
}

/* Without ranges nothing can be split, nor resumed, so that it is not given up. */
static gboolean
is_sequential_locked (RfLane *self)
{
  return self->fetcher->locked.state == RF_FETCHER_SEQUENTIAL;
}

void
rf_lane_note_progress_locked (RfLane *self, gint64 now)
{
  RfFetcher *fetcher = self->fetcher;
  RfUsual usual;
  RfFlow flow;

  if (self->is_near_end || self->gap == NULL || is_sequential_locked (self))
    return;
  usual = rf_pace_get_usual (&fetcher->locked.pace);
  flow = rf_lane_get_flow_locked (self, now);
  self->is_near_end = rf_flow_get_time_left (&flow, &usual) <= usual.first_byte;
  if (self->is_near_end)
    rf_fill_locked (fetcher);
}

static void
split_locked (RfLane *self, const RfFlow *flow, const RfUsual *usual)
{
  RfFetcher *fetcher = self->fetcher;
  guint64 share = rf_flow_get_share (flow, usual);
  RfLane *helper;

  /* Who takes over all comes in the place of the other one, and is no request more. */
  if (share == flow->left || (share > 0 && !rf_workers_may_begin_locked (fetcher)))
    return;
  helper = rf_workers_find_idle_locked (fetcher);
  if (helper == NULL || !rf_workers_may_split_locked (self, flow, usual))
    return;
  self->range.end = self->range.start + share;
  fetcher->locked.stats.splits++;
  rf_window_split_locked (self->gap, self->range.end, helper);
}

void
rf_lane_share_locked (RfLane *self)
{
  gint64 now = g_get_monotonic_time ();
  RfUsual usual = rf_workers_get_usual_locked (self->fetcher, NULL, now);
  RfFlow flow = rf_lane_get_flow_locked (self, now);

  if (flow.left > 0 && flow.flowing > 0)
    split_locked (self, &flow, &usual);
}

/* Looks whether the body comes as fast as others do, and when to look again. */
static void
judge_rate_locked (RfLane *self, gint64 now)
{
  RfUsual usual = rf_workers_get_usual_locked (self->fetcher, self, now);
  RfFlow flow = rf_lane_get_flow_locked (self, now);

  if (flow.flowing >= rf_flow_get_watch_time (&usual))
    {
      self->is_slow = rf_flow_is_slow (&flow, &usual);
      if (self->is_slow)
        split_locked (self, &flow, &usual);
      mark_locked (self, now);
    }
  if (self->state == RF_LANE_RUNNING)
    start_timer_locked (self, &usual);
}

gboolean
rf_lane_look (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;
  gint64 now = g_get_monotonic_time ();
  gboolean is_over = self->is_ending;

  if (is_over)
    return TRUE;
  g_mutex_lock (&fetcher->locked.lock);
  if (self->state == RF_LANE_RUNNING && !is_sequential_locked (self))
    {
      is_over = now >= self->heard + rf_lane_get_allowance_locked (self);
      if (!is_over && self->answered != 0)
        judge_rate_locked (self, now);
      else if (!is_over)
        rf_lane_expect_more_locked (self);
    }
  g_mutex_unlock (&fetcher->locked.lock);
  if (is_over)
    self->end = RF_END_STALLED;
  return is_over;
}
