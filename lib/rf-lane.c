/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A lane turns one part into requests, one after another until the part is complete: it begins, writes
 * what arrives, and when a request breaks off it asks for the rest. It runs on its reactor; others
 * change its state under the fetcher's lock and post its one task, which then does what the state
 * says. So nothing is lost if states change faster than the reactor looks. */

#include "rf-lane-private.h"

#include "rf-backoff-private.h"
#include "rf-error.h"

/* How long a message may take to end when nothing of it is wanted any more: its end is on its way with its
 * last bytes, or it does not come. Then the connection is not worth the wait. */
#define END_TIMEOUT (100 * G_TIME_SPAN_MILLISECOND)

static void
post_locked (RfLane *self)
{
  if (self->posted)
    return;
  self->posted = TRUE;
  rf_fetcher_ref (self->fetcher);
  rf_reactor_post (self->thread->reactor, &self->task);
}

/* A lane that is not idle keeps the fetcher alive. Who makes it idle drops that reference, after the
 * lock. */
static void
set_lane_state (RfLane *self, RfLaneState state)
{
  if (self->state == RF_LANE_IDLE && state != RF_LANE_IDLE)
    rf_fetcher_ref (self->fetcher);
  self->state = state;
}

static void
expect_end (RfLane *self)
{
  rf_reactor_start_timer (self->thread->reactor, &self->timer,
                          g_get_monotonic_time () + END_TIMEOUT);
}

static RfBodyVerdict
lane_head (gpointer sink, const RfResponseHead *head)
{
  RfLane *self = sink;
  RfFetcher *fetcher = self->fetcher;
  RfBodyVerdict verdict = RF_BODY_ABORT;
  RfContentRange content;
  RfAnswer answer;

  g_mutex_lock (&fetcher->locked.lock);
  if (self->state == RF_LANE_CANCELLING)
    {
      g_mutex_unlock (&fetcher->locked.lock);
      return RF_BODY_ABORT;
    }
  fetcher->locked.last_progress = g_get_monotonic_time ();
  answer
      = rf_response_judge (head, &self->request, &fetcher->locked.resource, &content, &self->error);
  switch (answer)
    {
    case RF_ANSWER_PART:
    case RF_ANSWER_WHOLE:
      if (!fetcher->locked.resource.known)
        rf_window_learn_locked (fetcher, self, head, answer, &content);
      /* The part may turn out shorter, and the server may send less of it than was asked for. */
      self->range.end
          = self->part != NULL ? MIN (self->part->range.end, content.range.end) : self->range.start;
      verdict = RF_BODY_ACCEPT;
      break;
    case RF_ANSWER_NO_BYTES:
      rf_window_learn_locked (fetcher, self, head, answer, &content);
      verdict = RF_BODY_DRAIN;
      break;
    case RF_ANSWER_WITHOUT_RANGE:
      fetcher->locked.without_range = TRUE;
      verdict = RF_BODY_DRAIN;
      break;
    case RF_ANSWER_TRANSIENT:
      self->error_is_transient = TRUE;
      self->error_status = head->status;
      verdict = RF_BODY_DRAIN;
      break;
    case RF_ANSWER_PERMANENT:
      self->error_status = head->status;
      break;
    }
  g_mutex_unlock (&fetcher->locked.lock);
  if (verdict == RF_BODY_DRAIN)
    expect_end (self);
  return verdict;
}

static void
take_slot (RfLane *self, const RfPart *part)
{
  self->slot = (int)part->slot;
  self->range = (RfRange){ part->range.start + part->filled, part->range.end };
  self->dest = rf_ring_buffer_get_slot_data (self->fetcher->ring, part->slot) + part->filled;
  rf_ring_buffer_begin_write (self->fetcher->ring, part->slot);
}

static void
leave_slot (RfLane *self)
{
  if (self->slot >= 0)
    rf_ring_buffer_end_write (self->fetcher->ring, (guint)self->slot);
  self->slot = -1;
}

