/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/answers.md says of requests to which nothing comes: when they are given up, what follows them,
 * and who is only slow. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#define SLOT_SIZE 65536
#define SIZE 327803 /* five slots, and something */

/* What a request gets at least once other requests have shown what is usual, and at first. */
#define FLOOR (300 * G_TIME_SPAN_MILLISECOND)
#define INITIAL (3 * G_TIME_SPAN_SECOND)

/* Of a stream that is to go on, in seconds. Much longer than a stall may last. */
#define TIMEOUT 30

/* Long for a busy machine, but not for a reader that waits for its timeout. */
#define SOON (TIMEOUT / 3 * G_TIME_SPAN_SECOND)

/* More than what is given up at first, less than what is given up then. */
#define SLOW_MILLISECONDS 700

#define NUM_WORKERS 4

static const RfTestSettings one_worker
    = { .workers = 1, .slots = 4, .slot_size = SLOT_SIZE, .timeout = TIMEOUT };
static const RfTestSettings workers
    = { .workers = NUM_WORKERS, .slots = 8, .slot_size = SLOT_SIZE, .timeout = TIMEOUT };

/* Stalls are no failures: none may be repeated. */
static RfReader *
new_reader (const char *uri, const RfTestSettings *settings)
{
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);

  rf_options_set_retries (options, 0);
  return rf_test_reader_new_alone (uri, options);
}

/* Reads from an offset to the end, and returns how long that took. */
static gint64
read_from (RfReader *reader, guint64 start)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  g_assert_cmpuint (rf_test_reader_check (reader, start, &error), ==, SIZE);
  g_assert_no_error (error);
  return g_get_monotonic_time () - began;
}

static guint64
count_stalls (RfReader *reader)
{
  g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

  /* Each one is repeated, and nothing else is. */
  g_assert_cmpuint (stats->retries, ==, stats->stalls);
  return stats->stalls;
}

/* Some requests hang. */

typedef struct
{
  guint from; /* these do */
  guint to;
} Hang;

static gboolean
answer_some (const RfTestScriptRequest *request, gpointer data)
{
  const Hang *hang = data;

  if (request->number >= hang->from && request->number < hang->to)
    return rf_test_script_hang (request);
  return rf_test_script_answer (request, SIZE);
}

/* Reads while these hang, not faster than so. */
static void
check_hang (guint from, guint to, guint timeout, gint64 least)
{
  Hang hang = { from, to };
  RfTestSettings settings = one_worker;
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_some, &hang);
  g_autoptr (RfReader) reader = NULL;
  gint64 elapsed;

  settings.timeout = timeout;
  reader = new_reader (rf_test_script_get_uri (script), &settings);
  elapsed = read_from (reader, 0);
  g_assert_cmpint (elapsed, >=, least);
  g_assert_cmpint (elapsed, <, SOON);
  g_assert_cmpuint (count_stalls (reader), >=, to - from);
}

static void
test_first (void)
{
  check_hang (0, 1, TIMEOUT, INITIAL);
  /* A third of a timeout that is short. */
  check_hang (0, 1, 3, G_TIME_SPAN_SECOND);
}

static void
test_later (void)
{
  check_hang (2, 3, TIMEOUT, FLOOR);
}

/* Each time it was too little it doubles. */
static void
test_grows (void)
{
  check_hang (2, 5, TIMEOUT, FLOOR + 2 * FLOOR + 4 * FLOOR);
}

static void
test_in_the_body (void)
{
  static const RfTestSettings *const settings[] = { &one_worker, &workers };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = SIZE, .version = 1, .stall_every = 3 });
      g_autoptr (RfReader) reader = new_reader (rf_test_server_get_uri (server), settings[i]);
      gint64 elapsed = read_from (reader, 0);
      g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

      /* Another one may take over what hangs before it is given up. */
      g_assert_cmpuint (count_stalls (reader) + stats->splits, >=, 2);
      g_assert_cmpint (elapsed, <, SOON);
    }
}

