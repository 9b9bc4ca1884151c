/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bodies are fluids: in each step every connection gets its share of the link, at most its own rate. The
 * requests of a level are made ahead, so that a body follows another without a wait, but a request more
 * than before has to wait for a connection and a first byte. */

#include "rf-test-network.h"

#include <math.h>

#define MAX_LANES 64
#define MIB ((guint64)1 << 20)

/* The steps are this share of the latency. */
#define STEPS 5
#define MAX_STEP (2 * G_TIME_SPAN_MILLISECOND)

#define UPDATE_PERIOD (10 * G_TIME_SPAN_MILLISECOND)

/* Of the ring. */
#define ROOM (256 * (double)MIB)
#define BUDGET (ROOM / 2)

/* The wait of a part that was refused. */
#define BACKOFF (100 * G_TIME_SPAN_MILLISECOND)

/* What a slow part has of a connection's rate, and what is left of a link that has dropped, or that is too
 * crowded. */
#define SLOW 0.05
#define DROP 0.25

/* The usual rate is the mean of about so many. */
#define SMOOTH 8

typedef enum
{
  LANE_IDLE,
  LANE_OPENING, /* until `at` */
  LANE_REFUSED, /* until `at` */
  LANE_FLOWING,
} LaneState;

typedef struct
{
  LaneState state;
  gboolean connected;
  gint64 at;
  gint64 began;
  double size;
  double left;
  double rate;
  double share;
} Lane;

typedef struct
{
  const RfTestNetwork *network;
  GRand *rand;
  RfTuner tuner;
  RfTunerSample sample;
  guint fixed;
  gint64 step;
  gint64 updated_at;
  gboolean ended; /* a request has, since the last update */
  double unasked; /* bytes that no request has asked for */
  double received;
  double consumed;
  double starved;
  double usual_rate;
  Lane lanes[MAX_LANES];
} Simulation;

static double
get_limit (double rate)
{
  return rate > 0 ? rate : (double)INFINITY;
}

static gboolean
is_dropped (const Simulation *self)
{
  gint64 at = self->network->drop_at;

  return at > 0 && self->sample.now >= at && self->sample.now < 2 * at;
}

static double
get_consumer_rate (const Simulation *self)
{
  const RfTestNetwork *network = self->network;

  if (network->consumer_for > 0 && self->sample.now / network->consumer_for % 2 == 1)
    return 0;
  return network->consumer;
}

static guint
get_level (const Simulation *self)
{
  return self->fixed > 0 ? self->fixed : self->tuner.workers;
}

static double
get_part_size (const Simulation *self)
{
  return MIN ((double)self->tuner.part_size, BUDGET / get_level (self));
}

static guint
count_lanes (const Simulation *self, LaneState state)
{
  guint count = 0;

  for (guint i = 0; i < MAX_LANES; i++)
    count += self->lanes[i].state == state;
  return count;
}

/* What has been asked for and not been consumed is in the ring. */
static gboolean
has_room (const Simulation *self)
{
  double ahead = self->received - self->consumed;

  for (guint i = 0; i < MAX_LANES; i++)
    if (self->lanes[i].state != LANE_IDLE)
      ahead += self->lanes[i].left;
  return ahead + get_part_size (self) <= ROOM;
}

/* `follows`: another body on the same connection. */
static void
start_request (Simulation *self, Lane *lane, guint busy, gboolean follows)
{
  const RfTestNetwork *network = self->network;
  double jitter = network->jitter * g_rand_double_range (self->rand, -1, 1);
  gboolean slow = g_rand_double (self->rand) < network->slow;
  gboolean hidden = follows && g_rand_double (self->rand) >= network->exposed;
  gint64 wait = hidden ? 0 : network->latency;

  lane->size = lane->left = MIN (get_part_size (self), self->unasked);
  self->unasked -= lane->size;
  lane->rate = get_limit (network->rate) * (1 + jitter) * (slow ? SLOW : 1);
  if (!lane->connected)
    wait += network->latency;
  lane->connected = TRUE;
  lane->at = self->sample.now + wait;
  lane->state = LANE_OPENING;
  if ((network->most > 0 && busy >= network->most) || g_rand_double (self->rand) < network->refused)
    lane->state = LANE_REFUSED;
  if (lane->state == LANE_REFUSED)
    lane->at = self->sample.now + MAX (wait, network->latency);
}

static void
start_requests (Simulation *self)
{
  guint busy = MAX_LANES - count_lanes (self, LANE_IDLE);
  /* The first is alone until it has told how large the resource is. */
  guint level = self->received > 0 ? get_level (self) : 1;

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < MAX_LANES && busy < level && self->unasked > 0 && has_room (self); i++)
      {
        Lane *lane = &self->lanes[i];

        if (lane->state != LANE_IDLE || lane->connected != (pass == 0))
          continue;
        start_request (self, lane, busy - count_lanes (self, LANE_REFUSED),
                       lane->began == self->sample.now);
        busy++;
      }
}