static void
leave_part_locked (RfLane *self)
{
  if (self->part != NULL)
    g_steal_pointer (&self->part)->lane = NULL;
}

/* The slot is full. A sequential stream goes on in the next one; anything else is too long. */
static gboolean
find_space (RfLane *self, gboolean *wait)
{
  RfFetcher *fetcher = self->fetcher;
  gboolean ended = FALSE;
  RfPart *part;

  g_mutex_lock (&fetcher->locked.lock);
  if (self->state == RF_LANE_CANCELLING)
    {
      g_mutex_unlock (&fetcher->locked.lock);
      return FALSE;
    }
  if (fetcher->locked.state != RF_FETCHER_SEQUENTIAL)
    {
      g_mutex_unlock (&fetcher->locked.lock);
      self->error = g_error_new_literal (RF_ERROR, RF_ERROR_PROTOCOL,
                                         "The server sent more bytes than it had announced");
      return FALSE;
    }
  /* The full slot is let go of first: it may be the only one, and the one that is to be filled. */
  leave_slot (self);
  leave_part_locked (self);
  part = rf_window_extend_locked (fetcher, &ended);
  if (part != NULL)
    {
      self->part = part;
      part->lane = self;
      take_slot (self, part);
    }
  else if (ended)
    {
      /* Here and not when the request has ended: a seek must not take it for a stream that goes on. */
      rf_window_finish_locked (fetcher, self->range.start);
    }
  else
    {
      self->paused = *wait = TRUE;
    }
  g_mutex_unlock (&fetcher->locked.lock);
  return part != NULL;
}

static guint8 *
lane_space (gpointer sink, gsize *length, gboolean *wait)
{
  RfLane *self = sink;

  *wait = FALSE;
  if (self->range.start == self->range.end && !find_space (self, wait))
    return NULL;
  *length = (gsize)rf_range_length (self->range);
  return self->dest;
}

static void
lane_commit (gpointer sink, gsize length)
{
  RfLane *self = sink;
  RfFetcher *fetcher = self->fetcher;
  gboolean complete = FALSE;

  self->range.start += length;
  self->dest += length;

  g_mutex_lock (&fetcher->locked.lock);
  if (self->state != RF_LANE_CANCELLING)
    {
      RfPart *part = self->part;

      self->received = TRUE;
      part->filled = rf_ring_buffer_commit (fetcher->ring, part->slot, length);
      fetcher->locked.stats.bytes += length;
      fetcher->locked.last_progress = g_get_monotonic_time ();
      complete = fetcher->locked.state != RF_FETCHER_SEQUENTIAL
                 && part->filled == rf_range_length (part->range);
      rf_window_wake_locked (fetcher, part);
    }
  g_mutex_unlock (&fetcher->locked.lock);
  if (complete)
    expect_end (self);
}

/* Why a request ended before its part was complete; NULL: it need not have, ask for the rest. */
static GError *
take_error (RfLane *self, RfResult *result, gboolean *transient)
{
  if (self->error != NULL)
    {
      *transient = self->error_is_transient;
      return g_steal_pointer (&self->error);
    }
  *transient = result->outcome == RF_OUTCOME_TRANSIENT;
  if (result->error != NULL)
    return g_steal_pointer (&result->error);
  if (self->received && self->fetcher->locked.state != RF_FETCHER_SEQUENTIAL)
    return NULL;
  return g_error_new_literal (RF_ERROR, RF_ERROR_PROTOCOL,
                              "The server sent fewer bytes than it had announced");
}

/* Whether another request may bring what this one did not. */
static gboolean
may_retry_locked (RfLane *self, const GError *error, gboolean transient)
{
  RfFetcher *fetcher = self->fetcher;

  if (!transient || self->part == NULL)
    return FALSE;
  /* A host that is not there when a stream begins is an error at once. */
  if (!fetcher->locked.resource.known
      && (g_error_matches (error, RF_ERROR, RF_ERROR_CONNECT)
          || g_error_matches (error, RF_ERROR, RF_ERROR_NOT_FOUND)))
    return FALSE;
  /* Without ranges only the very beginning can be asked for again. */
  if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL && self->range.start > 0)
    return FALSE;
  return rf_backoff_allows (self->part->failures, rf_options_get_retries (fetcher->options));
}

