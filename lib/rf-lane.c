/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A lane turns one part into requests, one after another until the part is complete: it begins one, gives
 * it up when nothing comes, and when it breaks off asks for the rest. It runs on its reactor; others
 * change its state under the fetcher's lock and post its one task, which then does what the state
 * says. So nothing is lost if states change faster than the reactor looks. */

#include "rf-lane-private.h"

/* How long a message may take to end when nothing of it is wanted any more: its end is on its way with its
 * last bytes, or it does not come. Then the connection is not worth the wait. */
#define END_TIMEOUT (100 * G_TIME_SPAN_MILLISECOND)

/* libcurl's own limit to connect only shares it out among the addresses of a host: ours comes first. */
#define CONNECT_MARGIN 8

void
rf_lane_post_locked (RfLane *self)
{
  if (self->posted)
    return;
  self->posted = TRUE;
  rf_fetcher_ref (self->fetcher);
  rf_reactor_post (self->thread->reactor, &self->task);
}

void
rf_lane_set_state_locked (RfLane *self, RfLaneState state)
{
  RfRoute *route = &self->fetcher->locked.route;

  if (self->state == RF_LANE_IDLE && state != RF_LANE_IDLE)
    rf_fetcher_ref (self->fetcher);
  self->state = state;
  if ((state == RF_LANE_IDLE || state == RF_LANE_CANCELLING || state == RF_LANE_PARKED)
      && rf_route_leave (route, self))
    rf_lane_begin_all_locked (self->fetcher, RF_LANE_HELD);
}

static void
begin_locked (RfLane *self)
{
  rf_lane_set_state_locked (self, RF_LANE_STARTING);
  rf_lane_post_locked (self);
}

void
rf_lane_begin_all_locked (RfFetcher *fetcher, RfLaneState state)
{
  for (guint i = 0; i < fetcher->locked.lanes->len; i++)
    {
      RfLane *lane = fetcher->locked.lanes->pdata[i];

      if (lane->state == state)
        begin_locked (lane);
      else if (lane->state == RF_LANE_QUEUED && state == RF_LANE_HELD)
        rf_lane_post_locked (lane);
    }
}

void
rf_lane_take_slot (RfLane *self, const RfGap *gap)
{
  const RfPart *part = gap->part;

  self->slot = (int)part->slot;
  self->range = gap->range;
  self->dest = rf_ring_buffer_get_slot_data (self->fetcher->ring, part->slot)
               + (gap->range.start - part->range.start);
  rf_ring_buffer_begin_write (self->fetcher->ring, part->slot);
}

void
rf_lane_warm_slot_locked (RfLane *self)
{
  const RfGap *gap = self->gap;

  if (gap == NULL || gap->range.start != gap->part->range.start
      || gap->range.end != gap->part->range.end)
    return;
  gap->part->slot = rf_ring_buffer_exchange (self->fetcher->ring, gap->part->slot);
  self->slot = (int)gap->part->slot;
  self->dest = rf_ring_buffer_get_slot_data (self->fetcher->ring, gap->part->slot);
}

void
rf_lane_leave_slot (RfLane *self)
{
  if (self->slot >= 0)
    rf_ring_buffer_end_write (self->fetcher->ring, (guint)self->slot);
  self->slot = -1;
}

void
rf_lane_expect_end (RfLane *self)
{
  gboolean is_cut = self->range.end < self->message_end;

  self->is_ending = TRUE;
  rf_reactor_start_timer (self->thread->reactor, &self->timer,
                          g_get_monotonic_time () + (is_cut ? 0 : END_TIMEOUT));
}

static void
set_retry_locked (RfLane *self, gboolean is_urgent)
{
  gint64 wait = rf_session_take_retry (self->fetcher->session, is_urgent);

  self->is_urgent = is_urgent;
  self->retry_at = MAX (self->resume_at, g_get_monotonic_time () + wait);
}

void
rf_lane_wait_locked (RfLane *self, gint64 delay, gboolean is_urgent)
{
  self->resume_at = g_get_monotonic_time () + delay;
  set_retry_locked (self, is_urgent);
  rf_lane_set_state_locked (self, RF_LANE_WAITING);
  rf_reactor_start_timer (self->thread->reactor, &self->timer, self->retry_at);
}

