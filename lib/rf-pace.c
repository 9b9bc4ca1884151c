/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request that hangs is given up soon, but not sooner than this server and this network are slow. What
 * is usual is estimated as TCP estimates a round trip (RFC 6298), and a request gets several times that.
 * Each time it was too little for a part it grows, so that what comes late does come. */

#include "rf-pace-private.h"

#define MULTIPLE 4

/* A packet that TCP has to repeat takes 200 ms and more, twice in a row 600 ms; a stall that is noticed
 * later than after this is one that can be seen. */
#define FLOOR (300 * G_TIME_SPAN_MILLISECOND)

/* While nothing is known: a name to be looked up, a handshake, and a store that has to look for the object. */
#define INITIAL (3 * G_TIME_SPAN_SECOND)

/* Each time twice as long. */
#define GROWTH_BITS 1

/* While nothing is known four times: of a timeout of 15 seconds the second request then gets what is left. */
#define INITIAL_GROWTH_BITS 2

/* 300 ms become 5 minutes. */
#define MAX_GROWTH_BITS 10

/* Of what bodies have brought, what came before the last one counts for so much of what it did. */
#define KEPT (7.0 / 8.0)

/* In less, bodies bring what the kernel had at hand, which tells only how fast they are at the least. */
#define MIN_TIME (5 * G_TIME_SPAN_MILLISECOND)

static void
add (RfEstimate *self, gint64 sample)
{
  if (self->mean == 0)
    {
      *self = (RfEstimate){ .mean = MAX (sample, 1), .deviation = sample / 2 };
      return;
    }
  self->deviation += (ABS (sample - self->mean) - self->deviation) / 4;
  self->mean = MAX (self->mean + (sample - self->mean) / 8, 1);
}

/* Hardly ever exceeded. */
static gint64
get_usual_limit (const RfEstimate *self)
{
  return self->mean + 4 * self->deviation;
}

void
rf_pace_add_first_byte (RfPace *self, gint64 wait)
{
  add (&self->first_byte, wait);
}

void
rf_pace_add_gap (RfPace *self, gint64 wait)
{
  add (&self->gap, wait);
}

/* A body counts for as long as it took: a burst from the kernel's memory for next to nothing. */
void
rf_pace_add_body (RfPace *self, guint64 bytes, gint64 time)
{
  self->bytes = self->bytes * KEPT + (double)bytes;
  self->time = self->time * KEPT + (double)MAX (time, 0);
}

RfUsual
rf_pace_get_usual (const RfPace *self)
{
  RfUsual usual = { .first_byte = self->first_byte.mean };

  usual.rate = (guint64)(self->bytes / MAX (self->time, (double)MIN_TIME) * G_TIME_SPAN_SECOND);
  return usual;
}

gint64
rf_pace_get_allowance (const RfPace *self, guint stalls, gint64 timeout)
{
  gint64 usual = MAX (get_usual_limit (&self->first_byte), get_usual_limit (&self->gap));
  gint64 allowance = usual == 0 ? INITIAL : MAX (MULTIPLE * usual, FLOOR);
  guint growth;

  if (timeout > 0)
    allowance = MIN (allowance, timeout / RF_PACE_MAX_SHARE);
  growth = (usual == 0 ? INITIAL_GROWTH_BITS : GROWTH_BITS) * MIN (stalls, MAX_GROWTH_BITS);
  return allowance << MIN (growth, MAX_GROWTH_BITS);
}