/* The rest is not asked for on a connection that was kept: it may be as bad. */
static void
test_new_connection (void)
{
  RfTestServerConfig config = { .size = SIZE, .version = 1 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = new_reader (rf_test_server_get_uri (server), &workers);
  g_autoptr (GArray) ranges = NULL;
  const RfTestServerRange *last;
  RfTestServerCounts before;

  read_from (reader, 0);
  rf_test_server_get_counts (server, &before);
  config.hang_every = 2;
  rf_test_server_set_config (server, &config);
  g_assert_true (rf_reader_seek (reader, SIZE - 2 * SLOT_SIZE, RF_SIZE_UNKNOWN, NULL));
  read_from (reader, SIZE - 2 * SLOT_SIZE);

  g_assert_cmpuint (count_stalls (reader), >, 0);
  ranges = rf_test_server_dup_ranges (server);
  last = &g_array_index (ranges, RfTestServerRange, ranges->len - 1);
  g_assert_cmpuint (last->connection, >, before.connections);
}

/* Who is slow */

static void
test_slow_from_the_start (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = SIZE, .version = 1, .latency_ms = SLOW_MILLISECONDS });
  g_autoptr (RfReader) reader = new_reader (rf_test_server_get_uri (server), &workers);

  read_from (reader, 0);
  g_assert_cmpuint (count_stalls (reader), ==, 0);
}

/* Its slowness is learnt: what is in flight then is given up twice at most, and hardly anything later. */
static void
test_slow_later (void)
{
  RfTestServerConfig config = { .size = SIZE, .version = 1 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = new_reader (rf_test_server_get_uri (server), &workers);
  guint64 stalls;

  read_from (reader, 0);
  config.latency_ms = SLOW_MILLISECONDS;
  rf_test_server_set_config (server, &config);
  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, NULL));
  read_from (reader, 0);
  stalls = count_stalls (reader);
  g_test_message ("%" G_GUINT64_FORMAT " stalls", stalls);
  g_assert_cmpuint (stalls, <=, 2 * NUM_WORKERS + 1);
  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, NULL));
  read_from (reader, 0);
  g_assert_cmpuint (count_stalls (reader), <=, stalls + 1);
}

/* A body of which there is something every 200 ms. */
#define TRICKLE_PIECE 1000
#define TRICKLE_PIECES 6
#define TRICKLE_GAP (200 * G_TIME_SPAN_MILLISECOND)

static gboolean
trickle (const RfTestScriptRequest *request, gpointer unused)
{
  guint64 size = TRICKLE_PIECE * TRICKLE_PIECES;

  if (request->end == G_MAXUINT64)
    rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n");
  else
    rf_test_script_say_part (request, size, "");
  for (guint64 at = request->start; at < MIN (request->end, size); at += TRICKLE_PIECE)
    {
      g_usleep (TRICKLE_GAP);
      if (!rf_test_script_say_content (request, at, MIN (at + TRICKLE_PIECE, size)))
        return FALSE;
    }
  return FALSE;
}

static gboolean
trickle_without_ranges (const RfTestScriptRequest *request, gpointer unused)
{
  RfTestScriptRequest whole = *request;

  whole.start = 0;
  whole.end = G_MAXUINT64;
  return trickle (&whole, NULL);
}

/* Nothing bounds the whole time. */
static void
test_longer_than_timeout (void)
{
  static const RfTestScriptFunc funcs[] = { trickle, trickle_without_ranges };

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      g_autoptr (RfTestScript) script = rf_test_script_new (funcs[i], NULL);
      g_autoptr (RfReader) reader = rf_test_reader_new (
          rf_test_script_get_uri (script), &(RfTestSettings){ .workers = 1, .timeout = 1 });
      g_autoptr (GError) error = NULL;
      gint64 began = g_get_monotonic_time ();

      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==,
                        TRICKLE_PIECE * TRICKLE_PIECES);
      g_assert_no_error (error);
      g_assert_cmpint (g_get_monotonic_time () - began, >=, TRICKLE_PIECES * TRICKLE_GAP);
    }
}

