/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lanes of a resource as a crew: how many are at work, whether one more would be too many, and who helps
 * whom when one of them is slow or nothing else is left to do. What is decided here is done by the lane
 * that has to share, on its reactor. */

#include "rf-lane-private.h"

#include "rf-plan-private.h"

/* How often the tuner is asked. */
#define TUNING_INTERVAL (10 * G_TIME_SPAN_MILLISECOND)

/* Of all bytes, one in so many may come twice. */
#define DOUBLED_SHARE 20

/* What a split costs at the least, however little a request has brought: a send buffer, as it is at first, and
 * a connection. */
#define MIN_DOUBLED ((guint64)128 * 1024)

/* The same where next to nothing is under way: the next piece of one that comes in pieces. */
#define SILENT_DOUBLED ((guint64)64 * 1024)

/* How often more may, if the consumer waits for nothing else. */
#define RESCUE_INTERVAL G_TIME_SPAN_SECOND

/* The head of an answer has come. */
static gboolean
is_flowing (const RfLane *lane)
{
  return lane->state == RF_LANE_RUNNING && lane->answered != 0;
}

guint
rf_workers_get_number_locked (RfFetcher *self)
{
  guint number = rf_options_get_num_workers (self->options);

  if (number != 0)
    return number;
  return MIN (self->locked.tuner.workers, rf_session_get_worker_share (self->session));
}

static gboolean
is_sparing_locked (RfFetcher *self)
{
  return rf_tuner_is_sparing (&self->locked.tuner, g_get_monotonic_time ());
}

static RfLoad
get_load_locked (RfFetcher *self)
{
  RfLoad load = { .num_workers = rf_workers_get_number_locked (self) };

  for (guint i = 0; i < self->locked.lanes->len; i++)
    {
      const RfLane *lane = self->locked.lanes->pdata[i];

      if (lane->state == RF_LANE_IDLE || lane->state == RF_LANE_CANCELLING)
        continue;
      if (!is_flowing (lane))
        {
          load.num_waiting++;
          continue;
        }
      load.num_flowing++;
      if (lane->is_near_end || lane->gap == NULL)
        load.num_ending++;
      else if (lane->is_slow)
        load.num_slow++;
    }
  if (is_sparing_locked (self))
    load.num_ending = load.num_slow = 0;
  return load;
}

gboolean
rf_workers_may_begin_locked (RfFetcher *self)
{
  RfLoad load = get_load_locked (self);

  return rf_plan_may_begin (&load);
}

static guint
count_at_work_locked (RfFetcher *self, const RfSessionThread *thread)
{
  guint count = 0;

  for (guint i = 0; i < self->locked.lanes->len; i++)
    {
      const RfLane *lane = self->locked.lanes->pdata[i];

      count += lane->thread == thread && lane->state != RF_LANE_IDLE;
    }
  return count;
}

/* Where the next request is driven: all on one thread, as long as that does not use up a processor. What one thread
 * receives costs less than what several do, which have to wake each other. But to decrypt is work enough for all. */
static const RfSessionThread *
choose_thread_locked (RfFetcher *self)
{
  const RfSessionThread *chosen = self->thread;
  guint least = count_at_work_locked (self, chosen);

  if (!rf_location_is_encrypted (self->locked.route.current)
      && !rf_reactor_is_busy (chosen->reactor))
    return chosen;
  for (guint i = 0; i < rf_session_get_num_threads (self->session); i++)
    {
      const RfSessionThread *thread = rf_session_get_thread (self->session, i);
      guint count = count_at_work_locked (self, thread);

      if (count >= least)
        continue;
      least = count;
      chosen = thread;
    }
  return chosen;
}

/* The first ones first: their connections are the warmest. */
static RfLane *
find_idle_on_locked (RfFetcher *self, const RfSessionThread *thread)
{
  for (guint i = 0; i < self->locked.lanes->len; i++)
    {
      RfLane *lane = self->locked.lanes->pdata[i];

      if (lane->state == RF_LANE_IDLE && (thread == NULL || lane->thread == thread))
        return lane;
    }
  return NULL;
}

