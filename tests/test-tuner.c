/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each rule by which workers and parts are chosen, in networks of which the goodput is a formula. */

#include "rf-tuner-private.h"

#define MS G_TIME_SPAN_MILLISECOND
#define S G_TIME_SPAN_SECOND
#define KIB ((gsize)1024)
#define MIB (1024 * KIB)

#define PERIOD (10 * MS)

/* How many workers a stream begins with, and one that shares a full machine. */
#define START 4
#define NEAR_START 8
#define CROWDED 2

/* How long these are enough for one that is near. */
#define NEAR_WAIT (3 * PERIOD)

typedef struct
{
  RfTuner tuner;
  RfTunerSample sample;
  double rate;     /* bytes a second of one */
  double link;     /* and of all */
  double crowding; /* what each worker takes from all, as a share of it */
  double starved;  /* share of the time */
  double answers;
  guint least; /* what has been decided since this was reset */
  guint most;
} Fixture;

static void
init (Fixture *self, guint max_workers, double rate, double link)
{
  *self = (Fixture){ .rate = rate, .link = link, .starved = 1, .least = G_MAXUINT };
  self->sample = (RfTunerSample){ .now = S, .first_byte = 20 * MS, .rate = (guint64)rate };
  rf_tuner_init (&self->tuner, 0, max_workers, 4 * MIB, 256 * MIB);
}

static void
run (Fixture *self, gint64 duration)
{
  for (gint64 end = self->sample.now + duration; self->sample.now < end;)
    {
      double link = self->link * (1 - self->crowding * self->tuner.workers);
      double goodput = MIN (self->tuner.workers * self->rate, link);

      self->sample.now += PERIOD;
      self->sample.received += (guint64)(goodput * PERIOD / S);
      self->answers += goodput * PERIOD / S / (double)self->tuner.part_size;
      self->sample.answers = (guint64)self->answers;
      self->sample.starved += (gint64)(self->starved * PERIOD);
      self->sample.busy = self->sample.lasting = self->tuner.workers;
      rf_tuner_update (&self->tuner, &self->sample);
      g_assert_cmpuint (self->tuner.workers, >=, 1);
      g_assert_cmpuint (self->tuner.workers, <=, self->tuner.max_workers);
      self->least = MIN (self->least, self->tuner.workers);
      self->most = MAX (self->most, self->tuner.workers);
    }
}

static void
run_apart (Fixture *self, gint64 duration)
{
  self->least = G_MAXUINT;
  self->most = 0;
  run (self, duration);
}

/* More than one and not many, before anything is known and when the first byte has come. */
static void
test_start (void)
{
  Fixture f;

  init (&f, 64, MIB, 64 * MIB);
  g_assert_cmpuint (f.tuner.workers, ==, 2);
  g_assert_cmpuint (f.tuner.part_size, ==, MIB);
  rf_tuner_update (&f.tuner, &f.sample);
  g_assert_cmpuint (f.tuner.workers, ==, 2);
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, START);

  /* Near, what is small is there before more have paid. */
  init (&f, 64, MIB, 64 * MIB);
  f.sample.first_byte = MS / 5;
  run (&f, NEAR_WAIT);
  g_assert_cmpuint (f.tuner.workers, ==, 2);
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, NEAR_START);
}

static void
test_climbs_while_it_pays (void)
{
  Fixture f;

  init (&f, 64, MIB, 1000.0 * MIB);
  run (&f, S);
  g_assert_cmpuint (f.tuner.workers, ==, 64);
  /* From time to time, and not at once, it is seen that fewer would not do. */
  run_apart (&f, 5 * S);
  g_assert_cmpuint (f.least, ==, 64);
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.least, ==, 56);
  g_assert_cmpuint (f.tuner.base, ==, 64);
}

/* Of equals the lower, and a quarter more. */
static void
test_holds_the_lower_of_equals (void)
{
  Fixture f;

  init (&f, 64, 5.0 * MIB, 40.0 * MIB);
  run (&f, 2 * S);
  g_assert_cmpuint (f.most, ==, 16);
  g_assert_cmpuint (f.tuner.workers, ==, 10);

  init (&f, 64, 10.0 * MIB, 20.0 * MIB);
  f.sample.first_byte = MS / 5;
  run (&f, 2 * S);
  g_assert_cmpuint (f.most, ==, 2 * NEAR_START);
  g_assert_cmpuint (f.tuner.workers, ==, 10);
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.least, <=, 4);
}

