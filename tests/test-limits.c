/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* max-bandwidth: that a stream is not faster, and that whoever is held back is held up by nothing else. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

#define KIB ((guint64)1024)

/* Long for a busy machine, but not for a reader that waits. */
#define AT_ONCE (2 * G_TIME_SPAN_SECOND)

/* What may come at once: a quarter of a second's worth, but a part is not smaller than this. */
#define BURSTS_PER_SECOND 4
#define MIN_PART (16 * KIB)

static RfReader *
new_reader (RfTestServer *server, const RfTestSettings *settings, guint64 rate)
{
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);

  rf_options_set_max_bandwidth (options, rate);
  return rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
}

/* So many bytes have come since then. */
static void
expect_rate (gint64 began, guint64 bytes, guint64 rate)
{
  double seconds = (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  guint64 burst = MAX (rate / BURSTS_PER_SECOND, MIN (rate, MIN_PART));
  double least = (double)(bytes - MIN (bytes, burst)) / (double)rate;

  g_test_message ("%.2f s, at least %.2f", seconds, least);
  g_assert_cmpfloat (seconds, >=, least);
  g_assert_cmpfloat (seconds, <=, 3 * (least + 2));
}

static const struct
{
  RfTestServerMode mode;
  RfTestSettings settings;
} streams[] = {
  { RF_TEST_SERVER_RANGES, { .workers = 1, .slots = 2, .slot_size = 64 * KIB } },
  { RF_TEST_SERVER_RANGES, { .workers = 8, .slots = 32, .slot_size = MIB } },
  { RF_TEST_SERVER_RANGES, { .workers = 0 } },
  { RF_TEST_SERVER_CHUNKED, { .workers = 1, .slots = 1, .slot_size = 100 * KIB } },
};

static void
test_rate (void)
{
  const guint64 rate = 4 * MIB;
  const guint64 size = 3 * MIB + 1;

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = size, .version = 1, .mode = streams[i].mode });
      gint64 began = g_get_monotonic_time ();
      g_autoptr (RfReader) reader = new_reader (server, &streams[i].settings, rate);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, size);
      g_assert_no_error (error);
      expect_rate (began, size, rate);
    }
}

/* What has been asked for in vain need not have been waited for, but what has come is paid for. */
static void
test_seeks (void)
{
  const guint64 rate = 2 * MIB;
  const guint64 size = 64 * MIB;
  const RfTestSettings settings = { .workers = 4, .slots = 8, .slot_size = 256 * KIB };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = size, .version = 1, .latency_ms = 2 });
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader = new_reader (server, &settings, rate);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;

  for (guint64 i = 0; i < 24; i++)
    {
      guint64 start = (i * 37 % 64) * MIB;
      guint64 stop = start + 50 * KIB;

      g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error));
      g_assert_cmpuint (rf_test_reader_check_until (reader, start, stop, &error), ==, stop);
      g_assert_no_error (error);
    }
  stats = rf_reader_get_stats (reader);
  g_assert_cmpuint (stats->bytes, >=, 24 * 50 * KIB);
  expect_rate (began, stats->bytes, rate);
}

/* A rate so low that a second passes from one part to the next. */
#define LOW_RATE (8 * KIB)
#define LOW_SIZE (20 * KIB)

/* Who is held back for as long as the timeout does not time out. The server
 * gets slower meanwhile. */
static void
check_timeout (RfTestServerMode mode)
{
  const RfTestSettings settings = { .workers = 2, .slots = 4, .slot_size = 64 * KIB, .timeout = 1 };
  RfTestServerConfig config = { .size = LOW_SIZE, .version = 1, .mode = mode };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader = new_reader (server, &settings, LOW_RATE);
  g_autoptr (GError) error = NULL;
  guint64 position = rf_test_reader_check_until (reader, 0, LOW_RATE + 1, &error);

  g_assert_no_error (error);
  config.latency_ms = 300;
  rf_test_server_set_config (server, &config);
  rf_test_reader_check (reader, position, &error);
  g_assert_no_error (error);
  expect_rate (began, LOW_SIZE, LOW_RATE);
}

static void
test_timeout (void)
{
  check_timeout (RF_TEST_SERVER_RANGES);
}

static void
test_timeout_without_ranges (void)
{
  check_timeout (RF_TEST_SERVER_NO_RANGES);
}

/* Waits until nobody holds the ring any more. */
static void
wait_until_gone (gpointer *ring)
{
  gint64 until = g_get_monotonic_time () + AT_ONCE;

  while (g_atomic_pointer_get (ring) != NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_usleep (1000);
    }
}

static gpointer
read_until_error (gpointer data)
{
  GError *error = NULL;

  rf_test_reader_check (data, 0, &error);
  return error;
}

static void
test_close (void)
{
  static const RfTestServerMode modes[] = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_NO_RANGES };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = MIB, .version = 1, .mode = modes[i / 2] });
      RfReader *reader = new_reader (
          server, &(RfTestSettings){ .workers = 2, .slots = 4, .slot_size = 64 * KIB }, 16 * KIB);
      gpointer ring = rf_reader_get_ring_buffer (reader);
      g_autoptr (GError) error = NULL;
      GThread *thread;
      gint64 began;

      g_object_add_weak_pointer (ring, &ring);
      g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1, &error), ==, 1);
      g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
      thread = g_thread_new ("consumer", read_until_error, reader);
      /* One part is there, and the next one comes a second later. */
      g_usleep (100 * G_TIME_SPAN_MILLISECOND);
      began = g_get_monotonic_time ();
      if (i % 2 == 0)
        rf_reader_close (reader);
      else
        rf_reader_seek (reader, 0, 0, &error);
      error = g_thread_join (thread);
      g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE);
      if (i % 2 == 0)
        g_assert_error (error, RF_ERROR, RF_ERROR_CLOSED);
      g_object_unref (reader);
      wait_until_gone (&ring);
    }
}

/* Without anybody to read there is nothing to hold back. */
static void
test_paused (void)
{
  const guint64 rate = MIB;
  const RfTestSettings settings = { .workers = 2, .slots = 2, .slot_size = 64 * KIB };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader = new_reader (server, &settings, rate);
  g_autoptr (GError) error = NULL;

  for (guint64 at = 0; at < MIB; at += 128 * KIB)
    {
      guint64 end = at + 128 * KIB;

      g_assert_cmpuint (rf_test_reader_check_until (reader, at, end, &error), ==, end);
      g_usleep (50 * G_TIME_SPAN_MILLISECOND);
    }
  g_assert_no_error (error);
  expect_rate (began, MIB, rate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/rate", test_rate);
  g_test_add_func ("/limits/seeks", test_seeks);
  g_test_add_func ("/limits/timeout", test_timeout);
  g_test_add_func ("/limits/timeout-without-ranges", test_timeout_without_ranges);
  g_test_add_func ("/limits/close", test_close);
  g_test_add_func ("/limits/paused", test_paused);
  return g_test_run ();
}