static void
open_lanes (Simulation *self)
{
  for (guint i = 0; i < MAX_LANES; i++)
    {
      Lane *lane = &self->lanes[i];

      if (lane->at > self->sample.now)
        continue;
      if (lane->state == LANE_OPENING)
        {
          self->sample.first_byte = MAX (self->network->latency, 1);
          self->sample.answers++;
          lane->state = LANE_FLOWING;
          lane->began = self->sample.now;
        }
      else if (lane->state == LANE_REFUSED && lane->size > 0)
        {
          self->sample.refusals++;
          self->ended = TRUE;
          self->unasked += lane->size;
          lane->size = lane->left = 0;
          lane->at = self->sample.now + BACKOFF;
        }
      else if (lane->state == LANE_REFUSED)
        {
          lane->state = LANE_IDLE;
        }
    }
}

/* Gives those their own rate that want no more than their fair share of the link. Returns whether there
 * were any; `left` is what the others have, and `fair` each of them. */
static gboolean
give_own_rates (Simulation *self, double *left, double *fair)
{
  gboolean found = FALSE;
  guint hungry = 0;

  for (guint i = 0; i < MAX_LANES; i++)
    {
      Lane *lane = &self->lanes[i];

      if (lane->state != LANE_FLOWING || lane->share > 0)
        continue;
      if (lane->rate > *fair)
        {
          hungry++;
          continue;
        }
      lane->share = lane->rate;
      *left -= lane->rate;
      found = TRUE;
    }
  *fair = MAX (*left, 0) / MAX (hungry, 1);
  return found;
}

static void
share_link (Simulation *self)
{
  const RfTestNetwork *network = self->network;
  guint flowing = count_lanes (self, LANE_FLOWING);
  double crowd = flowing > 2 ? network->crowding * (flowing - 2) : 0;
  double left = get_limit (network->link) * (is_dropped (self) ? DROP : 1) * MAX (1 - crowd, DROP);
  double fair = left / MAX (flowing, 1);

  for (guint i = 0; i < MAX_LANES; i++)
    self->lanes[i].share = 0;
  while (give_own_rates (self, &left, &fair))
    ;
  for (guint i = 0; i < MAX_LANES; i++)
    if (self->lanes[i].share == 0)
      self->lanes[i].share = fair;
}

static void
finish_body (Simulation *self, Lane *lane)
{
  gint64 end = self->sample.now + self->step;
  double rate = lane->size * G_TIME_SPAN_SECOND / (double)(end - lane->began);

  self->usual_rate += self->usual_rate > 0 ? (rate - self->usual_rate) / SMOOTH : rate;
  self->ended = TRUE;
  lane->state = LANE_IDLE;
  lane->began = end;
}

static void
flow (Simulation *self)
{
  double seconds = (double)self->step / G_TIME_SPAN_SECOND;
  double room = ROOM - (self->received - self->consumed);

  share_link (self);
  for (guint i = 0; i < MAX_LANES; i++)
    {
      Lane *lane = &self->lanes[i];
      double bytes = MIN (MIN (lane->share * seconds, lane->left), MAX (room, 0));

      if (lane->state != LANE_FLOWING)
        continue;
      lane->left -= bytes;
      room -= bytes;
      self->received += bytes;
      /* There are no parts of bytes. */
      if (lane->left < 1)
        finish_body (self, lane);
    }
}

static void
consume (Simulation *self)
{
  double rate = get_consumer_rate (self);
  double here = self->received - self->consumed;
  double wanted = rate > 0 ? rate * (double)self->step / G_TIME_SPAN_SECOND : here;

  if (rate == 0 || wanted > here || has_room (self))
    self->starved += (double)self->step;
  self->consumed += MIN (wanted, here);
}

static void
update (Simulation *self)
{
  if (!self->ended && self->sample.now < self->updated_at + UPDATE_PERIOD)
    return;
  self->updated_at = self->sample.now;
  self->ended = FALSE;
  self->sample.received = (guint64)self->received;
  self->sample.starved = (gint64)self->starved;
  self->sample.rate = (guint64)self->usual_rate;
  self->sample.busy = self->sample.lasting = MAX_LANES - count_lanes (self, LANE_IDLE);
  rf_tuner_update (&self->tuner, &self->sample);
}

RfTestStream *
rf_test_network_stream (const RfTestNetwork *network,
                        guint fixed,
                        guint max_workers,
                        guint64 size,
                        gint64 limit,
                        guint32 seed)
{
  RfTestStream *stream = g_new0 (RfTestStream, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree Simulation *self = g_new0 (Simulation, 1);
  gint64 step = CLAMP (network->latency / STEPS, 1, MAX_STEP);

  *self = (Simulation){ .network = network, .rand = rand, .fixed = fixed, .step = step };
  self->unasked = (double)size;
  rf_tuner_init (&self->tuner, 0, max_workers, 2 * MIB, (gsize)BUDGET);
  stream->received = g_array_new (FALSE, FALSE, sizeof (guint64));
  while (self->sample.now < limit && self->unasked > 0)
    {
      open_lanes (self);
      start_requests (self);
      open_lanes (self);
      flow (self);
      consume (self);
      self->sample.now += step;
      update (self);
      if (self->sample.now / RF_TEST_NETWORK_PERIOD > stream->received->len)
        {
          guint64 bytes = (guint64)self->received;

          g_array_append_val (stream->received, bytes);
        }
    }
  stream->duration = self->sample.now;
  stream->bytes = (guint64)self->received;
  stream->level = get_level (self);
  stream->refusals = (guint)self->sample.refusals;
  return stream;
}

void
rf_test_stream_free (RfTestStream *self)
{
  g_array_unref (self->received);
  g_free (self);
}