/* Slower connections are no reason to try fewer. */
static void
test_change_at_most (void)
{
  Fixture f;

  init (&f, 64, 4.0 * MIB, 1000.0 * MIB);
  run (&f, 2 * S);
  f.rate = MIB;
  run_apart (&f, 3 * S);
  g_assert_cmpuint (f.least, ==, 64);
}

/* What more workers than needed cost is given back, and never more than that. */
static void
test_falls_to_what_is_needed (void)
{
  Fixture f;

  init (&f, 64, 5.0 * MIB, 40.0 * MIB);
  run (&f, 90 * S);
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.least, >=, 7);
  g_assert_cmpuint (f.most, <=, 16);
  f.rate = 10.0 * MIB;
  run (&f, 120 * S);
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.least, >=, 3);
  g_assert_cmpuint (f.most, <=, 10);
}

/* A link that has become faster shows in the next trial, connections that have become slower at once. */
static void
test_change (void)
{
  Fixture f;

  init (&f, 64, 5.0 * MIB, 20.0 * MIB);
  run (&f, 40 * S);
  f.link = 160.0 * MIB;
  run (&f, 20 * S);
  g_assert_cmpuint (f.tuner.workers, >=, 32);

  init (&f, 64, 20.0 * MIB, 80.0 * MIB);
  run (&f, 40 * S);
  f.rate = 2.0 * MIB;
  run (&f, 2 * S);
  g_assert_cmpuint (f.tuner.workers, >=, 32);
}

/* Each trial that shows nothing makes them rarer. */
static void
test_trials_become_rare (void)
{
  guint trials = 0;
  Fixture f;

  init (&f, 4, 10.0 * MIB, 20.0 * MIB);
  f.sample.first_byte = MS / 5;
  run (&f, 60 * S);
  for (guint i = 0; i < 6000; i++)
    {
      guint before = f.tuner.workers;

      run (&f, PERIOD);
      trials += f.tuner.workers > before;
    }
  g_assert_cmpuint (trials, >=, 1);
  g_assert_cmpuint (trials, <=, 8);
}

static void
test_slow_consumer_decides_nothing (void)
{
  Fixture f;

  init (&f, 64, MIB, 2.0 * MIB);
  f.starved = 0.5;
  run (&f, 20 * S);
  g_assert_cmpuint (f.tuner.workers, ==, START);
  g_assert_cmpuint (f.most, ==, START);
  f.starved = 1;
  f.link = 1000.0 * MIB;
  run (&f, S);
  g_assert_cmpuint (f.tuner.workers, ==, 64);
  /* And fewer are not tried either. */
  f.starved = 0;
  f.link = 2.0 * MIB;
  run_apart (&f, 20 * S);
  g_assert_cmpuint (f.least, ==, 64);
}

/* Bytes that have come are a fact, whoever is the limit now. */
static void
test_gain_counts_for_a_slow_consumer (void)
{
  Fixture f;

  init (&f, 64, MIB, 1000.0 * MIB);
  while (f.tuner.workers < 2 * START)
    run (&f, PERIOD);
  f.starved = 0.5;
  run (&f, 20 * S);
  g_assert_cmpuint (f.tuner.workers, ==, 2 * START);
}

/* Workers that had nothing to do have shown nothing. */
static void
test_idle_workers (void)
{
  Fixture f;

  init (&f, 64, MIB, 4.0 * MIB);
  run (&f, 50 * MS);
  for (guint i = 0; i < 100; i++)
    {
      f.sample.now += PERIOD;
      f.sample.received += 40 * KIB;
      f.sample.starved += PERIOD;
      f.sample.busy = f.sample.lasting = START;
      rf_tuner_update (&f.tuner, &f.sample);
      g_assert_cmpuint (f.tuner.workers, <=, 2 * START);
      g_assert_cmpint (f.tuner.state, !=, RF_TUNER_HOLDING);
    }
}

static void
test_refusals (void)
{
  Fixture f;

  init (&f, 64, MIB, 1000.0 * MIB);
  run (&f, 20 * S);
  /* One burst. */
  f.sample.refusals += 20;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, 32);
  f.sample.refusals += 10;
  run (&f, 2 * PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, 32);
  /* Another one. */
  run (&f, 4 * PERIOD);
  f.sample.refusals += 8;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, 16);
  /* It comes near to what was refused, but not there. */
  run_apart (&f, 28 * S);
  g_assert_cmpuint (f.most, <, 32);
  g_assert_cmpuint (f.tuner.workers, >=, 24);
  /* That takes long, and goes on. */
  run_apart (&f, 30 * S);
  g_assert_cmpuint (f.most, <=, 40);
  run (&f, 300 * S);
  g_assert_cmpuint (f.tuner.base, ==, 64);
}

