/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a lane makes of an answer: whether it fits, where its bytes go, and when it is over, whether the part
 * is complete, what is missing is asked for again and when, or the stream has failed. */

#include "rf-lane-private.h"

#include "rf-backoff-private.h"
#include "rf-error.h"

/* A request that brings less than this, and less than half of what it was for, has not got anywhere: the next
 * one waits as after a failure. */
#define MIN_PROGRESS ((guint64)64 * 1024)

/* Of the timeout: no wait is so long that there is no time for another one. */
#define MAX_SHARE 3

/* The server is busy and says for how long. Who would have given up by then says so at once. */
static void
take_busy_answer (RfLane *self, const RfResponseHead *head)
{
  guint timeout = rf_options_get_timeout (self->fetcher->options);

  self->end = RF_END_TRANSIENT;
  if (head->retry_after == NULL)
    return;
  self->retry_after
      = rf_backoff_parse_retry_after (head->retry_after, g_get_real_time () / G_TIME_SPAN_SECOND);
  if (timeout == 0 || self->retry_after <= timeout * G_TIME_SPAN_SECOND)
    return;
  self->end = RF_END_PERMANENT;
  g_prefix_error (&self->error, "Try again after %" G_GINT64_FORMAT " seconds, or raise timeout: ",
                  self->retry_after / G_TIME_SPAN_SECOND);
}

/* FALSE: it leads nowhere, and the error is set. */
static gboolean
take_redirection_locked (RfLane *self, const RfResponseHead *head)
{
  RfFetcher *fetcher = self->fetcher;
  RfRoute *route = &fetcher->locked.route;
  gboolean follows = rf_options_get_automatic_redirect (fetcher->options);
  int max = follows ? rf_options_get_max_redirect (fetcher->options) : -1;
  gboolean is_search = self->route_number == route->number && route->searcher == self;

  /* One that is not followed is an end at the beginning, but not in the middle of what has an end. */
  if (follows || !fetcher->locked.resource.known)
    {
      if (is_search)
        return rf_route_follow (route, self, head->location, max, &self->error);
      if (rf_route_give_up (route, self, self->route_number, RF_ROUTE_MOVED))
        return TRUE;
    }
  self->error = g_error_new (RF_ERROR, RF_ERROR_PROTOCOL,
                             "The server redirected a part of the resource elsewhere: %u %s",
                             head->status, rf_response_get_reason (head));
  return FALSE;
}

/* The answer is of what was looked for. */
static void
take_answer_locked (RfLane *self,
                    const RfResponseHead *head,
                    RfAnswer answer,
                    const RfContentRange *content)
{
  RfFetcher *fetcher = self->fetcher;

  self->error_status = 0;
  /* That a server begins to answer is progress, that it does so again and again is none. */
  if (self->part->failures == 0 && self->part->stalls == 0)
    fetcher->locked.last_progress = self->heard;
  rf_pace_add_first_byte (&fetcher->locked.pace, self->heard - self->began);
  if (rf_route_confirm (&fetcher->locked.route, self))
    {
      fetcher->locked.auth = head->auth;
      rf_lane_release_held_locked (fetcher);
    }
  else if (head->auth != RF_AUTH_NONE && self->route_number == fetcher->locked.route.number)
    {
      fetcher->locked.auth = head->auth;
    }
  if (!fetcher->locked.resource.known)
    rf_window_learn_locked (fetcher, self, head, answer, content);
}

