/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/answers.md says of too many failures: how often all readers of a session together ask a server
 * that only fails, and whom that does not hold up. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

/* Long for a busy machine, but not for a reader that waits. */
#define AT_ONCE (2 * G_TIME_SPAN_SECOND)

#define NUM_READERS 4
#define NUM_WORKERS 32
#define SLOT_SIZE 4096

/* Requests that are not repeated ones: to open, and one of each worker. */
#define NUM_FIRST (NUM_READERS + NUM_READERS * NUM_WORKERS)

/* How many may be repeated, and how many more each second: those that have been told to wait, and those of
 * the parts that consumers wait for. */
#define BUDGET 100
#define BUDGET_PER_SECOND 20
#define MEASURE_MILLISECONDS 2000

static guint64
count_requests (RfTestServer *server)
{
  RfTestServerCounts counts;

  rf_test_server_get_counts (server, &counts);
  return counts.requests;
}

static RfReader *
new_busy_reader (RfSession *session, const char *uri)
{
  g_autoptr (RfOptions) options = rf_test_reader_new_options (&(RfTestSettings){
      .workers = NUM_WORKERS, .slots = NUM_WORKERS, .slot_size = SLOT_SIZE, .retries = -1 });
  RfReader *reader;

  rf_options_set_retry_backoff_factor (options, 0);
  reader = rf_reader_new (session, uri, options, NULL, NULL);
  g_assert_true (rf_reader_open (reader, NULL, NULL));
  return reader;
}

/* Has each reader begin with one request of each of its workers, now that the server only fails: each has had its
 * first part, and wants more. */
static void
begin_storm (RfTestServer *server, RfReader *const *readers, guint num_readers)
{
  rf_test_server_set_config (server,
                             &(RfTestServerConfig){ .size = MIB, .mode = RF_TEST_SERVER_STATUS });
  for (guint i = 0; i < num_readers; i++)
    for (gsize size = 0, done = 0; done < SLOT_SIZE; done += size)
      {
        g_autoptr (RfLoan) loan = rf_reader_read (readers[i], SLOT_SIZE - done, NULL, NULL);

        g_assert_nonnull (loan);
        rf_loan_get_data (loan, &size);
      }
}

static void
test_budget (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_autoptr (RfSession) session = rf_session_new (NULL);
  RfReader *readers[NUM_READERS];
  gint64 began;
  double seconds;
  guint64 repeated;

  for (guint i = 0; i < NUM_READERS; i++)
    readers[i] = new_busy_reader (session, rf_test_server_get_uri (server));
  began = g_get_monotonic_time ();
  begin_storm (server, readers, NUM_READERS);

  /* So many do not come. */
  g_assert_false (rf_test_server_wait_requests (server, G_MAXUINT64, MEASURE_MILLISECONDS));
  repeated = count_requests (server) - NUM_FIRST;
  seconds = (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  g_test_message ("%" G_GUINT64_FORMAT " requests were repeated in %.1f s", repeated, seconds);
  g_assert_cmpuint (repeated, >=, BUDGET);
  g_assert_cmpuint (repeated, <=, (guint64)(BUDGET + BUDGET_PER_SECOND * seconds) + 2);
  for (guint i = 0; i < NUM_READERS; i++)
    g_object_unref (readers[i]);
}

/* A consumer that waits does not stand in the queue of those that only fetch ahead. */
static void
test_reserve (void)
{
  g_autoptr (RfTestServer) bad
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1, .fail_first = 1 });
  g_autoptr (RfSession) session = rf_session_new (NULL);
  g_autoptr (RfOptions) options = rf_test_reader_new_options (&(RfTestSettings){ .timeout = 60 });
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  RfReader *readers[NUM_READERS];
  gint64 began;

  for (guint i = 0; i < NUM_READERS; i++)
    readers[i] = new_busy_reader (session, rf_test_server_get_uri (bad));
  begin_storm (bad, readers, NUM_READERS);
  /* The bucket is empty. */
  g_assert_true (rf_test_server_wait_requests (bad, NUM_FIRST + BUDGET, 10000));

  rf_options_set_retry_backoff_factor (options, 0);
  began = g_get_monotonic_time ();
  reader = rf_reader_new (session, rf_test_server_get_uri (server), options, NULL, &error);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, MIB);
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE);
  for (guint i = 0; i < NUM_READERS; i++)
    g_object_unref (readers[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/storm/budget", test_budget);
  g_test_add_func ("/storm/reserve", test_reserve);
  return g_test_run ();
}