/* Near, a doubling has to bring half as much again. */
static void
test_near (void)
{
  Fixture f;

  init (&f, 64, 100.0 * MIB, 480.0 * MIB);
  f.sample.first_byte = MS / 5;
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.tuner.workers, >=, 4);
  g_assert_cmpuint (f.tuner.workers, <=, 5);

  /* And what is not needed is let go. */
  init (&f, 64, 10.0 * MIB, 1000.0 * MIB);
  f.sample.first_byte = MS / 5;
  run (&f, 10 * S);
  g_assert_cmpuint (f.tuner.workers, ==, 64);
  f.rate = 500.0 * MIB;
  run (&f, 120 * S);
  g_assert_cmpuint (f.tuner.workers, <=, 4);
}

/* The first wait was that for a connection. */
static void
test_near_later (void)
{
  Fixture f;

  init (&f, 64, 100.0 * MIB, 2000.0 * MIB);
  f.sample.first_byte = 5 * MS;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, START);
  f.sample.first_byte = MS / 5;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, NEAR_START);

  /* Nor does it go up and down with a machine that is full at times. */
  init (&f, 64, 100.0 * MIB, 2000.0 * MIB);
  f.sample.first_byte = MS / 5;
  f.sample.is_full = f.sample.is_shared = TRUE;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, CROWDED);
  f.sample.is_full = FALSE;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, CROWDED);
}

/* One fall follows another while that helps: no more are tried in between. */
static void
test_fewer_are_better (void)
{
  Fixture f;

  init (&f, 64, 500.0 * MIB, 2000.0 * MIB);
  f.crowding = 0.03;
  f.sample.first_byte = MS / 5;
  run (&f, S);
  g_assert_cmpuint (f.tuner.base, ==, 10);
  while (f.tuner.base > 4)
    {
      run (&f, PERIOD);
      g_assert_cmpuint (f.tuner.workers, <=, f.tuner.base);
      g_assert_cmpint (f.sample.now, <, 60 * S);
    }
}

/* A wait that becomes longer there is that for the bodies of others. */
static void
test_near_stays_near (void)
{
  Fixture f;

  init (&f, 64, 100.0 * MIB, 480.0 * MIB);
  f.sample.first_byte = MS;
  run (&f, S / 2);
  f.sample.first_byte = 5 * MS;
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.most, <, 20);
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.tuner.workers, <=, 5);
  g_assert_cmpuint (f.most, <=, 10);
  g_assert_cmpuint (f.tuner.part_size, ==, MIB);
}

/* A stream that shares a full machine needs no more than two; and what was guessed before that was seen is taken back.
 * One that has the machine to itself keeps what it began with, and so does what has proved its worth. */
static void
test_full (void)
{
  Fixture f;

  init (&f, 64, 100.0 * MIB, 200.0 * MIB);
  f.sample.is_full = f.sample.is_shared = TRUE;
  f.starved = 0;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, CROWDED);
  run_apart (&f, 10 * S);
  g_assert_cmpuint (f.most, ==, CROWDED);

  init (&f, 64, 100.0 * MIB, 200.0 * MIB);
  f.sample.is_shared = TRUE;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, START);
  f.sample.is_full = TRUE;
  f.starved = 0;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, CROWDED);

  init (&f, 64, 100.0 * MIB, 200.0 * MIB);
  f.sample.is_full = TRUE;
  f.starved = 0;
  run_apart (&f, 10 * S);
  g_assert_cmpuint (f.tuner.workers, ==, START);
  g_assert_cmpuint (f.most, ==, START);

  init (&f, 64, 10.0 * MIB, 1000.0 * MIB);
  run (&f, S);
  g_assert_cmpuint (f.tuner.workers, ==, 64);
  f.sample.is_full = f.sample.is_shared = TRUE;
  f.starved = 0;
  run_apart (&f, 10 * S);
  g_assert_cmpuint (f.least, ==, 64);
}