static RfBodyVerdict
judge_head_locked (RfLane *self, const RfResponseHead *head)
{
  RfFetcher *fetcher = self->fetcher;
  RfContentRange content;
  RfAnswer answer
      = rf_response_judge (head, &self->request, &fetcher->locked.resource, &content, &self->error);

  self->error_status = head->status;
  switch (answer)
    {
    case RF_ANSWER_PART:
    case RF_ANSWER_WHOLE:
      take_answer_locked (self, head, answer, &content);
      /* The part may turn out shorter, and the server may send less of it than was asked for. */
      self->range.end
          = self->part != NULL ? MIN (self->part->range.end, content.range.end) : self->range.start;
      return RF_BODY_ACCEPT;
    case RF_ANSWER_NO_BYTES:
      take_answer_locked (self, head, answer, &content);
      return RF_BODY_DRAIN;
    case RF_ANSWER_WITHOUT_RANGE:
      fetcher->locked.without_range = TRUE;
      if (content.total != RF_SIZE_UNKNOWN)
        fetcher->locked.resource.claimed = content.total;
      self->end = RF_END_AGAIN;
      return RF_BODY_DRAIN;
    case RF_ANSWER_REDIRECT:
      self->end = RF_END_PERMANENT;
      if (!take_redirection_locked (self, head))
        return RF_BODY_ABORT;
      self->end = RF_END_AGAIN;
      if (rf_options_get_automatic_redirect (fetcher->options))
        return RF_BODY_DRAIN;
      self->end = RF_END_OPEN;
      content.total = 0;
      take_answer_locked (self, head, RF_ANSWER_NO_BYTES, &content);
      return RF_BODY_DRAIN;
    case RF_ANSWER_TRANSIENT:
      take_busy_answer (self, head);
      return RF_BODY_DRAIN;
    case RF_ANSWER_REFUSED:
      self->end = RF_END_REFUSED;
      return RF_BODY_DRAIN;
    case RF_ANSWER_PERMANENT:
      self->end = RF_END_PERMANENT;
      return RF_BODY_ABORT;
    }
  return RF_BODY_ABORT;
}

static RfBodyVerdict
lane_head (gpointer sink, const RfResponseHead *head)
{
  RfLane *self = sink;
  RfFetcher *fetcher = self->fetcher;
  RfBodyVerdict verdict = RF_BODY_ABORT;

  self->heard = g_get_monotonic_time ();
  g_mutex_lock (&fetcher->locked.lock);
  if (self->state != RF_LANE_CANCELLING)
    verdict = judge_head_locked (self, head);
  g_mutex_unlock (&fetcher->locked.lock);
  if (verdict == RF_BODY_DRAIN)
    rf_lane_expect_end (self);
  return verdict;
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
      self->end = RF_END_PERMANENT;
      self->error = g_error_new_literal (RF_ERROR, RF_ERROR_PROTOCOL,
                                         "The server sent more bytes than it had announced");
      return FALSE;
    }
  /* The full slot is let go of first: it may be the only one, and the one that is to be filled. */
  rf_lane_leave_slot (self);
  leave_part_locked (self);
  part = rf_window_extend_locked (fetcher, &ended);
  if (part != NULL)
    {
      self->part = part;
      part->lane = self;
      rf_lane_take_slot (self, part);
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
  gint64 now = g_get_monotonic_time ();
  gboolean complete = FALSE;

  self->range.start += length;
  self->dest += length;
  self->longest_gap = MAX (self->longest_gap, now - self->heard);
  self->heard = now;

  g_mutex_lock (&fetcher->locked.lock);
  if (self->state != RF_LANE_CANCELLING)
    {
      RfPart *part = self->part;

      if (!self->received)
        g_clear_pointer (&fetcher->locked.trouble, g_free);
      self->received = TRUE;
      part->filled = rf_ring_buffer_commit (fetcher->ring, part->slot, length);
      fetcher->locked.stats.bytes += length;
      fetcher->locked.last_progress = now;
      complete = fetcher->locked.state != RF_FETCHER_SEQUENTIAL
                 && part->filled == rf_range_length (part->range);
      rf_window_wake_locked (fetcher, part);
    }
  g_mutex_unlock (&fetcher->locked.lock);
  if (complete)
    rf_lane_expect_end (self);
}

/* Why a request ended before its part was complete; NULL: it need not have, ask for the rest. */
static GError *
take_error (RfLane *self, RfResult *result)
{
  if (self->error != NULL)
    return g_steal_pointer (&self->error);
  /* An answer that seems to be complete may have been cut where only the end of the connection ends it. */
  self->end = result->outcome == RF_OUTCOME_TRANSIENT || result->outcome == RF_OUTCOME_COMPLETE
                  ? RF_END_TRANSIENT
                  : RF_END_PERMANENT;
  if (result->error != NULL)
    return g_steal_pointer (&result->error);
  if (self->received && self->fetcher->locked.state != RF_FETCHER_SEQUENTIAL)
    return NULL;
  return g_error_new_literal (RF_ERROR, RF_ERROR_PROTOCOL,
                              "The server sent fewer bytes than it had announced");
}

