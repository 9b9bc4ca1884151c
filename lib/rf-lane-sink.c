/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a lane makes of an answer while it comes: whether it fits, and where its bytes go. */

#include "rf-lane-private.h"

#include "rf-backoff-private.h"
#include "rf-error.h"

/* The server is busy and says for how long. Who would have given up by then says so at once. */
static void
take_busy_answer_locked (RfLane *self, const RfResponseHead *head)
{
  guint timeout = rf_options_get_timeout (self->fetcher->options);

  self->end = RF_END_TRANSIENT;
  if (head->status == 429 || head->status == 503)
    self->fetcher->locked.refusals++;
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
  fetcher->locked.answers++;
  /* That a server begins to answer is progress, that it does so again and again is none. */
  if (self->gap->failures == 0 && self->gap->stalls == 0)
    fetcher->locked.last_progress = self->heard;
  rf_pace_add_first_byte (&fetcher->locked.pace, self->heard - self->began);
  if (rf_route_confirm (&fetcher->locked.route, self))
    {
      fetcher->locked.auth = head->auth;
      rf_lane_begin_all_locked (fetcher, RF_LANE_HELD);
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
      self->message_end = content.range.end;
      /* The part may turn out shorter, and the server may send less of it than was asked for. */
      self->range.end
          = self->gap != NULL ? MIN (self->gap->range.end, content.range.end) : self->range.start;
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
      take_busy_answer_locked (self, head);
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
  if (verdict == RF_BODY_ACCEPT)
    {
      rf_lane_warm_slot_locked (self);
      rf_lane_expect_body_locked (self);
    }
  g_mutex_unlock (&fetcher->locked.lock);
  if (verdict == RF_BODY_DRAIN)
    rf_lane_expect_end (self);
  return verdict;
}

/* All is there that was to come. A sequential stream goes on in the next slot; of a request that was split
 * another one has the rest; anything else is too long. */
static gboolean
find_space (RfLane *self, gboolean *wait)
{
  RfFetcher *fetcher = self->fetcher;
  gboolean ended = FALSE;
  gboolean found;

  g_mutex_lock (&fetcher->locked.lock);
  if (self->state == RF_LANE_CANCELLING)
    {
      g_mutex_unlock (&fetcher->locked.lock);
      return FALSE;
    }
  if (fetcher->locked.state != RF_FETCHER_SEQUENTIAL)
    {
      g_mutex_unlock (&fetcher->locked.lock);
      if (self->range.end < self->message_end)
        return FALSE;
      self->end = RF_END_PERMANENT;
      self->error = g_error_new_literal (RF_ERROR, RF_ERROR_PROTOCOL,
                                         "The server sent more bytes than it had announced");
      return FALSE;
    }
  /* The full slot is let go of first: it may be the only one, and the one that is to be filled. */
  rf_lane_leave_slot (self);
  found = rf_fill_extend_locked (fetcher, self, &ended);
  if (found)
    {
      rf_lane_take_slot (self, self->gap);
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
  return found;
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
  gboolean wakes = FALSE;

  self->range.start += length;
  self->dest += length;
  self->longest_gap = MAX (self->longest_gap, now - self->heard);
  self->heard = now;

  g_mutex_lock (&fetcher->locked.lock);
  if (self->state != RF_LANE_CANCELLING)
    {
      if (!self->received)
        g_clear_pointer (&fetcher->locked.trouble, g_free);
      self->received = TRUE;
      fetcher->locked.stats.bytes += length;
      fetcher->locked.last_progress = now;
      wakes = rf_window_commit_locked (fetcher, self->gap, length);
      rf_lane_note_progress_locked (self, now);
      rf_workers_tune_locked (fetcher, now);
      complete = fetcher->locked.state != RF_FETCHER_SEQUENTIAL && self->gap == NULL;
    }
  g_mutex_unlock (&fetcher->locked.lock);
  if (wakes)
    g_cond_broadcast (&fetcher->locked.cond);
  if (complete)
    rf_lane_expect_end (self);
}

static void
lane_done (gpointer sink, RfResult *result)
{
  RfLane *self = sink;
  RfFetcher *fetcher = self->fetcher;
  gboolean idle;

  rf_reactor_stop_timer (self->thread->reactor, &self->timer);
  rf_lane_leave_slot (self);
  rf_lane_leave_turn (self);

  g_mutex_lock (&fetcher->locked.lock);
  fetcher->locked.stats.connections += result->connections;
  rf_workers_count_doubled_locked (self, result->unread);
  self->paused = FALSE;
  rf_lane_judge_end_locked (self, result);
  idle = self->state == RF_LANE_IDLE;
  if (self->state == RF_LANE_STARTING)
    rf_lane_post_locked (self);
  rf_workers_tune_locked (fetcher, g_get_monotonic_time ());
  rf_fill_locked (fetcher);
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