/* The first byte is late there because of the machine, which is no reason for larger parts. */
static void
test_part_size_when_full (void)
{
  Fixture f;

  init (&f, 64, 100.0 * MIB, 200.0 * MIB);
  f.sample.is_full = TRUE;
  run (&f, S);
  g_assert_cmpuint (f.tuner.part_size, ==, MIB);
  f.sample.is_full = FALSE;
  run (&f, S);
  g_assert_cmpuint (f.tuner.part_size, ==, 4 * MIB);
}

/* Of 16 workers, where 8 have paid. */
static void
refuse_trial (Fixture *self)
{
  init (self, 64, MIB, 1000.0 * MIB);
  while (self->tuner.workers < 16)
    run (self, PERIOD);
  self->sample.refusals += 6;
  run (self, PERIOD);
  g_assert_cmpuint (self->tuner.workers, ==, 8);
}

/* A trial that is refused ends where it began. */
static void
test_refused_trial (void)
{
  Fixture f;

  refuse_trial (&f);
  run_apart (&f, 10 * S);
  g_assert_cmpuint (f.most, ==, 15);
}

/* What was guessed is not guessed again once it was refused. */
static void
test_refused_guess (void)
{
  Fixture f;

  init (&f, 64, 100.0 * MIB, 2000.0 * MIB);
  f.sample.first_byte = MS / 5;
  run (&f, NEAR_WAIT + PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, NEAR_START);
  f.sample.refusals += 20;
  f.starved = 0;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, ==, NEAR_START / 2);
  run_apart (&f, S);
  g_assert_cmpuint (f.most, ==, NEAR_START / 2);
}

/* Fewer are refused as well, so they need not be fewer. */
static void
test_ceiling_is_doubted (void)
{
  Fixture f;

  refuse_trial (&f);
  for (guint i = 0; i < 8; i++)
    {
      run (&f, S);
      f.sample.refusals++;
    }
  run (&f, 2 * S);
  g_assert_cmpuint (f.tuner.workers, ==, 64);
  g_assert_cmpuint (f.tuner.refusals.paid, ==, 64);
}

/* One of ten is chance. */
static void
test_refused_by_chance (void)
{
  Fixture f;

  init (&f, 64, MIB, 1000.0 * MIB);
  run (&f, 10 * S);
  f.least = G_MAXUINT;
  for (guint i = 0; i < 1000; i++)
    {
      f.sample.refusals++;
      run (&f, 10 * S * (gint64)f.tuner.part_size / (gint64)(64 * MIB));
    }
  g_assert_cmpuint (f.least, >=, 56);
  /* More at once are none. */
  f.sample.refusals += 30;
  run (&f, PERIOD);
  g_assert_cmpuint (f.tuner.workers, <=, 32);
}

/* Down to one, which is never given up. */
static void
test_refused_again_and_again (void)
{
  Fixture f;

  init (&f, 64, MIB, 1000.0 * MIB);
  run (&f, 5 * S);
  for (guint i = 0; i < 600; i++)
    {
      f.sample.refusals += f.tuner.workers;
      run (&f, 10 * PERIOD);
    }
  g_assert_cmpuint (f.tuner.workers, ==, 1);
  run (&f, 10 * 60 * S);
  g_assert_cmpuint (f.tuner.workers, >, 1);
}

static void
test_one_worker (void)
{
  static const guint limits[] = { 0, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      Fixture f;

      init (&f, limits[i], MIB, 1000.0 * MIB);
      f.sample.refusals = 1;
      run (&f, 10 * S);
      f.sample.refusals++;
      run (&f, 60 * S);
      g_assert_cmpuint (f.most, ==, 1);
    }
}

static void
test_nothing_comes (void)
{
  Fixture f;

  init (&f, 64, 0, 0);
  f.sample.refusals = 3;
  run (&f, 20 * S);
  g_assert_cmpuint (f.most, ==, 2);

  init (&f, 64, 5.0 * MIB, 40.0 * MIB);
  run (&f, 10 * S);
  f.link = 0;
  run_apart (&f, 60 * S);
  g_assert_cmpuint (f.most, <=, 20);
}

