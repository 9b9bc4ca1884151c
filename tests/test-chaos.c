/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole streams through servers of which a good part of the requests fails, in every way at once, and
 * through outages: every byte arrives, or a clear error does. A failure tells its seed, with which the
 * server does the same again as far as the order of requests is the same. */

#include <ringfetch.h>

#include "rf-test-cases.h"
#include "rf-test-content.h"
#include "rf-test-reader.h"
#include "rf-test-server.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LARGE (64 * MIB)
#define DEFAULTS_SIZE (64 * MIB)
#define NUM_SEEDS 24
#else
#define LARGE (2048 * MIB)
#define DEFAULTS_SIZE (400 * MIB)
#define NUM_SEEDS 200
#define MEASURE_TIME
#endif

/* Of the small objects. */
#define SLOT_SIZE (128 * 1024)

/* So many requests in a row may bring nothing that the waits between them are longer than the timeout
 * of other tests. Longer than this they are once in many millions. */
#define PATIENCE 90

/* What a reader has that nobody told otherwise, and one that an outage is too long for, in seconds. */
#define DEFAULT_TIMEOUT 15
#define SHORT_TIMEOUT 3

/* Much less than loopback gives, but not so little that a slow request takes longer than the rest. */
#define SLOW_RATE (100 * MIB)

/* Half of the requests meet something. */
#define FIVE_TENTHS                                                                                \
  .unavailable = 5, .transient = 5, .reset = 5, .reset_body = 5, .cut = 10, .stall = 5, .hang = 5, \
  .slow = 10

/* Goes to a place, reads up to another, and checks every byte. */
static void
check_range (RfReader *reader, guint64 seed, guint64 start, guint64 stop)
{
  g_autoptr (GError) error = NULL;
  guint64 position = start;

  if (!rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error))
    g_error ("seed %" G_GUINT64_FORMAT ": cannot seek: %s", seed, error->message);
  while (position < stop)
    {
      g_autoptr (RfLoan) loan = rf_reader_read (reader, (gsize)(stop - position), NULL, &error);
      const guint8 *data;
      gsize size;

      if (loan == NULL)
        g_error ("seed %" G_GUINT64_FORMAT ", at %" G_GUINT64_FORMAT ": %s", seed, position,
                 error->message);
      data = rf_loan_get_data (loan, &size);
      if (size == 0 || rf_loan_get_offset (loan) != position
          || !rf_test_content_check (1, data, position, size, NULL))
        g_error ("seed %" G_GUINT64_FORMAT ": %zu bytes at %" G_GUINT64_FORMAT
                 " where those at %" G_GUINT64_FORMAT " should be are wrong or too few",
                 seed, size, rf_loan_get_offset (loan), position);
      position += size;
    }
}

/* All pieces of a large object in random order, with a short look elsewhere before each. */
static void
check_large (const RfTestSettings *settings, guint64 seed)
{
  const RfTestServerConfig config = {
    .size = LARGE, .version = 1, .slow_rate = SLOW_RATE, .chaos = { .seed = seed, FIVE_TENTHS }
  };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), settings);
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)seed);
  g_autoptr (RfStats) stats = NULL;
  gint64 began = g_get_monotonic_time ();
  guint order[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
  guint64 piece = LARGE / G_N_ELEMENTS (order);

  for (guint i = G_N_ELEMENTS (order); i-- > 0;)
    {
      guint64 elsewhere = (guint64)g_rand_int_range (random, 0, (gint32)(LARGE - 100001));
      guint other = (guint)g_rand_int_range (random, 0, (gint32)i + 1);
      guint next = order[other];

      order[other] = order[i];
      check_range (reader, seed, elsewhere, elsewhere + 100000);
      check_range (reader, seed, next * piece, (next + 1) * piece);
    }

  stats = rf_reader_get_stats (reader);
  g_test_message ("%.1f s, %" G_GUINT64_FORMAT " requests, %" G_GUINT64_FORMAT " of them again",
                  (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC, stats->requests,
                  stats->retries);
  g_assert_cmpuint (stats->retries, >, 0);
}

static void
test_large_ring (void)
{
  const RfTestSettings settings
      = { .workers = 8, .slots = 16, .slot_size = LARGE / 256, .retries = -1, .timeout = PATIENCE };

  check_large (&settings, 1);
}

static void
test_one_slot (void)
{
  const RfTestSettings settings
      = { .workers = 4, .slots = 1, .slot_size = LARGE / 64, .retries = -1, .timeout = PATIENCE };

  check_large (&settings, 2);
}

/* A small object, in parts that all have a slot (0), or with only one. */
static void
check_small (RfSession *session, guint64 seed, guint slots)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)seed);
  guint64 size = MIB + (guint64)g_rand_int_range (random, 0, 2 << 20);
  const RfTestServerConfig config = {
    .size = size, .version = 1, .slow_rate = SLOW_RATE, .chaos = { .seed = seed, FIVE_TENTHS }
  };
  const RfTestSettings settings = { .session = session,
                                    .workers = 4,
                                    .slots = slots != 0 ? slots : (guint)(size / SLOT_SIZE + 1),
                                    .slot_size = SLOT_SIZE,
                                    .retries = -1,
                                    .timeout = PATIENCE };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), &settings);

  for (guint i = 0; i < 4; i++)
    {
      guint64 start = (guint64)g_rand_int_range (random, 0, (gint32)size);

      check_range (reader, seed, start, MIN (start + 200000, size));
    }
  check_range (reader, seed, 0, size);
}