static gboolean
is_unreachable (const GError *error)
{
  return g_error_matches (error, RF_ERROR, RF_ERROR_CONNECT)
         || g_error_matches (error, RF_ERROR, RF_ERROR_NOT_FOUND);
}

/* A server that was there is not to be reached: how long it may be so is the timeout's matter. */
static gboolean
is_outage_locked (RfLane *self, const GError *error)
{
  return self->fetcher->locked.resource.known && is_unreachable (error)
         && rf_options_get_timeout (self->fetcher->options) > 0;
}

static gboolean
is_head_locked (RfLane *self)
{
  return g_queue_peek_head (&self->fetcher->locked.parts) == self->part;
}

/* Whether another request may bring what this one did not. */
static gboolean
may_retry_locked (RfLane *self, const GError *error)
{
  RfFetcher *fetcher = self->fetcher;

  if (self->end != RF_END_TRANSIENT || self->part == NULL)
    return FALSE;
  /* A host that is not there when a stream begins is an error at once. */
  if (!fetcher->locked.resource.known && is_unreachable (error))
    return FALSE;
  /* Without ranges only the very beginning can be asked for again. */
  if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL && self->range.start > 0)
    return FALSE;
  /* Only the part that a consumer waits for decides: another one may have had bad luck in an outage. */
  return rf_backoff_allows (is_head_locked (self) ? self->part->failures : 1,
                            rf_options_get_retries (fetcher->options));
}

static void
fail_locked (RfLane *self, GError *error)
{
  RfFetcher *fetcher = self->fetcher;

  if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL && self->end == RF_END_TRANSIENT
      && self->range.start > 0)
    g_prefix_error (&error,
                    "The body broke off at byte %" G_GUINT64_FORMAT
                    " and the server cannot resume it: ",
                    self->range.start);
  g_prefix_error (&error, "%s: ", rf_location_get_display (fetcher->location));
  leave_part_locked (self);
  rf_window_fail_locked (fetcher, self->range.start, error, self->error_status);
  rf_lane_set_state_locked (self, RF_LANE_IDLE);
}

/* Repeats the request after a delay, and when the session has not repeated too many of late. */
static void
repeat_locked (RfLane *self, gint64 delay)
{
  RfFetcher *fetcher = self->fetcher;
  /* Others wait for who looks for the way. */
  gboolean is_urgent = is_head_locked (self) || fetcher->locked.route.searcher == self;

  fetcher->locked.stats.retries++;
  rf_lane_wait_locked (self, delay, is_urgent);
}

static gboolean
has_made_progress (RfLane *self)
{
  guint64 brought = self->range.start - self->request.range.start;

  return self->received && brought >= MIN (MIN_PROGRESS, rf_range_length (self->request.range) / 2);
}

/* Asks for what is missing: at once if the last request has got anywhere, else later. */
static void
ask_again_locked (RfLane *self)
{
  const RfOptions *options = self->fetcher->options;
  guint timeout = rf_options_get_timeout (options);
  gint64 delay;

  if (has_made_progress (self))
    {
      self->part->setbacks = 0;
      self->fetcher->locked.stats.retries++;
      rf_lane_set_state_locked (self, RF_LANE_STARTING);
      return;
    }
  self->part->setbacks++;
  delay = rf_backoff_delay (self->part->setbacks, rf_options_get_retry_backoff_factor (options),
                            rf_options_get_retry_backoff_max (options), g_random_double ());
  if (timeout > 0)
    delay = MIN (delay, timeout * G_TIME_SPAN_SECOND / MAX_SHARE);
  repeat_locked (self, MAX (self->retry_after, delay));
}