static void
fail_locked (RfLane *self, GError *error, gboolean transient)
{
  RfFetcher *fetcher = self->fetcher;

  if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL && transient && self->range.start > 0)
    g_prefix_error (&error,
                    "The body broke off at byte %" G_GUINT64_FORMAT
                    " and the server cannot resume it: ",
                    self->range.start);
  g_prefix_error (&error, "%s: ", rf_location_get_display (fetcher->location));
  leave_part_locked (self);
  rf_window_fail_locked (fetcher, self->range.start, error, self->error_status);
  set_lane_state (self, RF_LANE_IDLE);
}

/* The request is over and its part is not complete. Says what the lane does next. */
static void
go_on_locked (RfLane *self, RfResult *result)
{
  RfPart *part = self->part;
  gboolean transient = FALSE;
  GError *error = take_error (self, result, &transient);
  gint64 delay;

  if (error == NULL)
    {
      set_lane_state (self, RF_LANE_STARTING);
      return;
    }

  if (part != NULL)
    part->failures = self->received ? 1 : part->failures + 1;
  if (!may_retry_locked (self, error, transient))
    {
      fail_locked (self, error, transient);
      return;
    }

  g_error_free (error);
  delay = self->received ? 0 : rf_backoff_delay (part->failures, g_random_double ());
  self->fetcher->locked.stats.retries++;
  set_lane_state (self, RF_LANE_WAITING);
  rf_reactor_start_timer (self->thread->reactor, &self->timer, g_get_monotonic_time () + delay);
}

/* Whether all that the request was for has come. */
static gboolean
is_complete_locked (RfLane *self, const RfResult *result)
{
  RfFetcher *fetcher = self->fetcher;

  if (self->error != NULL)
    return FALSE;
  if (fetcher->locked.state != RF_FETCHER_SEQUENTIAL)
    return self->part == NULL || self->part->filled == rf_range_length (self->part->range);
  return result->outcome == RF_OUTCOME_COMPLETE
         && (fetcher->locked.resource.size == RF_SIZE_UNKNOWN
             || self->range.start >= rf_window_get_end_locked (fetcher));
}

static void
judge_end_locked (RfLane *self, RfResult *result)
{
  RfFetcher *fetcher = self->fetcher;

  if (self->state == RF_LANE_CANCELLING)
    {
      set_lane_state (self, RF_LANE_IDLE);
    }
  else if (is_complete_locked (self, result))
    {
      leave_part_locked (self);
      if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL)
        rf_window_finish_locked (fetcher, self->range.start);
      set_lane_state (self, RF_LANE_IDLE);
    }
  else if (fetcher->locked.without_range && self->request.ranged)
    {
      set_lane_state (self, RF_LANE_STARTING);
    }
  else
    {
      go_on_locked (self, result);
    }
}

static void
lane_done (gpointer sink, RfResult *result)
{
  RfLane *self = sink;
  RfFetcher *fetcher = self->fetcher;
  gboolean idle;

  rf_reactor_stop_timer (self->thread->reactor, &self->timer);
  leave_slot (self);

  g_mutex_lock (&fetcher->locked.lock);
  fetcher->locked.stats.connections += result->connections;
  self->paused = FALSE;
  judge_end_locked (self, result);
  idle = self->state == RF_LANE_IDLE;
  if (self->state == RF_LANE_STARTING)
    post_locked (self);
  rf_window_fill_locked (fetcher);
  g_mutex_unlock (&fetcher->locked.lock);

  g_clear_error (&self->error);
  g_clear_error (&result->error);
  if (idle)
    rf_fetcher_unref (fetcher);
}

