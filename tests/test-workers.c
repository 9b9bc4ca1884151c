/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the workers of a reader do together, whatever the network and the consumer do. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

#include <sys/resource.h>

/* A network that becomes slower for all */

#define NUM_WORKERS 4
#define FAST (20 * MIB) /* bytes a second on each connection */
#define FAST_SIZE (32 * MIB)
#define SLOW (3 * MIB)
#define SLOW_SIZE (24 * MIB)

/* Of the processor's time: to watch requests takes next to none. */
#define MAX_BUSY 0.5

static gint64
get_processor_time (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_TIME_SPAN_SECOND
         + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void
test_slower_for_all (void)
{
  RfTestServerConfig config = { .size = 64 * MIB, .version = 1, .rate = FAST };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server),
                                                    &(RfTestSettings){ .workers = NUM_WORKERS });
  g_autoptr (GError) error = NULL;
  gint64 elapsed, used;

  rf_test_reader_check_until (reader, 0, FAST_SIZE, &error);
  g_assert_no_error (error);
  config.rate = SLOW;
  rf_test_server_set_config (server, &config);
  elapsed = -g_get_monotonic_time ();
  used = -get_processor_time ();
  rf_test_reader_check_until (reader, FAST_SIZE, FAST_SIZE + SLOW_SIZE, &error);
  g_assert_no_error (error);
  used += get_processor_time ();
  elapsed += g_get_monotonic_time ();
  g_test_message ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " ms busy", used / 1000,
                  elapsed / 1000);
  g_assert_cmpfloat ((double)used, <, MAX_BUSY * (double)elapsed);
}

/* A consumer who keeps what it gets */

#define NUM_HELD 40

static void
test_loans_are_held (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 128 * MIB, .version = 1, .cached = TRUE, .image_size = MIB });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify)rf_loan_unref);

  for (guint i = 0; i < NUM_HELD; i++)
    {
      g_autoptr (GError) error = NULL;
      RfLoan *loan = rf_reader_read (reader, G_MAXSSIZE, NULL, &error);

      g_assert_no_error (error);
      g_ptr_array_add (held, loan);
      /* All is asked for that may be, and comes. */
      if (i % 20 == 0)
        g_usleep (200 * G_TIME_SPAN_MILLISECOND);
    }
}

/* A link that a few connections fill */

#define LINK_SIZE (16 * MIB)
#define LINK_RATE (200 * MIB)
#define LINK_LATENCY 5
#define NUM_READINGS 3

/* As many as fill it, several times. */
#define MAX_FILLING_WORKERS 32

static RfTestServer *
new_link (void)
{
  return rf_test_server_new (&(RfTestServerConfig){ .size = LINK_SIZE,
                                                    .version = 1,
                                                    .cached = TRUE,
                                                    .link_rate = LINK_RATE,
                                                    .latency_ms = LINK_LATENCY });
}

/* Reads all of it so many times, and stands still after each. */
static void
read_again_and_again (RfReader *reader, guint times, gint64 pause)
{
  for (guint i = 0; i < times; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, NULL));
      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, LINK_SIZE);
      g_assert_no_error (error);
      g_usleep ((gulong)pause);
    }
}

/* That nothing comes when nothing is asked for is not taken for a slow network. */
static void
test_pauses (void)
{
  g_autoptr (RfTestServer) server = new_link ();
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (RfStats) stats = NULL;

  read_again_and_again (reader, 6, 300 * G_TIME_SPAN_MILLISECOND);
  stats = rf_reader_get_stats (reader);
  g_test_message ("%u workers", stats->workers);
  g_assert_cmpuint (stats->workers, <=, MAX_FILLING_WORKERS);
}

/* They take it from each other, so each is slow; to ask another one for the same does not help. */
static void
test_too_many_workers (void)
{
  g_autoptr (RfTestServer) server = new_link ();
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ .workers = 64 });
  RfTestServerCounts counts;

  read_again_and_again (reader, NUM_READINGS, 0);
  rf_test_server_get_counts (server, &counts);
  g_test_message ("%.2f times the bytes",
                  (double)counts.body_bytes / (double)(NUM_READINGS * LINK_SIZE));
  g_assert_cmpuint (counts.body_bytes, <, NUM_READINGS * LINK_SIZE * 3 / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workers/slower-for-all", test_slower_for_all);
  g_test_add_func ("/workers/loans-are-held", test_loans_are_held);
  g_test_add_func ("/workers/pauses", test_pauses);
  g_test_add_func ("/workers/too-many-workers", test_too_many_workers);
  return g_test_run ();
}
