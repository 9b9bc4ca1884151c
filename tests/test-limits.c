/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* max-bandwidth: that a stream is not faster, nor slower. That whoever is held back is held up by nothing
 * else is tested in test-held-back.c. */

#include <ringfetch.h>

#include "rf-test-cases.h"
#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#define KIB ((guint64)1024)

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
check_stream (guint i, gconstpointer unused)
{
  const guint64 rate = 4 * MIB;
  const guint64 size = 3 * MIB + 1;
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = size, .version = 1, .mode = streams[i].mode });
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader
      = rf_test_reader_new_limited (rf_test_server_get_uri (server), &streams[i].settings, rate);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, size);
  g_assert_no_error (error);
  rf_test_reader_expect_rate (began, size, rate);
}

static void
test_rate (void)
{
  rf_test_cases_run (check_stream, NULL, G_N_ELEMENTS (streams), G_N_ELEMENTS (streams));
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
  g_autoptr (RfReader) reader
      = rf_test_reader_new_limited (rf_test_server_get_uri (server), &settings, rate);
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
  rf_test_reader_expect_rate (began, stats->bytes, rate);
}

/* A part is all that comes in a second. */
#define LOW_RATE (8 * KIB)
#define LOW_SIZE (8 * MIB)

/* So often the consumer changes its mind, each time when what comes in a second has been asked for. */
#define NUM_CHANGES 6

/* From the second request on it says nothing but heads, until it may go on. */
static gboolean
answer_hesitantly (const RfTestScriptRequest *request, gpointer may_go_on)
{
  if (request->number == 0 || g_atomic_int_get ((gint *)may_go_on))
    return rf_test_script_answer (request, LOW_SIZE);
  rf_test_script_say_part (request, LOW_SIZE, "Content-Length: 8192\r\n");
  return rf_test_script_hang (request);
}

static void
wait_for_requests (RfTestScript *script, guint count)
{
  while (rf_test_script_get_num_requests (script) < count)
    g_usleep (1000);
}

/* What is abandoned before it came has not been paid for. */
static void
test_abandoned (void)
{
  const RfTestSettings settings = { .workers = 2, .slots = 4, .slot_size = 64 * KIB };
  gint may_go_on = FALSE;
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_hesitantly, &may_go_on);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_limited (rf_test_script_get_uri (script), &settings, LOW_RATE);
  g_autoptr (GError) error = NULL;
  guint64 start = LOW_SIZE / 2;
  gint64 began;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, LOW_RATE, &error), ==, LOW_RATE);
  wait_for_requests (script, 2);
  began = g_get_monotonic_time ();
  for (guint i = 0; i < NUM_CHANGES; i++, start += MIB / 4)
    {
      g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error));
      wait_for_requests (script, 3 + i);
    }
  g_atomic_int_set (&may_go_on, TRUE);
  g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check_until (reader, start, start + LOW_RATE, &error), ==,
                    start + LOW_RATE);
  g_assert_no_error (error);
  g_test_message ("%.2f s", (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began, <, NUM_CHANGES * G_TIME_SPAN_SECOND / 2);
}

/* So many readers, one after another, each of an object of which all comes at once. */
#define NUM_READERS 4
#define TINY_SIZE 100

/* The first request asks for more than there is. */
static void
test_tiny (void)
{
  const RfTestSettings settings = { .workers = 2, .slots = 4, .slot_size = 64 * KIB };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = TINY_SIZE, .version = 1 });
  gint64 began = g_get_monotonic_time ();

  for (guint i = 0; i < NUM_READERS; i++)
    {
      g_autoptr (RfReader) reader
          = rf_test_reader_new_limited (rf_test_server_get_uri (server), &settings, LOW_RATE);
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < 2; k++)
        {
          g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
          g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, TINY_SIZE);
          g_assert_no_error (error);
        }
    }
  g_assert_cmpint (g_get_monotonic_time () - began, <, NUM_READERS * G_TIME_SPAN_SECOND / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/rate", test_rate);
  g_test_add_func ("/limits/seeks", test_seeks);
  g_test_add_func ("/limits/abandoned", test_abandoned);
  g_test_add_func ("/limits/tiny", test_tiny);
  return g_test_run ();
}
