/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* max-connections-per-host: that the readers of a session together never ask for more, and that all of them
 * get on. What becomes of those that wait is tested in test-queue.c, and whose turn is next in
 * test-admission.c. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

/* So little is never split, which ends a connection. */
#define SLOT_SIZE ((guint64)32 * 1024)
#define SIZE (12 * SLOT_SIZE + 1)

#define MAX_READERS 5

static gpointer
read_all (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (data, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  return NULL;
}

/* Readers of many workers and of few read at the same time. */
static void
check_limit (guint limit, guint num_readers)
{
  static const guint workers[MAX_READERS] = { 16, 1, 4, 2, 16 };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1, .latency_ms = 2 });
  g_autoptr (RfSession) session = rf_test_reader_new_session (limit);
  RfReader *readers[MAX_READERS];
  GThread *threads[MAX_READERS];
  RfTestServerCounts counts;
  guint64 retries = 0;

  for (guint i = 0; i < num_readers; i++)
    {
      readers[i] = rf_test_reader_new (rf_test_server_get_uri (server),
                                       &(RfTestSettings){ .workers = workers[i],
                                                          .slots = 2 * workers[i],
                                                          .slot_size = SLOT_SIZE,
                                                          .session = session });
      threads[i] = g_thread_new ("consumer", read_all, readers[i]);
    }
  for (guint i = 0; i < num_readers; i++)
    {
      g_autoptr (RfStats) stats = NULL;

      g_thread_join (threads[i]);
      stats = rf_reader_get_stats (readers[i]);
      retries += stats->retries;
      g_object_unref (readers[i]);
    }
  rf_test_server_get_counts (server, &counts);
  /* What has been given up may still be answered. */
  g_assert_cmpuint (counts.max_answering, <=, limit + retries);
  if (num_readers >= 3)
    g_assert_cmpuint (counts.max_answering, >=, limit);
}

static void
test_limit (void)
{
  for (guint limit = 1; limit <= 3; limit++)
    for (guint num_readers = 1; num_readers <= MAX_READERS; num_readers += 2)
      check_limit (limit, num_readers);
}

/* Each reads another part of the object, so that the server's log tells them from each other. */
#define SHARE (40 * SLOT_SIZE)

typedef struct
{
  RfReader *reader;
  guint64 start;
} Share;

static gpointer
read_share (gpointer data)
{
  const Share *share = data;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (share->reader, share->start, &error), ==,
                    share->start + SHARE);
  g_assert_no_error (error);
  return NULL;
}

/* When half of all has been asked for, each has had about its share of that. */
static void
expect_turns (RfTestServer *server, guint num_readers)
{
  g_autoptr (GArray) ranges = rf_test_server_dup_ranges (server);
  guint counts[MAX_READERS] = { 0 };

  for (guint i = 0; i < ranges->len / 2; i++)
    counts[g_array_index (ranges, RfTestServerRange, i).start / SHARE]++;
  for (guint i = 0; i < num_readers; i++)
    {
      g_test_message ("reader %u: %u of %u", i, counts[i], ranges->len / 2);
      g_assert_cmpuint (counts[i], >=, ranges->len / 2 / num_readers / 2);
    }
}

static void
check_turns (guint limit, guint num_readers)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = num_readers * SHARE, .version = 1, .latency_ms = 3 });
  g_autoptr (RfSession) session = rf_test_reader_new_session (limit);
  Share shares[MAX_READERS];
  GThread *threads[MAX_READERS];

  for (guint i = 0; i < num_readers; i++)
    {
      shares[i].start = i * SHARE;
      shares[i].reader = rf_test_reader_new (rf_test_server_get_uri (server),
                                             &(RfTestSettings){ .workers = i == 0 ? 1 : 4 * i,
                                                                .slots = 64,
                                                                .slot_size = SLOT_SIZE,
                                                                .session = session });
      g_assert_true (
          rf_reader_seek (shares[i].reader, shares[i].start, shares[i].start + SHARE, NULL));
    }
  for (guint i = 0; i < num_readers; i++)
    threads[i] = g_thread_new ("consumer", read_share, &shares[i]);
  for (guint i = 0; i < num_readers; i++)
    {
      g_thread_join (threads[i]);
      g_object_unref (shares[i].reader);
    }
  expect_turns (server, num_readers);
}

static void
test_turns (void)
{
  check_turns (1, 3);
  check_turns (2, 4);
}

/* A thread that reads a little of each in turn depends on all of them. */
static void
test_one_consumer (void)
{
  const guint num_readers = 4;
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1, .latency_ms = 1 });
  g_autoptr (RfSession) session = rf_test_reader_new_session (1);
  g_autoptr (GError) error = NULL;
  RfReader *readers[MAX_READERS];
  guint64 at = 0;

  for (guint i = 0; i < num_readers; i++)
    readers[i] = rf_test_reader_new (
        rf_test_server_get_uri (server),
        &(RfTestSettings){
            .workers = 8, .slots = 1 + i, .slot_size = SLOT_SIZE, .session = session });
  for (guint64 next; at < SIZE; at = next)
    {
      next = MIN (at + SLOT_SIZE / 2 + 1, SIZE);
      for (guint i = 0; i < num_readers; i++)
        g_assert_cmpuint (rf_test_reader_check_until (readers[i], at, next, &error), ==, next);
    }
  g_assert_no_error (error);
  for (guint i = 0; i < num_readers; i++)
    g_object_unref (readers[i]);
}

/* Requests that wait are given up again and again, by seeks of several readers on all threads. */
static void
test_seeks (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
  g_autoptr (RfSession) session = rf_test_reader_new_session (2);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GError) error = NULL;
  RfReader *readers[MAX_READERS];

  for (guint i = 0; i < MAX_READERS; i++)
    readers[i] = rf_test_reader_new (
        rf_test_server_get_uri (server),
        &(RfTestSettings){ .workers = 1 + 2 * i, .slot_size = 4096, .session = session });
  for (guint round = 0; round < 100; round++)
    {
      RfReader *reader = readers[round % MAX_READERS];
      guint64 start = (guint64)g_rand_int_range (rand, 0, (gint32)SIZE - 1);
      guint64 stop = MIN (start + 10000, SIZE);

      for (guint i = 0; i < MAX_READERS; i++)
        g_assert_true (rf_reader_seek (readers[i], start, RF_SIZE_UNKNOWN, &error));
      rf_session_set_max_connections_per_host (session, 1 + round % 3);
      g_assert_cmpuint (rf_test_reader_check_until (reader, start, stop, &error), ==, stop);
      g_assert_no_error (error);
    }
  for (guint i = 0; i < MAX_READERS; i++)
    g_object_unref (readers[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/turns/limit", test_limit);
  g_test_add_func ("/turns/turns", test_turns);
  g_test_add_func ("/turns/one-consumer", test_one_consumer);
  g_test_add_func ("/turns/seeks", test_seeks);
  return g_test_run ();
}
