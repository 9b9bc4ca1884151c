/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a lane makes of the end of a request: whether the part is complete, what is missing is asked for again
 * and when, or the stream has failed. */

#include "rf-lane-private.h"

#include "rf-backoff-private.h"
#include "rf-error.h"

/* A request that brings less than this, and less than half of what it was for, has not got anywhere: the next
 * one waits as after a failure. */
#define MIN_PROGRESS ((guint64)64 * 1024)

/* The same of an answer that is complete: servers may have a limit of their own. */
#define MIN_COMPLETE_PROGRESS ((guint64)4 * 1024)

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
         && rf_options_get_timeout (self->fetcher->options) > 0
         && rf_options_get_retries (self->fetcher->options) != 0;
}

static gboolean
has_retries_left (RfLane *self)
{
  return rf_backoff_allows (self->gap->failures, rf_options_get_retries (self->fetcher->options));
}

static gboolean
is_head_locked (RfLane *self)
{
  return rf_window_is_head_locked (self->fetcher, self->gap->part);
}

/* Whether another request may bring what this one did not. */
static gboolean
may_retry_locked (RfLane *self, const GError *error)
{
  RfFetcher *fetcher = self->fetcher;

  if (self->end != RF_END_TRANSIENT || self->gap == NULL)
    return FALSE;
  /* A host that is not there when a stream begins is an error at once. */
  if (!fetcher->locked.resource.known && is_unreachable (error))
    return FALSE;
  /* Without ranges only the very beginning can be asked for again. */
  if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL && self->range.start > 0)
    return FALSE;
  if (is_head_locked (self))
    return is_outage_locked (self, error) || has_retries_left (self);
  /* Another part does not decide: it may have had bad luck in an outage. */
  return rf_options_get_retries (fetcher->options) != 0;
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
  rf_window_forget_gap_locked (self->gap);
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
has_made_progress (RfLane *self, guint64 least)
{
  guint64 brought = self->range.start - self->request.range.start;

  return self->received && brought >= MIN (least, rf_range_length (self->request.range) / 2);
}

/* Asks for what is missing: at once if the last request has got anywhere, else later. */
static void
ask_again_locked (RfLane *self, guint64 least)
{
  const RfOptions *options = self->fetcher->options;
  guint timeout = rf_options_get_timeout (options);
  gint64 delay;

  if (has_made_progress (self, least))
    {
      self->gap->setbacks = 0;
      self->fetcher->locked.stats.retries++;
      rf_lane_set_state_locked (self, RF_LANE_STARTING);
      return;
    }
  self->gap->setbacks++;
  delay = rf_backoff_delay (self->gap->setbacks, rf_options_get_retry_backoff_factor (options),
                            rf_options_get_retry_backoff_max (options), g_random_double ());
  if (timeout > 0)
    delay = MIN (delay, timeout * G_TIME_SPAN_SECOND / RF_PACE_MAX_SHARE);
  repeat_locked (self, MAX (self->retry_after, delay));
}

/* The request has failed, or brought less than it was for. */
static void
judge_failure_locked (RfLane *self, RfResult *result)
{
  RfFetcher *fetcher = self->fetcher;
  RfRoute *route = &fetcher->locked.route;
  RfGap *gap = self->gap;
  GError *error = take_error (self, result);

  if (error == NULL)
    {
      gap->failures = 0;
      ask_again_locked (self, MIN_COMPLETE_PROGRESS);
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

  if (gap != NULL && self->received)
    {
      gap->failures = 0;
      /* It did not end for want of bytes. */
      gap->stalls -= MIN (gap->stalls, 1);
    }
  else if (gap != NULL && !(is_head_locked (self) && is_outage_locked (self, error)))
    gap->failures++;
  if (!may_retry_locked (self, error))
    {
      fail_locked (self, error);
      return;
    }
  g_free (fetcher->locked.trouble);
  fetcher->locked.trouble = g_strdup (error->message);
  g_error_free (error);
  /* Nobody waits for it, and it is not asked for for ever. */
  if (!is_head_locked (self) && !has_retries_left (self))
    rf_lane_set_state_locked (self, RF_LANE_PARKED);
  else
    ask_again_locked (self, MIN_PROGRESS);
}

/* Whether all that the request was for has come. */
static gboolean
is_complete_locked (RfLane *self, const RfResult *result)
{
  RfFetcher *fetcher = self->fetcher;

  if (self->end != RF_END_OPEN)
    return FALSE;
  if (fetcher->locked.state != RF_FETCHER_SEQUENTIAL)
    return self->gap == NULL;
  return result->outcome == RF_OUTCOME_COMPLETE
         && (fetcher->locked.resource.size == RF_SIZE_UNKNOWN
             || self->range.start >= rf_window_get_end_locked (fetcher));
}

static void
note_body_locked (RfLane *self)
{
  self->former = (RfFlow){ .brought = self->range.start - self->request.range.start,
                           .flowing = MAX (self->heard - self->answered, 1) };
  self->ended = self->heard;
  rf_pace_add_body (&self->fetcher->locked.pace, self->former.brought, self->former.flowing);
}

static void
complete_locked (RfLane *self)
{
  RfFetcher *fetcher = self->fetcher;

  rf_session_refund_retry (fetcher->session);
  rf_lane_begin_all_locked (fetcher, RF_LANE_PARKED);
  rf_pace_add_gap (&fetcher->locked.pace, self->longest_gap);
  if (self->answered != 0)
    note_body_locked (self);
  rf_window_forget_gap_locked (self->gap);
  if (fetcher->locked.state == RF_FETCHER_SEQUENTIAL)
    rf_window_finish_locked (fetcher, self->range.start);
  rf_lane_set_state_locked (self, RF_LANE_IDLE);
}

/* Those that are kept may all be as bad as the connection that was given up. But a new one that has no answer may
 * be one too many for the server: then the next request goes where one was answered. */
static void
judge_stall_locked (RfLane *self, const RfResult *result)
{
  RfFetcher *fetcher = self->fetcher;
  gboolean is_ignored = result->connections > 0 && result->was_sent && self->answered == 0;
  RfLane *other = is_ignored ? rf_workers_find_experienced_locked (self) : NULL;

  self->gap->stalls++;
  self->gap->wants_fresh = other == NULL;
  fetcher->locked.stats.stalls++;
  if (is_ignored)
    fetcher->locked.refusals++;
  if (other == NULL)
    {
      repeat_locked (self, 0);
      return;
    }
  fetcher->locked.stats.retries++;
  rf_lane_assign_locked (other, g_steal_pointer (&self->gap));
  rf_lane_set_state_locked (self, RF_LANE_IDLE);
}

void
rf_lane_judge_end_locked (RfLane *self, RfResult *result)
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
      self->gap->wants_fresh = TRUE;
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
      judge_stall_locked (self, result);
      break;
    case RF_END_OPEN:
    case RF_END_TRANSIENT:
    case RF_END_REFUSED:
    case RF_END_PERMANENT:
      judge_failure_locked (self, result);
      break;
    }
}
