/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* More workers help until something else is the limit: the link, the server, the processor. Nobody tells
 * where that is, so it is tried: twice as many, as long as it pays, then back to the lower of equals, and
 * another trial from time to time. What a trial brings is the goodput of an interval, which begins when
 * the workers that were added have had the time for a connection and a first byte.
 *
 * An interval in which the consumer was the limit tells how fast the network is at least. So a gain counts
 * in any case, and that there is none counts only if the network was the limit. */

#include "rf-tuner-private.h"

#include "rf-part-size-private.h"

#define KIB ((gsize)1024)
#define MIB (1024 * KIB)

/* On the machine itself, or beside it: the processor is the limit, and each worker more costs time and memory. A
 * machine that is full makes all that is near seem far, and what is far no faster. */
#define NEAR (2 * G_TIME_SPAN_MILLISECOND)

/* One doubling less before the best number is reached. */
#define START_WORKERS 4

/* Near, while some wait for the processor others have data: on two cores eight are 1.1 times as fast as four, with 0.9
 * of the processor's time for each byte; more are no faster. But objects of some MiB are there before they have paid
 * for six connections more and the memory that these fill for the first time. */
#define NEAR_WORKERS 8
#define NEAR_START (25 * G_TIME_SPAN_MILLISECOND)

/* Where streams share a machine that is full, there is enough to do without. And before the first byte, and near for
 * a moment longer. */
#define CROWDED_WORKERS 2

/* A connection and a first byte. */
#define ROUND_TRIPS_TO_SETTLE 2

/* Bytes come in bursts, one a round trip, and threads run in turns of several milliseconds. */
#define MIN_INTERVAL (10 * G_TIME_SPAN_MILLISECOND)

/* Near, these turns are much of what is seen of a shorter time; and before that, windows that open and memory that is
 * touched for the first time. */
#define NEAR_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

/* So much of each worker tells its rate: several first windows of TCP. Slow ones are judged by what they
 * bring until then. */
#define BYTES_PER_WORKER (64 * KIB)
#define MAX_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)

/* Longer than to most of the world; nothing takes a trial longer than this. */
#define MAX_WAIT G_TIME_SPAN_SECOND

/* The network was the limit in so much of the interval that what it brought is what it can bring. */
#define STARVED 0.8

/* What twice as many workers must bring more; for fewer it is a share of this. */
#define GAIN 0.1

/* After a climb a quarter more stay than have paid: rates vary, and just enough is too little half of the
 * time. A doubling does not show that. */
#define CUSHION 4

/* Fewer workers are as good as more if they bring all but so much, where one of eight, that is missing, may
 * bring an eighth. */
#define LOSS 0.02
#define FALL_SHARE 8

/* Of fewer, one that is missing is missed too much. */
#define MIN_FALLING 4

/* A trial that was spoiled by chance is soon repeated; where several have shown nothing they are seldom. */
#define FIRST_PAUSE (2 * G_TIME_SPAN_SECOND)
#define MAX_PAUSE (8 * G_TIME_SPAN_SECOND)

/* What the base brings is the mean of about so many intervals. */
#define SMOOTH 8

/* Where a worker is dear it has to bring so much of its share to be added, and not to be let go. That is while the
 * server refuses some: then the refusals are not for its sake; and near, where rates are as uneven as the turns
 * of the processor, and what is worth more workers is a limit for each connection. */
#define DEAR_GAIN 0.5

/* The network is not the same any more. */
#define CHANGE 1.5

/* Larger than any slot. */
#define MAX_PART_SIZE (1024 * MIB)

void
rf_tuner_init (
    RfTuner *self, guint min_workers, guint max_workers, gsize max_part_size, gsize budget)
{
  gsize smallest = CLAMP (max_part_size, 1, RF_PART_SIZE_MIN);
  guint least = MAX (min_workers, 1);

  *self = (RfTuner){
    .min_workers = least,
    .max_workers = (guint)CLAMP (budget / smallest, least, MAX (max_workers, least)),
    .max_part_size = CLAMP (max_part_size, 1, MAX_PART_SIZE),
    .budget = MAX (budget, smallest),
    .pause = FIRST_PAUSE,
    .trial = RF_TUNER_RISING,
    .is_guess = TRUE,
    .shortest_wait = G_MAXINT64,
  };
  rf_refusals_init (&self->refusals);
  self->base = self->workers = CLAMP (CROWDED_WORKERS, self->min_workers, self->max_workers);
  self->part_size
      = MIN (MIN (RF_PART_SIZE_START, self->max_part_size), self->budget / self->workers);
}