/* Each has a session, so that none waits for what the others have repeated. */
static void
check_seed (guint seed, gconstpointer unused)
{
  g_autoptr (RfSession) session = rf_session_new (NULL);

  check_small (session, seed, 0);
  check_small (session, seed, 1);
}

static void
test_seeds (void)
{
  rf_test_cases_run (check_seed, NULL, NUM_SEEDS, 25);
}

/* Nobody has to set anything to get through this. */
static void
test_defaults (void)
{
  const RfTestServerConfig config
      = { .size = DEFAULTS_SIZE,
          .version = 1,
          .chaos = { .seed = 3, .unavailable = 10, .reset = 10, .cut = 10 } };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = rf_test_reader_new (
      rf_test_server_get_uri (server), &(RfTestSettings){ .timeout = DEFAULT_TIMEOUT });

  check_range (reader, config.chaos.seed, 0, config.size);
}

#ifdef MEASURE_TIME
/* Eight connections of 20 MiB/s bring 256 MiB in 1.6 s, and one stall in twenty does not make that
 * many times as long. */
static void
test_stalls_cost_little (void)
{
  const RfTestServerConfig config
      = { .size = 256 * MIB, .version = 1, .latency_ms = 20, .rate = 20 * MIB, .stall_every = 20 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ .workers = 8 });
  gint64 began = g_get_monotonic_time ();
  double seconds;

  check_range (reader, 0, 0, config.size);
  seconds = (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  g_test_message ("256 MiB at 8 x 20 MiB/s, one request in twenty stalls: %.2f s", seconds);
  g_assert_cmpfloat (seconds, <, 6);
}
#endif

/* Slow enough that an outage comes in the middle. */
static RfTestServer *
new_server_of_outages (void)
{
  return rf_test_server_new (
      &(RfTestServerConfig){ .size = 64 * MIB, .version = 1, .rate = 10 * MIB });
}

static void
begin_outage (RfTestServer *server)
{
  rf_test_server_stop_listening (server);
  rf_test_server_close_connections (server);
}

/* The waits between so many repetitions are longer than the outage, but once in billions. */
#define MANY_RETRIES 20

static gpointer
end_outage_later (gpointer server)
{
  g_usleep (2 * G_USEC_PER_SEC);
  rf_test_server_start_listening (server);
  return NULL;
}

static void
test_outage (void)
{
  g_autoptr (RfTestServer) server = new_server_of_outages ();
  g_autoptr (RfReader) reader = rf_test_reader_new (
      rf_test_server_get_uri (server),
      &(RfTestSettings){ .timeout = DEFAULT_TIMEOUT, .retries = MANY_RETRIES });
  g_autoptr (GError) error = NULL;
  GThread *thread;
  guint64 end;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 4 * MIB, &error), ==, 4 * MIB);
  begin_outage (server);
  thread = g_thread_new ("outage", end_outage_later, server);
  end = rf_test_reader_check (reader, 4 * MIB, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (end, ==, 64 * MIB);
  g_thread_join (thread);
}

static void
test_outage_for_good (void)
{
  g_autoptr (RfTestServer) server = new_server_of_outages ();
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server),
                            &(RfTestSettings){ .timeout = SHORT_TIMEOUT, .retries = -1 });
  g_autoptr (GError) error = NULL;
  gint64 began;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 4 * MIB, &error), ==, 4 * MIB);
  begin_outage (server);
  began = g_get_monotonic_time ();
  g_assert_cmpuint (rf_test_reader_check (reader, 4 * MIB, &error), <, 64 * MIB);
  g_assert_cmpint (g_get_monotonic_time () - began, <, (SHORT_TIMEOUT + 1) * G_USEC_PER_SEC);
  g_assert_error (error, RF_ERROR, RF_ERROR_TIMED_OUT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "onnect"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chaos/large-ring", test_large_ring);
  g_test_add_func ("/chaos/one-slot", test_one_slot);
  g_test_add_func ("/chaos/seeds", test_seeds);
  g_test_add_func ("/chaos/defaults", test_defaults);
#ifdef MEASURE_TIME
  g_test_add_func ("/chaos/stalls-cost-little", test_stalls_cost_little);
#endif
  g_test_add_func ("/chaos/outage", test_outage);
  g_test_add_func ("/chaos/outage-for-good", test_outage_for_good);
  return g_test_run ();
}