static void
prepare_request_locked (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;
  const char *if_match = rf_resource_get_if_match (&fetcher->locked.resource);
  RfRoute *route = &fetcher->locked.route;
  gint64 allowance = rf_lane_get_allowance_locked (self);

  g_clear_pointer (&self->location, rf_location_unref);
  self->location = rf_location_ref (route->current);
  self->route_number = route->number;
  if (g_strcmp0 (if_match, self->if_match) != 0)
    {
      g_free (self->if_match);
      self->if_match = g_strdup (if_match);
    }
  rf_lane_take_slot (self, self->gap);
  self->received = FALSE;
  self->answered = 0;
  self->is_slow = self->is_near_end = self->is_to_share = FALSE;
  self->message_end = 0;
  self->doubled = 0;
  self->is_ending = FALSE;
  self->end = RF_END_OPEN;
  self->error_status = 0;
  self->retry_after = 0;
  self->longest_gap = 0;
  self->began = self->heard = g_get_monotonic_time ();
  self->request.location = self->location;
  self->request.options = fetcher->options;
  self->request.is_trusted = rf_location_trusts (fetcher->location, self->location);
  /* What the end of the way wants. Who is asked on the way may want another proof, and may see this one. */
  self->request.auth = route->state == RF_ROUTE_KNOWN ? fetcher->locked.auth : RF_AUTH_NONE;
  self->request.if_match = self->if_match;
  self->request.range = self->range;
  self->request.ranged
      = !fetcher->locked.without_range && fetcher->locked.state != RF_FETCHER_SEQUENTIAL;
  /* Those that are kept may all be as bad as the one that was given up. */
  self->request.is_fresh = self->gap->wants_fresh;
  self->gap->wants_fresh = FALSE;
  self->request.connect_timeout = allowance + allowance / CONNECT_MARGIN;
  fetcher->locked.stats.requests++;
  rf_lane_expect_more_locked (self);
}

void
rf_lane_leave_turn (RfLane *self)
{
  self->has_turn = FALSE;
  if (!rf_session_leave (self->fetcher->session, &self->turn))
    return;
  /* Nobody will call. */
  self->awaits_turn = FALSE;
  rf_fetcher_unref (self->fetcher);
}

/* Ends what the lane does, on its reactor. */
static void
cancel (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;
  RfTransport *transport = self->thread->transport;

  rf_reactor_stop_timer (self->thread->reactor, &self->timer);
  if (self->request.transfer != NULL)
    {
      transport->cancel (transport, &self->request, FALSE);
      return;
    }
  rf_lane_leave_turn (self);
  /* The call is on its way, and must not be taken for that of the next turn. */
  if (self->awaits_turn)
    return;
  g_mutex_lock (&fetcher->locked.lock);
  rf_lane_set_state_locked (self, RF_LANE_IDLE);
  rf_fill_locked (fetcher);
  g_mutex_unlock (&fetcher->locked.lock);
  rf_fetcher_unref (fetcher);
}

/* Whether the request may begin: somebody else may have to find the way, or have the turn at its end. */
static void
enter_locked (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;
  RfRoute *route = &fetcher->locked.route;
  gboolean knows_way = rf_route_enter (route, self);
  gboolean is_urgent;

  /* What it was to ask may be elsewhere by now; and who looks for it may need the turn. */
  if (self->has_turn && (!knows_way || self->route_number != route->number))
    rf_lane_leave_turn (self);
  if (!knows_way)
    {
      rf_lane_set_state_locked (self, RF_LANE_HELD);
      return;
    }
  if (self->has_turn)
    return;
  is_urgent = route->searcher == self || rf_window_is_head_locked (fetcher, self->gap->part);
  self->route_number = route->number;
  self->has_turn = rf_session_enter (fetcher->session, &self->turn,
                                     rf_location_get_server (route->current), is_urgent);
  if (self->has_turn)
    return;
  rf_fetcher_ref (fetcher);
  self->awaits_turn = TRUE;
  rf_lane_set_state_locked (self, RF_LANE_QUEUED);
}

/* What it waits to ask may be elsewhere by now. If its turn has come at the old place, the call is on its way. */
static void
leave_old_queue_locked (RfLane *self)
{
  if (self->route_number == self->fetcher->locked.route.number)
    return;
  rf_lane_leave_turn (self);
  if (!self->awaits_turn)
    rf_lane_set_state_locked (self, RF_LANE_STARTING);
}

/* Does what the state says. */
static void
act (RfLane *self)
{
  RfTransport *transport = self->thread->transport;
  RfFetcher *fetcher = self->fetcher;
  RfLaneState state;
  gboolean resume = FALSE;

  g_mutex_lock (&fetcher->locked.lock);
  if (self->state == RF_LANE_QUEUED)
    leave_old_queue_locked (self);
  if (self->state == RF_LANE_STARTING)
    enter_locked (self);
  state = self->state;
  if (state == RF_LANE_STARTING)
    {
      prepare_request_locked (self);
      rf_lane_set_state_locked (self, RF_LANE_RUNNING);
    }
  else if (state == RF_LANE_RUNNING)
    {
      resume = self->paused;
      self->paused = FALSE;
      if (self->is_to_share)
        rf_lane_share_locked (self);
      self->is_to_share = FALSE;
    }
  else if (state == RF_LANE_WAITING)
    {
      rf_reactor_start_timer (self->thread->reactor, &self->timer, self->retry_at);
    }
  g_mutex_unlock (&fetcher->locked.lock);

  switch (state)
    {
    case RF_LANE_STARTING:
      transport->start (transport, &self->request);
      break;
    case RF_LANE_RUNNING:
      if (resume)
        transport->resume (transport, &self->request);
      break;
    case RF_LANE_CANCELLING:
      cancel (self);
      break;
    case RF_LANE_HELD:
    case RF_LANE_QUEUED:
    case RF_LANE_WAITING:
    case RF_LANE_PARKED:
    case RF_LANE_IDLE:
      break;
    }
}