RfLane *
rf_workers_find_idle_locked (RfFetcher *self)
{
  GPtrArray *lanes = self->locked.lanes;
  const RfSessionThread *thread = choose_thread_locked (self);
  RfLane *lane = find_idle_on_locked (self, thread);

  if (lane != NULL)
    return lane;
  if (lanes->len >= rf_plan_get_max_lanes (rf_workers_get_number_locked (self)))
    return find_idle_on_locked (self, NULL);
  lane = rf_lane_new (self, thread);
  g_ptr_array_add (lanes, lane);
  return lane;
}

RfLane *
rf_workers_find_experienced_locked (const RfLane *except)
{
  GPtrArray *lanes = except->fetcher->locked.lanes;

  for (guint i = 0; i < lanes->len; i++)
    {
      RfLane *lane = lanes->pdata[i];

      if (lane != except && lane->state == RF_LANE_IDLE && lane->answered != 0)
        return lane;
    }
  return NULL;
}

RfUsual
rf_workers_get_usual_locked (RfFetcher *self, const RfLane *except, gint64 now)
{
  RfUsual usual = rf_pace_get_usual (&self->locked.pace);
  guint64 sum = 0;
  guint count = 0;

  /* Where all have become slower, none of them is slow. Those that have just ended count too: of small parts the
   * fast ones are over before they can be measured, and only slow ones would be left. */
  for (guint i = 0; i < self->locked.lanes->len; i++)
    {
      RfLane *lane = self->locked.lanes->pdata[i];
      RfFlow flow = { 0 };
      guint64 rate;

      if (lane == except || lane->is_slow)
        continue;
      if (is_flowing (lane))
        flow = rf_lane_get_flow_locked (lane, now);
      if (!rf_flow_get_present_rate (&flow, &lane->former, now - lane->ended, &usual, &rate))
        continue;
      sum += rate;
      count++;
    }
  if (count > 0)
    usual.rate = usual.rate > 0 ? MIN (usual.rate, sum / count) : sum / count;
  return usual;
}

/* What a connection may still bring when nobody wants it any more: as much as in a round trip, and what
 * the server's kernel has by then, if so much is left. */
static guint64
estimate_doubled (const RfFlow *flow, gint64 silence, const RfUsual *usual)
{
  if (flow->flowing == 0)
    return 0;
  if (rf_flow_is_silent (silence, usual))
    return MIN (flow->left, SILENT_DOUBLED);
  return MIN (flow->left, MIN_DOUBLED
                              + (guint64)((double)flow->brought / (double)flow->flowing
                                          * (double)usual->first_byte));
}

/* Whether to help in spite of what it costs: the consumer waits for what hardly comes, and that may be for
 * hours. */
static gboolean
may_rescue_locked (const RfLane *lane)
{
  RfFetcher *self = lane->fetcher;
  gint64 now = g_get_monotonic_time ();

  if (self->locked.waiter == RF_WAITER_NONE || !rf_window_is_head_locked (self, lane->gap->part)
      || now - self->locked.rescued < RESCUE_INTERVAL)
    return FALSE;
  self->locked.rescued = now;
  return TRUE;
}

gboolean
rf_workers_may_split_locked (RfLane *lane, const RfFlow *flow, const RfUsual *usual)
{
  RfFetcher *self = lane->fetcher;
  gint64 silence = g_get_monotonic_time () - lane->heard;
  guint64 doubled = estimate_doubled (flow, silence, usual);

  if (is_sparing_locked (self))
    return FALSE;
  if (self->locked.doubled + doubled > self->locked.stats.bytes / DOUBLED_SHARE
      && !may_rescue_locked (lane))
    return FALSE;
  self->locked.doubled += doubled;
  lane->doubled += doubled;
  return TRUE;
}