static void
choose_part_size (RfTuner *self, const RfTunerSample *sample)
{
  self->part_size = rf_part_size_choose (
      &(RfPartSizeCase){ .present = self->part_size,
                         .most = MIN (self->max_part_size, self->budget / self->workers),
                         .first_byte = sample->first_byte,
                         .shortest_wait = self->shortest_wait,
                         .near = NEAR,
                         .rate = sample->rate,
                         .is_full = sample->is_full });
}

/* The level for a trial, or the base: there is none. */
static guint
get_higher (const RfTuner *self)
{
  guint step = rf_refusals_limit_step (&self->refusals, self->base, self->base);

  return self->base + MIN (step, self->max_workers - self->base);
}

static guint
get_lower (const RfTuner *self)
{
  guint lower = self->base - MAX (self->base / FALL_SHARE, 1);

  return self->base < MIN_FALLING || lower < self->min_workers ? self->base : lower;
}

static gint64
get_settle (const RfTunerSample *sample)
{
  return ROUND_TRIPS_TO_SETTLE * CLAMP (sample->first_byte, 0, MAX_WAIT);
}

/* How long a part lasts. */
static gint64
get_drain (const RfTuner *self, const RfTunerSample *sample)
{
  double rate = (double)MAX (sample->rate, 1);

  return (gint64)MIN ((double)self->part_size * G_TIME_SPAN_SECOND / rate, MAX_WAIT);
}

/* The shortest wait tells: near, most of a longer one is that for the bodies of others. */
static gboolean
is_near (const RfTuner *self, const RfTunerSample *sample)
{
  return sample->first_byte > 0 && (self->shortest_wait < NEAR || sample->is_full);
}

/* All changes of the state. Workers that are too many go when their parts end. */
static void
enter (RfTuner *self, RfTunerState state, guint workers, const RfTunerSample *sample)
{
  gint64 settle = get_settle (sample);
  gint64 drain = workers < self->workers ? get_drain (self, sample) : 0;

  self->workers = workers;
  self->state = state;
  switch (state)
    {
    case RF_TUNER_WAITING:
    case RF_TUNER_CLIMBING:
    case RF_TUNER_RISING:
      break;
    case RF_TUNER_FALLING:
      settle = drain;
      break;
    case RF_TUNER_MEASURING:
      self->base = workers;
      if (self->base_goodput == 0)
        settle += drain + (is_near (self, sample) ? NEAR_INTERVAL : 0);
      break;
    case RF_TUNER_HOLDING:
      self->base = workers;
      self->trial_at = sample->now + self->pause;
      break;
    }
  self->was_refused = sample->refusals > self->refused_before;
  self->refused_before = sample->refusals;
  self->before = *sample;
  self->settled_at = sample->now + MIN (settle, MAX_WAIT);
}

static void
measure_again (RfTuner *self, guint workers, const RfTunerSample *sample)
{
  self->base_goodput = 0;
  enter (self, RF_TUNER_MEASURING, workers, sample);
}

/* More are not to be had, and that so many pay has just been seen, if only for a moment. */
static void
hold_most (RfTuner *self, const RfTunerSample *sample)
{
  self->pause = MAX_PAUSE;
  self->base_goodput = 0;
  enter (self, RF_TUNER_HOLDING, self->base, sample);
}

static void
start_trial (RfTuner *self, const RfTunerSample *sample)
{
  guint higher = get_higher (self);
  guint lower = get_lower (self);

  self->is_guess = FALSE;
  if (self->trial == RF_TUNER_RISING && higher > self->base)
    {
      RfTunerState state = self->state == RF_TUNER_HOLDING ? RF_TUNER_RISING : RF_TUNER_CLIMBING;

      enter (self, state, higher, sample);
    }
  else if (self->state != RF_TUNER_HOLDING && self->base == self->max_workers)
    {
      hold_most (self, sample);
    }
  else if (lower < self->base)
    {
      enter (self, RF_TUNER_FALLING, lower, sample);
    }
  else
    {
      self->trial = RF_TUNER_RISING;
      enter (self, RF_TUNER_HOLDING, self->base, sample);
    }
}