/* It has its turn, and may be cancelled by now. */
static void
on_turn (gpointer data)
{
  RfLane *self = data;
  RfFetcher *fetcher = self->fetcher;

  self->awaits_turn = FALSE;
  g_mutex_lock (&fetcher->locked.lock);
  if (self->state == RF_LANE_QUEUED)
    {
      self->has_turn = TRUE;
      /* That others were served is no fault of the server. */
      fetcher->locked.last_progress = g_get_monotonic_time ();
      g_cond_broadcast (&fetcher->locked.cond);
      rf_lane_set_state_locked (self, RF_LANE_STARTING);
    }
  g_mutex_unlock (&fetcher->locked.lock);

  act (self);
  rf_fetcher_unref (fetcher);
}

static void
on_task (gpointer data)
{
  RfLane *self = data;
  RfFetcher *fetcher = self->fetcher;

  g_mutex_lock (&fetcher->locked.lock);
  self->posted = FALSE;
  g_mutex_unlock (&fetcher->locked.lock);

  act (self);
  rf_fetcher_unref (fetcher);
}

/* The backoff is over, or it is time to look how the request gets on. */
static void
on_timer (gpointer data)
{
  RfLane *self = data;
  RfTransport *transport = self->thread->transport;
  gboolean running;

  g_mutex_lock (&self->fetcher->locked.lock);
  if (self->state == RF_LANE_WAITING)
    rf_lane_set_state_locked (self, RF_LANE_STARTING);
  running = self->state == RF_LANE_RUNNING;
  g_mutex_unlock (&self->fetcher->locked.lock);

  if (!running)
    act (self);
  else if (rf_lane_look (self))
    transport->cancel (transport, &self->request, TRUE);
}

RfLane *
rf_lane_new (RfFetcher *fetcher, const RfSessionThread *thread)
{
  RfLane *self = g_new0 (RfLane, 1);

  self->fetcher = fetcher;
  self->thread = thread;
  self->slot = -1;
  self->task.func = on_task;
  self->task.data = self;
  self->timer.func = on_timer;
  self->timer.data = self;
  self->request.funcs = &rf_lane_sink;
  self->request.sink = self;
  rf_turn_init (&self->turn, &fetcher->admission, thread->reactor, on_turn, self);
  return self;
}

void
rf_lane_free (RfLane *self)
{
  g_clear_pointer (&self->location, rf_location_unref);
  g_free (self->if_match);
  g_free (self);
}

void
rf_lane_assign_locked (RfLane *self, RfGap *gap)
{
  self->gap = gap;
  gap->lane = self;
  begin_locked (self);
}

void
rf_lane_cancel_locked (RfLane *self)
{
  self->gap = NULL;
  if (self->state == RF_LANE_WAITING)
    rf_session_return_retry (self->fetcher->session);
  switch (self->state)
    {
    case RF_LANE_IDLE:
    case RF_LANE_CANCELLING:
      return;
    case RF_LANE_STARTING:
    case RF_LANE_HELD:
    case RF_LANE_QUEUED:
    case RF_LANE_RUNNING:
    case RF_LANE_WAITING:
    case RF_LANE_PARKED:
      rf_lane_set_state_locked (self, RF_LANE_CANCELLING);
      rf_lane_post_locked (self);
      return;
    }
}

void
rf_lane_hurry_locked (RfLane *self)
{
  gint64 retry_at = self->retry_at;

  if (self->state == RF_LANE_PARKED)
    {
      /* It is counted anew by who waits for it. */
      self->gap->failures = 0;
      begin_locked (self);
    }
  if (self->state == RF_LANE_QUEUED)
    rf_session_hurry (self->fetcher->session, &self->turn);
  if (self->state != RF_LANE_WAITING || self->is_urgent)
    return;
  rf_session_return_retry (self->fetcher->session);
  set_retry_locked (self, TRUE);
  self->retry_at = MIN (self->retry_at, retry_at);
  rf_lane_post_locked (self);
}

void
rf_lane_resume_locked (RfLane *self)
{
  if (self->state == RF_LANE_RUNNING && self->paused)
    rf_lane_post_locked (self);
}