static const RfSinkFuncs lane_sink = {
  .head = lane_head,
  .space = lane_space,
  .commit = lane_commit,
  .done = lane_done,
};

static void
prepare_request_locked (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;
  const RfResource *resource = &fetcher->locked.resource;
  const char *if_match = rf_resource_get_if_match (resource);
  const char *uri = resource->uri != NULL ? resource->uri : rf_location_get_uri (fetcher->location);

  if (g_strcmp0 (uri, self->uri) != 0)
    {
      g_free (self->uri);
      self->uri = g_strdup (uri);
    }
  if (g_strcmp0 (if_match, self->if_match) != 0)
    {
      g_free (self->if_match);
      self->if_match = g_strdup (if_match);
    }
  take_slot (self, self->part);
  self->received = FALSE;
  self->error_status = 0;
  self->error_is_transient = FALSE;
  self->request.uri = self->uri;
  self->request.user_agent = rf_options_get_user_agent (fetcher->options);
  self->request.if_match = self->if_match;
  self->request.range = self->range;
  self->request.ranged
      = !fetcher->locked.without_range && fetcher->locked.state != RF_FETCHER_SEQUENTIAL;
  self->request.connect_timeout = rf_options_get_timeout (fetcher->options);
  fetcher->locked.stats.requests++;
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
      transport->cancel (transport, &self->request);
      return;
    }
  g_mutex_lock (&fetcher->locked.lock);
  set_lane_state (self, RF_LANE_IDLE);
  rf_window_fill_locked (fetcher);
  g_mutex_unlock (&fetcher->locked.lock);
  rf_fetcher_unref (fetcher);
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
  state = self->state;
  if (state == RF_LANE_STARTING)
    {
      prepare_request_locked (self);
      set_lane_state (self, RF_LANE_RUNNING);
    }
  else if (state == RF_LANE_RUNNING)
    {
      resume = self->paused;
      self->paused = FALSE;
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
    case RF_LANE_WAITING:
    case RF_LANE_IDLE:
      break;
    }
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

/* The backoff is over, or the time for a message to end. */
static void
on_timer (gpointer data)
{
  RfLane *self = data;
  RfTransport *transport = self->thread->transport;
  gboolean overdue;

  g_mutex_lock (&self->fetcher->locked.lock);
  if (self->state == RF_LANE_WAITING)
    set_lane_state (self, RF_LANE_STARTING);
  overdue = self->state == RF_LANE_RUNNING;
  g_mutex_unlock (&self->fetcher->locked.lock);
  if (overdue)
    transport->cancel (transport, &self->request);
  else
    act (self);
}

void
rf_lane_init (RfLane *self, RfFetcher *fetcher, const RfSessionThread *thread)
{
  self->fetcher = fetcher;
  self->thread = thread;
  self->slot = -1;
  self->task.func = on_task;
  self->task.data = self;
  self->timer.func = on_timer;
  self->timer.data = self;
  self->request.funcs = &lane_sink;
  self->request.sink = self;
}

void
rf_lane_clear (RfLane *self)
{
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->if_match, g_free);
}

void
rf_lane_assign_locked (RfLane *self, RfPart *part)
{
  self->part = part;
  part->lane = self;
  set_lane_state (self, RF_LANE_STARTING);
  post_locked (self);
}

void
rf_lane_cancel_locked (RfLane *self)
{
  self->part = NULL;
  switch (self->state)
    {
    case RF_LANE_IDLE:
    case RF_LANE_CANCELLING:
      return;
    case RF_LANE_STARTING:
    case RF_LANE_RUNNING:
    case RF_LANE_WAITING:
      set_lane_state (self, RF_LANE_CANCELLING);
      post_locked (self);
      return;
    }
}

void
rf_lane_resume_locked (RfLane *self)
{
  if (self->state == RF_LANE_RUNNING && self->paused)
    post_locked (self);
}
