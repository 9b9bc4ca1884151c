/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/answers.md says of bodies that break off and connections that cannot be made: what is asked for
 * again, and whose failures count. Long outages are in test-chaos.c. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#define SLOT_SIZE 65536
#define SIZE (12 * SLOT_SIZE)

/* How much comes before a break: less than what is followed at once. */
#define CUT_AFTER 1000

/* Long for a busy machine. */
#define WAIT_MILLISECONDS 10000

static const RfTestSettings one_worker
    = { .workers = 1, .slots = 4, .slot_size = SLOT_SIZE, .retries = 1 };
static const RfTestSettings four_workers
    = { .workers = 4, .slots = 8, .slot_size = SLOT_SIZE, .retries = 1 };

static guint64
count_requests (RfTestServer *server)
{
  RfTestServerCounts counts;

  rf_test_server_get_counts (server, &counts);
  return counts.requests;
}

/* Each third request breaks off in some way: what is missing comes by the next one. */
static void
test_with_ranges (void)
{
  static const RfTestOutcome taken = { RF_TEST_TAKEN (SIZE) };
  static const RfTestServerConfig configs[] = {
    { .size = SIZE, .version = 1, .drop_every = 3 },
    { .size = SIZE, .version = 1, .cut_every = 3 },
    { .size = SIZE, .version = 1, .cut_every = 3, .cut_after = CUT_AFTER },
    { .size = SIZE, .version = 1, .cut_every = 3, .cut_after = CUT_AFTER, .cut_resets = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (&configs[i]);

      rf_test_reader_expect (rf_test_server_get_uri (server), &one_worker, &taken);
    }
}

/* A stream without ranges cannot be resumed, only begun again where nothing of it has come. */
static void
test_without_ranges (void)
{
  static const RfTestServerMode modes[] = { RF_TEST_SERVER_NO_RANGES, RF_TEST_SERVER_CHUNKED };
  static const RfTestOutcome late
      = { .end = CUT_AFTER, .code = RF_ERROR_READ, .words = "The body broke off at byte 1000 and" };
  static const RfTestOutcome early = { .code = RF_ERROR_READ, .words = "" };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      RfTestServerConfig config = { .size = SIZE, .version = 1, .mode = modes[i], .cut_every = 1 };
      g_autoptr (RfTestServer) empty = rf_test_server_new (&config);
      g_autoptr (RfTestServer) broken = NULL;

      rf_test_reader_expect (rf_test_server_get_uri (empty), &one_worker, &early);
      g_assert_cmpuint (count_requests (empty), ==, 2);

      config.cut_after = CUT_AFTER;
      broken = rf_test_server_new (&config);
      rf_test_reader_expect (rf_test_server_get_uri (broken), &one_worker, &late);
      g_assert_cmpuint (count_requests (broken), ==, 1);
    }
}

/* No answer has more than this, whatever is asked for, and behind the first one each place has to be asked for
 * twice. */
#define LIMIT 20000

/* No two places are nearer to each other than that. */
#define APART 1000

typedef struct
{
  gint was_refused[SIZE / APART + 1]; /* atomic */
} Limited;

static gboolean
answer_within_limit (const RfTestScriptRequest *request, gpointer data)
{
  Limited *limited = data;
  RfTestScriptRequest less = *request;
  gint *was_refused = &limited->was_refused[request->start / APART];

  if (request->start > 0 && g_atomic_int_compare_and_exchange (was_refused, FALSE, TRUE))
    return rf_test_script_say_status (request, "429 Too Many Requests", "");
  less.end = MIN (request->end, request->start + LIMIT);
  return rf_test_script_answer (&less, SIZE);
}

/* An answer that is complete is no failure, and what comes after it is the first one. */
static void
test_limit_of_the_server (void)
{
  static const RfTestOutcome taken = { RF_TEST_TAKEN (SIZE) };
  Limited limited = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_within_limit, &limited);

  rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, &taken);
}

static void
wait_for_bytes (RfReader *reader, guint64 wanted)
{
  for (guint i = 0; i < WAIT_MILLISECONDS; i++)
    {
      g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

      if (stats->bytes >= wanted)
        return;
      g_usleep (G_TIME_SPAN_MILLISECOND);
    }
  g_error ("%" G_GUINT64_FORMAT " bytes have not come", wanted);
}

/* All but the first part of a server that fails, and works when it is told to. */
typedef struct
{
  gint works; /* atomic */
} Moody;

static gboolean
answer_moody (const RfTestScriptRequest *request, gpointer data)
{
  Moody *self = data;

  if (request->start >= SLOT_SIZE && !g_atomic_int_get (&self->works))
    return rf_test_script_say_status (request, "503 Service Unavailable", "");
  return rf_test_script_answer (request, SIZE);
}

/* What nobody waits for yet is not asked for for ever, and asked for anew when somebody does. */
static void
test_parts_rest (void)
{
  static const RfTestSettings two_workers
      = { .workers = 2, .slots = 4, .slot_size = SLOT_SIZE, .retries = 4, .timeout = 30 };
  Moody moody = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_moody, &moody);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_script_get_uri (script), &two_workers);
  g_autoptr (GError) error = NULL;
  guint asked;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1, NULL), ==, 1);
  /* The first part, and of two more the first request and four repetitions. */
  while (rf_test_script_get_num_requests (script) < 1 + 2 * 5)
    g_usleep (G_TIME_SPAN_MILLISECOND);
  asked = rf_test_script_get_num_requests (script);
  g_usleep (G_USEC_PER_SEC / 2);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, asked);

  g_atomic_int_set (&moody.works, TRUE);
  g_assert_cmpuint (rf_test_reader_check (reader, 1, &error), ==, SIZE);
  g_assert_no_error (error);
}

/* A part that the consumer waits for is the end of the stream. */
static void
test_head_fails (void)
{
  RfTestServerConfig config = { .size = SIZE, .version = 1 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_server_get_uri (server), &four_workers);
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_reader_open (reader, NULL, &error));
  wait_for_bytes (reader, SLOT_SIZE);
  config.mode = RF_TEST_SERVER_STATUS;
  rf_test_server_set_config (server, &config);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SLOT_SIZE);
  rf_test_reader_expect_error (error, RF_ERROR_STATUS, "503 Service Unavailable");
}

static gpointer
listen_later (gpointer server)
{
  g_usleep (500 * G_TIME_SPAN_MILLISECOND);
  rf_test_server_start_listening (server);
  return NULL;
}

/* Of the connections that are refused later none counts; those of who waits are many in so long a time. */
static void
test_refused_later (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_server_get_uri (server), &one_worker);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_assert_true (rf_reader_open (reader, NULL, &error));
  wait_for_bytes (reader, SLOT_SIZE);
  rf_test_server_stop_listening (server);
  rf_test_server_close_connections (server);
  thread = g_thread_new ("listen", listen_later, server);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  g_thread_join (thread);
  stats = rf_reader_get_stats (reader);
  g_assert_cmpuint (stats->retries, >, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/breaks/with-ranges", test_with_ranges);
  g_test_add_func ("/breaks/without-ranges", test_without_ranges);
  g_test_add_func ("/breaks/limit-of-the-server", test_limit_of_the_server);
  g_test_add_func ("/breaks/parts-rest", test_parts_rest);
  g_test_add_func ("/breaks/head-fails", test_head_fails);
  g_test_add_func ("/breaks/refused-later", test_refused_later);
  return g_test_run ();
}
