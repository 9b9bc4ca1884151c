/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One slow connection of many must not hold up what comes in order. A request is watched for a stretch of
 * time in which a usual one brings enough to be judged by; of one that brings a fraction of that another
 * request takes over all that is left. Where nothing else is left to do, what is left of any other is
 * shared, in the ratio of their rates. */

#include "rf-flow-private.h"

/* Before this, bytes of a body come in bursts that say nothing of its rate: of what the kernel had at
 * hand, and of a window that still opens. */
#define MIN_WATCH (30 * G_TIME_SPAN_MILLISECOND)

/* While a window opens, a round trip brings one burst. */
#define WATCH_ROUND_TRIPS 2

/* What a usual request brings meanwhile, at the least: several of the pieces of 64 KiB that networks hand
 * over at a time. */
#define WATCH_SIZE ((guint64)256 * 1024)

/* Times slower than usual. Connections that share a link fairly differ by less. */
#define SLOWNESS 4

/* Of the time to watch it. Bursts are a round trip apart, half of that at the most. */
#define SILENT_SHARE 0.75

/* To share less than this is not worth the head of a request: the other one takes over all that is left, or
 * nothing. */
#define MIN_SHARE ((guint64)64 * 1024)

/* What a request need not keep: the other one brings it along. */
#define MIN_KEPT ((guint64)16 * 1024)

/* A request that brings the end nearer by less than this is not worth its load. */
#define MIN_GAIN (10 * G_TIME_SPAN_MILLISECOND)

/* A flow that has not been seen for this part of the time to watch it is taken for a usual one. */
#define MIN_WATCH_SHARE 2

static double
get_own_rate (const RfFlow *self)
{
  return (double)self->brought * G_TIME_SPAN_SECOND / (double)self->flowing;
}

/* In bytes a second; 0: nothing comes, or nothing is known. */
static double
get_rate (const RfFlow *self, const RfUsual *usual)
{
  return rf_flow_is_measured (self, usual) ? get_own_rate (self) : (double)usual->rate;
}

static gint64
to_time (double microseconds)
{
  return microseconds < (double)G_MAXINT64 ? (gint64)microseconds : G_MAXINT64;
}

gint64
rf_flow_get_time_left (const RfFlow *self, const RfUsual *usual)
{
  double rate = get_rate (self, usual);
  double wait = self->flowing == 0 ? (double)usual->first_byte : 0.0;

  if (self->left == 0)
    return 0;
  return rate > 0.0 ? to_time (wait + (double)self->left * G_TIME_SPAN_SECOND / rate) : G_MAXINT64;
}

gint64
rf_flow_get_watch_time (const RfUsual *usual)
{
  gint64 watch = MAX (MIN_WATCH, WATCH_ROUND_TRIPS * usual->first_byte);

  if (usual->rate == 0)
    return watch;
  return MAX (watch, to_time ((double)WATCH_SIZE * G_TIME_SPAN_SECOND / (double)usual->rate));
}

gboolean
rf_flow_is_measured (const RfFlow *self, const RfUsual *usual)
{
  return self->flowing >= rf_flow_get_watch_time (usual) / MIN_WATCH_SHARE;
}

gboolean
rf_flow_is_slow (const RfFlow *self, const RfUsual *usual)
{
  double expected = (double)usual->rate * (double)self->flowing / G_TIME_SPAN_SECOND;

  if (usual->rate == 0 || self->left == 0 || self->flowing < rf_flow_get_watch_time (usual))
    return FALSE;
  return (double)self->brought * SLOWNESS < expected;
}

gboolean
rf_flow_is_silent (gint64 silence, const RfUsual *usual)
{
  return (double)silence >= SILENT_SHARE * (double)rf_flow_get_watch_time (usual);
}

gboolean
rf_flow_get_present_rate (
    const RfFlow *self, const RfFlow *former, gint64 ago, const RfUsual *usual, guint64 *rate)
{
  if (rf_flow_is_measured (self, usual))
    {
      *rate = (guint64)get_own_rate (self);
      return TRUE;
    }
  if (former->flowing == 0 || ago > rf_flow_get_watch_time (usual))
    return FALSE;
  *rate = (guint64)MIN (get_own_rate (former), (double)usual->rate);
  return TRUE;
}

guint64
rf_flow_get_share (const RfFlow *self, const RfUsual *usual)
{
  double own = get_rate (self, usual);
  double other = (double)usual->rate;
  double wait = (double)usual->first_byte / G_TIME_SPAN_SECOND;
  gint64 alone = rf_flow_get_time_left (self, usual);
  double together;
  guint64 kept;

  if (usual->rate == 0)
    return self->left;
  /* Both end when `own * together` and `other * (together - wait)` are all that is left. */
  together = ((double)self->left + other * wait) / (own + other);
  kept = (guint64)(own * together);
  if (kept >= self->left)
    return self->left;
  /* What a slow one has brought may have been a burst, so it is left nothing to wait for. That costs less than one
   * part in SLOWNESS, and a connection that is lost in either case. */
  if (kept < MIN_KEPT || self->left - kept < MIN_SHARE || rf_flow_is_slow (self, usual))
    {
      kept = 0;
      together = wait + (double)self->left / other;
    }
  return alone - MIN (to_time (together * G_TIME_SPAN_SECOND), alone) < MIN_GAIN ? self->left
                                                                                 : kept;
}