static void
test_strange_samples (void)
{
  RfTuner before;
  Fixture f;

  init (&f, 64, 5.0 * MIB, 40.0 * MIB);
  run (&f, 3 * S);
  before = f.tuner;
  for (guint i = 0; i < 1000; i++)
    rf_tuner_update (&f.tuner, &f.sample);
  f.sample.now -= S;
  rf_tuner_update (&f.tuner, &f.sample);
  f.sample.now += S;
  f.sample.received /= 2;
  rf_tuner_update (&f.tuner, &f.sample);
  g_assert_cmpuint (f.tuner.workers, ==, before.workers);
  g_assert_cmpuint (f.tuner.part_size, ==, before.part_size);
  g_assert_cmpint (f.tuner.state, ==, before.state);

  init (&f, 64, 0, 0);
  f.sample = (RfTunerSample){ .now = G_MAXINT64 / 2,
                              .received = G_MAXUINT64 / 2,
                              .starved = G_MAXINT64 / 2,
                              .first_byte = G_MAXINT64 };
  for (guint i = 0; i < 100; i++)
    {
      f.sample.now += S;
      f.sample.refusals += i % 7 == 0;
      f.sample.received += i;
      f.sample.rate = i % 2 == 0 ? 1 : G_MAXUINT64;
      rf_tuner_update (&f.tuner, &f.sample);
      g_assert_cmpuint (f.tuner.workers, >=, 1);
      g_assert_cmpuint (f.tuner.part_size, >=, 256 * KIB);
      g_assert_cmpuint (f.tuner.part_size, <=, 4 * MIB);
    }
}

/* The parts of all workers fit, and there are no more workers than have a part. */
static void
test_budget (void)
{
  static const gsize budgets[] = { 0, 1, 256 * KIB, MIB, 5 * MIB, 64 * MIB, G_MAXSIZE };
  static const gsize sizes[] = { 0, 1, 100000, 256 * KIB, MIB, 4 * MIB, G_MAXSIZE };

  for (guint i = 0; i < G_N_ELEMENTS (budgets); i++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      {
        Fixture f;

        init (&f, 64, 20.0 * MIB, 4000.0 * MIB);
        rf_tuner_init (&f.tuner, 0, 64, sizes[k], budgets[i]);
        for (guint n = 0; n < 300; n++)
          {
            g_assert_cmpuint (f.tuner.part_size, >=, 1);
            g_assert_cmpuint (f.tuner.part_size, <=, MAX (sizes[k], 1));
            g_assert_cmpuint (f.tuner.part_size, <=,
                              MAX (budgets[i], CLAMP (sizes[k], 1, 256 * KIB)) / f.tuner.workers);
            run (&f, PERIOD);
          }
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tuner/start", test_start);
  g_test_add_func ("/tuner/climbs-while-it-pays", test_climbs_while_it_pays);
  g_test_add_func ("/tuner/holds-the-lower-of-equals", test_holds_the_lower_of_equals);
  g_test_add_func ("/tuner/change-at-most", test_change_at_most);
  g_test_add_func ("/tuner/falls-to-what-is-needed", test_falls_to_what_is_needed);
  g_test_add_func ("/tuner/change", test_change);
  g_test_add_func ("/tuner/trials-become-rare", test_trials_become_rare);
  g_test_add_func ("/tuner/slow-consumer-decides-nothing", test_slow_consumer_decides_nothing);
  g_test_add_func ("/tuner/gain-counts-for-a-slow-consumer", test_gain_counts_for_a_slow_consumer);
  g_test_add_func ("/tuner/idle-workers", test_idle_workers);
  g_test_add_func ("/tuner/near", test_near);
  g_test_add_func ("/tuner/near-stays-near", test_near_stays_near);
  g_test_add_func ("/tuner/fewer-are-better", test_fewer_are_better);
  g_test_add_func ("/tuner/near-later", test_near_later);
  g_test_add_func ("/tuner/full", test_full);
  g_test_add_func ("/tuner/part-size-when-full", test_part_size_when_full);
  g_test_add_func ("/tuner/refusals", test_refusals);
  g_test_add_func ("/tuner/refused-trial", test_refused_trial);
  g_test_add_func ("/tuner/refused-guess", test_refused_guess);
  g_test_add_func ("/tuner/ceiling-is-doubted", test_ceiling_is_doubted);
  g_test_add_func ("/tuner/refused-by-chance", test_refused_by_chance);
  g_test_add_func ("/tuner/refused-again-and-again", test_refused_again_and_again);
  g_test_add_func ("/tuner/one-worker", test_one_worker);
  g_test_add_func ("/tuner/nothing-comes", test_nothing_comes);
  g_test_add_func ("/tuner/strange-samples", test_strange_samples);
  g_test_add_func ("/tuner/budget", test_budget);
  return g_test_run ();
}