/* The request has failed, or brought less than it was for. */
static void
judge_failure_locked (RfLane *self, RfResult *result)
{
  RfFetcher *fetcher = self->fetcher;
  RfRoute *route = &fetcher->locked.route;
  RfPart *part = self->part;
  GError *error = take_error (self, result);

  if (error == NULL)
    {
      ask_again_locked (self);
      return;
    }
  if (self->end == RF_END_REFUSED
      && rf_route_give_up (route, self, self->route_number, RF_ROUTE_REFUSED))
    {
      g_error_free (error);
      repeat_locked (self, 0);
      return;
    }
  if (is_unreachable (error) && self->end == RF_END_TRANSIENT)
    rf_route_give_up (route, self, self->route_number, RF_ROUTE_UNREACHABLE);

  if (part != NULL && self->received)
    part->failures = 0;
  else if (part != NULL && !is_outage_locked (self, error))
    part->failures++;
  if (!may_retry_locked (self, error))
    {
      fail_locked (self, error);
      return;
    }
  g_free (fetcher->locked.trouble);
  fetcher->locked.trouble = g_strdup (error->message);
  g_error_free (error);
  ask_again_locked (self);
}

/* Whether all that the request was for has come. */
static gboolean
is_complete_locked (RfLane *self, const RfResult *result)
{
  RfFetcher *fetcher = self->fetcher;

  if (self->end != RF_END_OPEN)
    return FALSE;
  if (fetcher->locked.state != RF_FETCHER_SEQUENTIAL)
    return self->part == NULL || self->part->filled == rf_range_length (self->part->range);
  return result->outcome == RF_OUTCOME_COMPLETE
         && (fetcher->locked.resource.size == RF_SIZE_UNKNOWN
             || self->range.start >= rf_window_get_end_locked (fetcher));
}

static void
complete_locked (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;

  rf_session_refund_retry (fetcher->session);
  rf_pace_add_gap (&fetcher->locked.pace, self->longest_gap);
  leave_part_locked (self);
  if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL)
    rf_window_finish_locked (fetcher, self->range.start);
  rf_lane_set_state_locked (self, RF_LANE_IDLE);
}

static void
judge_end_locked (RfLane *self, RfResult *result)
{
  if (self->state == RF_LANE_CANCELLING)
    {
      rf_lane_set_state_locked (self, RF_LANE_IDLE);
      return;
    }
  if (is_complete_locked (self, result))
    {
      complete_locked (self);
      return;
    }
  if (result->outcome == RF_OUTCOME_STALE)
    {
      self->part->wants_fresh = TRUE;
      repeat_locked (self, 0);
      return;
    }
  switch (self->end)
    {
    case RF_END_AGAIN:
      rf_lane_set_state_locked (self, RF_LANE_STARTING);
      break;
    case RF_END_STALLED:
      /* A machine that is gone refuses no connection, it says nothing at all. */
      if (!result->was_sent)
        rf_route_give_up (&self->fetcher->locked.route, self, self->route_number,
                          RF_ROUTE_UNREACHABLE);
      self->part->stalls++;
      self->part->wants_fresh = TRUE;
      self->fetcher->locked.stats.stalls++;
      repeat_locked (self, 0);
      break;
    case RF_END_OPEN:
    case RF_END_TRANSIENT:
    case RF_END_REFUSED:
    case RF_END_PERMANENT:
      judge_failure_locked (self, result);
      break;
    }
}

static void
lane_done (gpointer sink, RfResult *result)
{
  RfLane *self = sink;
  RfFetcher *fetcher = self->fetcher;
  gboolean idle;

  rf_reactor_stop_timer (self->thread->reactor, &self->timer);
  rf_lane_leave_slot (self);

  g_mutex_lock (&fetcher->locked.lock);
  fetcher->locked.stats.connections += result->connections;
  self->paused = FALSE;
  judge_end_locked (self, result);
  idle = self->state == RF_LANE_IDLE;
  if (self->state == RF_LANE_STARTING)
    rf_lane_post_locked (self);
  rf_window_fill_locked (fetcher);
  g_mutex_unlock (&fetcher->locked.lock);

  g_clear_error (&self->error);
  g_clear_error (&result->error);
  if (idle)
    rf_fetcher_unref (fetcher);
}

const RfSinkFuncs rf_lane_sink = {
  .head = lane_head,
  .space = lane_space,
  .commit = lane_commit,
  .done = lane_done,
};
