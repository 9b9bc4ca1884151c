/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* max-bandwidth: that whoever is held back is held up by nothing else. How fast a stream is, is tested in
 * test-limits.c. */

#include <ringfetch.h>

#include "rf-test-cases.h"
#include "rf-test-reader.h"
#include "rf-test-server.h"

#define KIB ((guint64)1024)

/* Long for a busy machine, but not for a reader that waits. */
#define AT_ONCE (2 * G_TIME_SPAN_SECOND)

static const RfTestServerMode modes[] = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_NO_RANGES };

/* A rate so low that a second passes from one part to the next. */
#define LOW_RATE (8 * KIB)
#define LOW_SIZE (20 * KIB)

/* Who is held back for as long as the timeout does not time out. The server gets slower meanwhile. */
static void
check_timeout (guint number, gconstpointer unused)
{
  const RfTestSettings settings = { .workers = 2, .slots = 4, .slot_size = 64 * KIB, .timeout = 1 };
  RfTestServerConfig config = { .size = LOW_SIZE, .version = 1, .mode = modes[number] };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader
      = rf_test_reader_new_limited (rf_test_server_get_uri (server), &settings, LOW_RATE);
  g_autoptr (GError) error = NULL;
  guint64 position = rf_test_reader_check_until (reader, 0, LOW_RATE + 1, &error);

  g_assert_no_error (error);
  config.latency_ms = 300;
  rf_test_server_set_config (server, &config);
  rf_test_reader_check (reader, position, &error);
  g_assert_no_error (error);
  rf_test_reader_expect_rate (began, LOW_SIZE, LOW_RATE);
}

static void
test_timeout (void)
{
  rf_test_cases_run (check_timeout, NULL, G_N_ELEMENTS (modes), G_N_ELEMENTS (modes));
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
  for (guint i = 0; i < 2 * G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = MIB, .version = 1, .mode = modes[i / 2] });
      RfReader *reader = rf_test_reader_new_limited (
          rf_test_server_get_uri (server),
          &(RfTestSettings){ .workers = 2, .slots = 4, .slot_size = 64 * KIB }, 16 * KIB);
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
  g_autoptr (RfReader) reader
      = rf_test_reader_new_limited (rf_test_server_get_uri (server), &settings, rate);
  g_autoptr (GError) error = NULL;

  for (guint64 at = 0; at < MIB; at += 128 * KIB)
    {
      guint64 end = at + 128 * KIB;

      g_assert_cmpuint (rf_test_reader_check_until (reader, at, end, &error), ==, end);
      g_usleep (50 * G_TIME_SPAN_MILLISECOND);
    }
  g_assert_no_error (error);
  rf_test_reader_expect_rate (began, MIB, rate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/held-back/timeout", test_timeout);
  g_test_add_func ("/held-back/close", test_close);
  g_test_add_func ("/held-back/paused", test_paused);
  return g_test_run ();
}