/* Streams without ranges */

/* Half of it, and the other half when it would have been given up long ago. */
static gboolean
answer_with_pause (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say (request, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n");
  rf_test_script_say_content (request, 0, 0x1000);
  g_usleep (SLOW_MILLISECONDS * G_TIME_SPAN_MILLISECOND);
  rf_test_script_say (request, "\r\n1000\r\n");
  rf_test_script_say_content (request, 0x1000, 0x2000);
  return rf_test_script_say (request, "\r\n0\r\n\r\n");
}

static void
test_sequential_pauses (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_pause, NULL);
  g_autoptr (RfReader) reader = new_reader (rf_test_script_get_uri (script), &one_worker);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 0x2000);
  g_assert_no_error (error);
  g_assert_cmpuint (count_stalls (reader), ==, 0);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 1);
}

/* Whether there are ranges or not, the consumer does not wait longer than this, nor shorter. */
static void
test_timeout (void)
{
  static const RfTestServerConfig configs[] = {
    { .size = SIZE, .version = 1, .mode = RF_TEST_SERVER_NO_RANGES, .stall_every = 1 },
    { .size = SIZE, .version = 1, .mode = RF_TEST_SERVER_CHUNKED, .stall_every = 1 },
    { .size = SIZE, .version = 1, .hang_every = 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (&configs[i]);
      g_autofree char *uri = rf_test_reader_add_secrets (rf_test_server_get_uri (server));
      g_autoptr (RfReader) reader
          = new_reader (uri, &(RfTestSettings){ .slot_size = SLOT_SIZE, .timeout = 1 });
      g_autoptr (GError) error = NULL;
      gint64 began = g_get_monotonic_time ();

      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==,
                        configs[i].stall_every != 0 ? SIZE / 2 : 0);
      rf_test_reader_expect_error (error, RF_ERROR_TIMED_OUT, "no byte came for 1 seconds");
      g_assert_cmpint (g_get_monotonic_time () - began, >=, G_TIME_SPAN_SECOND);
      g_assert_cmpint (g_get_monotonic_time () - began, <, SOON);
    }
}

/* Only who waits can have waited too long. */
static void
test_consumer_pauses (void)
{
  static const RfTestServerMode modes[] = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_NO_RANGES };
  static const RfTestSettings settings
      = { .workers = 1, .slots = 1, .slot_size = SLOT_SIZE, .timeout = 1 };
  RfTestServer *servers[G_N_ELEMENTS (modes)];
  RfReader *readers[G_N_ELEMENTS (modes)];

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      servers[i] = rf_test_server_new (
          &(RfTestServerConfig){ .size = SIZE, .version = 1, .mode = modes[i] });
      readers[i] = new_reader (rf_test_server_get_uri (servers[i]), &settings);
      g_assert_cmpuint (rf_test_reader_check_until (readers[i], 0, 1, NULL), ==, 1);
    }
  g_usleep (1100 * G_TIME_SPAN_MILLISECOND);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      read_from (readers[i], 1);
      g_assert_cmpuint (count_stalls (readers[i]), ==, 0);
      g_object_unref (readers[i]);
      rf_test_server_free (servers[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stalls/first", test_first);
  g_test_add_func ("/stalls/later", test_later);
  g_test_add_func ("/stalls/grows", test_grows);
  g_test_add_func ("/stalls/in-the-body", test_in_the_body);
  g_test_add_func ("/stalls/new-connection", test_new_connection);
  g_test_add_func ("/stalls/slow-from-the-start", test_slow_from_the_start);
  g_test_add_func ("/stalls/slow-later", test_slow_later);
  g_test_add_func ("/stalls/longer-than-timeout", test_longer_than_timeout);
  g_test_add_func ("/stalls/sequential-pauses", test_sequential_pauses);
  g_test_add_func ("/stalls/timeout", test_timeout);
  g_test_add_func ("/stalls/consumer-pauses", test_consumer_pauses);
  return g_test_run ();
}