static void
fail_trial (RfTuner *self, const RfTunerSample *sample)
{
  enter (self, RF_TUNER_HOLDING, self->base, sample);
  self->pause = MIN (2 * self->pause, MAX_PAUSE);
}

/* More than the server serves. */
static void
set_ceiling (RfTuner *self, const RfTunerSample *sample)
{
  rf_refusals_set_ceiling (&self->refusals, self->workers, sample->now,
                           CLAMP (get_settle (sample), MIN_INTERVAL, MAX_WAIT));
}

static void
judge_rise (RfTuner *self, double goodput, gboolean starved, const RfTunerSample *sample)
{
  double growth = (double)(self->workers - self->base) / self->base;
  gboolean refused = sample->refusals > self->refused_before;
  double gain = refused || is_near (self, sample) ? DEAR_GAIN : GAIN;

  if (goodput >= self->base_goodput * (1 + gain * growth))
    {
      rf_refusals_set_paid (&self->refusals, self->workers);
      self->pause = FIRST_PAUSE;
      self->base = self->workers;
      self->base_goodput = goodput;
      if (starved)
        start_trial (self, sample);
      else
        measure_again (self, self->base, sample);
    }
  else if (starved && sample->busy > self->base)
    {
      /* Fewer cannot do as well where more do even a little better. */
      if (goodput <= self->base_goodput)
        self->trial = RF_TUNER_FALLING;
      if (self->state == RF_TUNER_CLIMBING)
        self->base += (self->workers - self->base) / CUSHION;
      if (refused)
        set_ceiling (self, sample);
      fail_trial (self, sample);
    }
  else
    {
      measure_again (self, self->base, sample);
    }
}

static void
judge_fall (RfTuner *self, double goodput, gboolean starved, const RfTunerSample *sample)
{
  double less = 1 - (double)self->workers / self->base;
  gboolean is_dear = self->was_refused || is_near (self, sample);
  double loss = is_dear ? MAX (DEAR_GAIN * less, LOSS) : LOSS;

  self->trial = RF_TUNER_RISING;
  if (goodput >= self->base_goodput * (1 - loss))
    {
      /* Where fewer bring more, even fewer may. */
      if (goodput > self->base_goodput)
        self->trial = RF_TUNER_FALLING;
      self->pause = FIRST_PAUSE;
      self->base_goodput = goodput;
      enter (self, RF_TUNER_HOLDING, self->workers, sample);
    }
  else if (starved)
    {
      fail_trial (self, sample);
    }
  else
    {
      measure_again (self, self->base, sample);
    }
}

static void
judge_hold (RfTuner *self, double goodput, gboolean starved, const RfTunerSample *sample)
{
  gboolean changed
      = self->base_goodput > 0
        && (goodput > self->base_goodput * CHANGE || goodput * CHANGE < self->base_goodput);
  gboolean looks_for_more;

  self->before = *sample;
  if (!starved)
    return;
  if (self->base_goodput == 0 || changed)
    self->base_goodput = goodput;
  self->base_goodput += (goodput - self->base_goodput) / SMOOTH;
  looks_for_more = rf_refusals_doubt_ceiling (&self->refusals) || changed;
  if (looks_for_more)
    {
      self->pause = FIRST_PAUSE;
      self->trial = RF_TUNER_RISING;
    }
  if ((looks_for_more && get_higher (self) > self->base) || sample->now >= self->trial_at)
    start_trial (self, sample);
}

static gboolean
is_long_enough (const RfTuner *self, const RfTunerSample *sample)
{
  gint64 interval = sample->now - self->before.now;
  gboolean near = is_near (self, sample);
  gint64 least = near ? NEAR_INTERVAL : MIN_INTERVAL;

  /* What one of eight brings is little beside the bursts of the others. */
  if (self->state == RF_TUNER_HOLDING || (self->state == RF_TUNER_FALLING && !near))
    least = MAX_INTERVAL;

  if (interval < MAX (least, MIN (sample->first_byte, MAX_WAIT)))
    return FALSE;
  return interval >= MAX_INTERVAL
         || sample->received >= self->before.received + self->workers * BYTES_PER_WORKER;
}

