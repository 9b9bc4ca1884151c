/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stream is held back where it asks and not where it receives: what has been asked for comes as fast as it
 * can, so no connection is kept waiting in the middle of a body, and nothing piles up in the buffers of the
 * server and the network. A part is asked for whole and then paid for by time, so the flow is as even as
 * parts are small. */

#include "rf-throttle-private.h"

#include <math.h>

/* Parts in a second: one part more or less, and so a twentieth, is what a second differs by from another. */
#define PARTS_PER_SECOND 20

/* Few workers could not ask so often where an answer takes its time. So they share at least what may come in
 * a quarter of a second, which hides a latency of nearly as much. */
#define WINDOWS_PER_SECOND 4

/* Less than this is hardly worth a request, unless it is all that comes in a second. */
#define MIN_PART_SIZE ((guint64)16 * 1024)

/* What is left unused, because nobody asked in time, may be caught up with for this part of a second. With
 * the part that uses it up it is a quarter of a second's worth that comes at once. */
#define CREDITS_PER_SECOND 5.0

static double
get_balance (const RfThrottle *self, gint64 now)
{
  /* The clock of another thread may be a little behind. */
  double elapsed = now > self->counted_at ? (double)(now - self->counted_at) : 0.0;
  double earned = elapsed / G_TIME_SPAN_SECOND * (double)self->rate;

  return MIN (self->balance + earned, (double)self->rate / CREDITS_PER_SECOND);
}

void
rf_throttle_init (RfThrottle *self, guint64 rate, gint64 now)
{
  *self = (RfThrottle){ .rate = rate, .counted_at = now };
}

gint64
rf_throttle_get_wait (const RfThrottle *self, gint64 now)
{
  double balance = get_balance (self, now);

  if (self->rate == 0 || balance >= 0)
    return 0;
  return (gint64)MIN (ceil (-balance / (double)self->rate * G_TIME_SPAN_SECOND), G_TIME_SPAN_DAY);
}

void
rf_throttle_take (RfThrottle *self, guint64 bytes, gint64 now)
{
  if (self->rate == 0)
    return;
  self->balance = get_balance (self, now) - (double)bytes;
  self->counted_at = MAX (self->counted_at, now);
}

void
rf_throttle_give_back (RfThrottle *self, guint64 bytes)
{
  if (self->rate != 0)
    self->balance += (double)bytes;
}

gsize
rf_throttle_limit_part (const RfThrottle *self, gsize size, guint num_workers)
{
  guint64 even = self->rate / PARTS_PER_SECOND;
  guint64 share = self->rate / WINDOWS_PER_SECOND / num_workers;
  guint64 least = MIN (MIN_PART_SIZE, self->rate);

  if (self->rate == 0)
    return size;
  return (gsize)MIN (size, MAX (least, MAX (even, share)));
}