void
rf_workers_count_doubled_locked (RfLane *lane, guint64 bytes)
{
  RfFetcher *self = lane->fetcher;

  /* Those that nobody asked to be split are not wanted any more at all. */
  if (lane->doubled > 0 && bytes > lane->doubled)
    self->locked.doubled += bytes - lane->doubled;
  rf_throttle_take (&self->locked.throttle, bytes, g_get_monotonic_time ());
}

void
rf_workers_ask_for_share_locked (RfFetcher *self)
{
  gint64 now = g_get_monotonic_time ();
  RfLane *last = NULL;
  gint64 longest = 0;
  RfUsual usual;

  if (self->locked.waiter == RF_WAITER_NONE || !rf_workers_may_begin_locked (self))
    return;
  usual = rf_workers_get_usual_locked (self, NULL, now);
  for (guint i = 0; i < self->locked.lanes->len; i++)
    {
      RfLane *lane = self->locked.lanes->pdata[i];
      gint64 time_left;
      RfFlow flow;

      if (!is_flowing (lane) || lane->gap == NULL)
        continue;
      /* One has been asked already. */
      if (lane->is_to_share)
        return;
      flow = rf_lane_get_flow_locked (lane, now);
      time_left = rf_flow_get_time_left (&flow, &usual);
      if (time_left <= longest || rf_flow_get_share (&flow, &usual) == flow.left)
        continue;
      longest = time_left;
      last = lane;
    }
  if (last == NULL)
    return;
  last->is_to_share = TRUE;
  rf_lane_post_locked (last);
}

guint
rf_workers_get_max_parts_locked (RfFetcher *self)
{
  guint read_ahead = self->locked.read_ahead;

  return rf_plan_get_max_parts (read_ahead, rf_workers_get_number_locked (self),
                                self->locked.waiter != RF_WAITER_NONE
                                    && read_ahead >= RF_READ_AHEAD_START);
}

/* Whether there is room for more than comes, and more is wanted: of a consumer who has not come yet, nor asks
 * for any more, nothing is known. */
static gboolean
has_room_locked (RfFetcher *self)
{
  if (self->locked.state != RF_FETCHER_PARALLEL || self->locked.is_held
      || self->locked.parts.length >= rf_workers_get_max_parts_locked (self))
    return FALSE;
  if (self->locked.waiter != RF_WAITER_NONE)
    return TRUE;
  return self->locked.wanted && !self->locked.lacks_slot
         && self->locked.next < rf_window_get_end_locked (self);
}

void
rf_workers_note_limit_locked (RfFetcher *self)
{
  gboolean is_starved = has_room_locked (self) && !rf_reactor_is_full (self->thread->reactor);
  gint64 now;

  if (is_starved == (self->locked.starved_since != 0))
    return;
  now = g_get_monotonic_time ();
  if (!is_starved)
    self->locked.starved += now - self->locked.starved_since;
  self->locked.starved_since = is_starved ? now : 0;
}

void
rf_workers_tune_locked (RfFetcher *self, gint64 now)
{
  RfUsual usual;
  RfLoad load;
  RfTunerSample sample;

  if (now < self->locked.tuned + TUNING_INTERVAL || self->locked.state != RF_FETCHER_PARALLEL)
    return;
  usual = rf_pace_get_usual (&self->locked.pace);
  load = get_load_locked (self);
  sample = (RfTunerSample){
    .now = now,
    .received = self->locked.stats.bytes,
    .starved = self->locked.starved
               + (self->locked.starved_since != 0 ? now - self->locked.starved_since : 0),
    .answers = self->locked.answers,
    .refusals = self->locked.refusals,
    .first_byte = usual.first_byte,
    .rate = usual.rate,
    .is_full = rf_reactor_is_full (self->thread->reactor),
    .is_shared = rf_session_is_shared (self->session),
    .busy = load.num_waiting + load.num_flowing,
    .lasting = rf_plan_count_lasting (&load),
  };
  self->locked.tuned = now;
  rf_tuner_update (&self->locked.tuner, &sample);
  rf_fill_locked (self);
}