static void
judge (RfTuner *self, const RfTunerSample *sample)
{
  double interval = (double)(sample->now - self->before.now);
  double bytes = (double)(sample->received - self->before.received);
  double goodput = bytes * G_TIME_SPAN_SECOND / interval;
  gboolean starved = (double)(sample->starved - self->before.starved) >= STARVED * interval;

  /* A network that is gone for a while says nothing of how many workers it needs. */
  if (bytes == 0)
    {
      self->before = *sample;
      return;
    }
  switch (self->state)
    {
    case RF_TUNER_WAITING:
      break;
    case RF_TUNER_MEASURING:
      self->before = *sample;
      if (self->base_goodput == 0)
        self->base_goodput = goodput;
      if (starved)
        start_trial (self, sample);
      else
        self->base_goodput = 0;
      break;
    case RF_TUNER_CLIMBING:
    case RF_TUNER_RISING:
      judge_rise (self, goodput, starved, sample);
      break;
    case RF_TUNER_FALLING:
      judge_fall (self, goodput, starved, sample);
      break;
    case RF_TUNER_HOLDING:
      judge_hold (self, goodput, starved, sample);
      break;
    }
}

/* A trial that is refused ends where it began, and otherwise half as many have to do. */
static gboolean
heed_refusals (RfTuner *self, const RfTunerSample *sample)
{
  if (!rf_refusals_heed (&self->refusals, sample->now, sample->refusals, sample->answers,
                         sample->lasting <= self->workers, self->workers > self->base))
    return FALSE;
  set_ceiling (self, sample);
  self->is_guess = FALSE;
  self->trial = RF_TUNER_RISING;
  if (self->workers > self->base)
    enter (self, RF_TUNER_MEASURING, self->base, sample);
  else
    measure_again (self, MAX (self->workers / 2, self->min_workers), sample);
  return TRUE;
}

static guint
guess_workers (const RfTuner *self, const RfTunerSample *sample)
{
  guint guess = self->shortest_wait < NEAR ? NEAR_WORKERS : START_WORKERS;

  if (sample->is_full && sample->is_shared)
    guess = CROWDED_WORKERS;
  return CLAMP (guess, self->min_workers, self->max_workers);
}

/* The first wait may be that for a connection, and that the machine is full may not be seen at once; but it is not seen
 * all the time, so who has made do with the fewest goes on so. */
static gboolean
is_better_guess (const RfTuner *self, guint guess)
{
  return self->is_guess
         && (guess < self->base || (guess > self->base && self->base > CROWDED_WORKERS));
}

/* The refusals of one or two requests are not for the sake of how many they are. */
static void
wait_for_start (RfTuner *self, guint guess, const RfTunerSample *sample)
{
  rf_refusals_skip (&self->refusals, sample->refusals, sample->answers);
  if (sample->received == 0)
    return;
  if (self->settled_at == 0)
    self->settled_at = sample->now + (self->shortest_wait < NEAR ? NEAR_START : 0);
  if (sample->now >= self->settled_at)
    measure_again (self, guess, sample);
}

static void
decide (RfTuner *self, const RfTunerSample *sample)
{
  guint guess = guess_workers (self, sample);

  if (self->state == RF_TUNER_WAITING)
    {
      wait_for_start (self, guess, sample);
      return;
    }
  if (is_better_guess (self, guess))
    {
      measure_again (self, guess, sample);
      return;
    }
  if (heed_refusals (self, sample))
    return;
  if (self->before.now < self->settled_at)
    {
      if (sample->now >= self->settled_at)
        self->before = *sample;
      return;
    }
  if (is_long_enough (self, sample))
    judge (self, sample);
}

void
rf_tuner_update (RfTuner *self, const RfTunerSample *sample)
{
  if (sample->now < self->before.now || sample->received < self->before.received)
    return;
  if (sample->first_byte > 0)
    self->shortest_wait = MIN (self->shortest_wait, sample->first_byte);
  rf_refusals_lift_ceiling (&self->refusals, self->max_workers, sample->now);
  decide (self, sample);
  choose_part_size (self, sample);
}

gboolean
rf_tuner_is_sparing (const RfTuner *self, gint64 now)
{
  return now < self->refusals.spared_until;
}
