/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a stream chooses that is told nothing: how many workers, and how large a part is. How that is found is
 * tested in test-tuner.c; here it has to work. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

/* Far away it begins with so many. */
#define FIRST_WORKERS 4
#define MAX_WORKERS 64
#define REQUESTS_PER_WORKER 2

#define SIZE (48 * MIB)

/* What a stream has chosen meanwhile. */
typedef struct
{
  guint most_workers;
  guint64 least_part;
  guint64 largest_part;
} Choice;

/* Reads all with nothing but the defaults and this of the ring, and looks again and again. */
static void
run (RfTestServer *server, guint64 size, const RfTestSettings *settings, Choice *choice)
{
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint64 position = 0;

  rf_options_set_retry_backoff_factor (options, 0.01);
  reader = rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
  *choice = (Choice){ .least_part = G_MAXUINT64 };
  while (position < size)
    {
      g_autoptr (RfStats) stats = NULL;
      guint64 stop = MIN (position + MIB, size);

      position = rf_test_reader_check_until (reader, position, stop, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (position, ==, stop);
      stats = rf_reader_get_stats (reader);
      g_assert_cmpuint (stats->workers, >=, 1);
      choice->most_workers = MAX (choice->most_workers, stats->workers);
      choice->least_part = MIN (choice->least_part, stats->part_size);
      choice->largest_part = MAX (choice->largest_part, stats->part_size);
    }
  g_assert_cmpuint (rf_test_reader_check (reader, position, &error), ==, size);
  g_test_message ("%u workers, parts of %u to %u KiB", choice->most_workers,
                  (guint)(choice->least_part / 1024), (guint)(choice->largest_part / 1024));
}

static void
test_far (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (&(RfTestServerConfig){
      .size = SIZE, .version = 1, .cached = TRUE, .latency_ms = 10, .rate = 4 * MIB });
  RfTestServerCounts counts;
  Choice choice;

  run (server, SIZE, &(RfTestSettings){ .timeout = 30 }, &choice);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (choice.most_workers, >, FIRST_WORKERS);
  g_assert_cmpuint (choice.most_workers, <=, MAX_WORKERS);
  g_assert_cmpuint (counts.max_answering, >, FIRST_WORKERS);
}

/* There are no more than have two slots each. */
static void
test_small_rings (void)
{
  static const RfTestSettings rings[] = {
    { .slots = 1, .timeout = 30 },
    { .slots = 3, .slot_size = 4096, .timeout = 30 },
    { .slots = 8, .slot_size = 100001, .timeout = 30 },
    { .slots = 4, .slot_size = 8 * MIB, .timeout = 30 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rings); i++)
    {
      const guint64 size = rings[i].slot_size == 4096 ? MIB / 4 : 4 * MIB + 1;
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = size, .version = 1, .latency_ms = 2, .rate = 8 * MIB });
      Choice choice;

      run (server, size, &rings[i], &choice);
      g_assert_cmpuint (choice.most_workers, <=, MAX (rings[i].slots / 2, 1));
    }
}

/* A part is what its consumer is told to take, if that is told. */
static void
test_given_slot_size (void)
{
  const guint64 slot_size = 300000;
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 8 * MIB, .version = 1, .latency_ms = 5, .rate = 8 * MIB });
  Choice choice;

  run (server, 8 * MIB, &(RfTestSettings){ .slot_size = slot_size, .timeout = 30 }, &choice);
  g_assert_cmpuint (choice.least_part, ==, slot_size);
  g_assert_cmpuint (choice.largest_part, ==, slot_size);
}

/* A server that takes only so many requests at a time is not asked for many more for long: not for two seconds,
 * of which a trial of sixteen workers takes a tenth. */
static void
test_refusals (void)
{
  const guint most = 6;
  const guint64 size = 2 * SIZE;
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = size,
                                                   .version = 1,
                                                   .cached = TRUE,
                                                   .latency_ms = 5,
                                                   .rate = 8 * MIB,
                                                   .max_requests = most });
  RfTestServerCounts counts;
  Choice choice;

  run (server, size, &(RfTestSettings){ .timeout = 30 }, &choice);
  rf_test_server_get_counts (server, &counts);
  g_test_message ("%u of %u requests were refused", (guint)counts.refused_requests,
                  (guint)counts.requests);
  g_assert_cmpuint (counts.max_answering, ==, most);
  g_assert_cmpuint (counts.refused_requests, <=, counts.requests / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto/far", test_far);
  g_test_add_func ("/auto/small-rings", test_small_rings);
  g_test_add_func ("/auto/given-slot-size", test_given_slot_size);
  g_test_add_func ("/auto/refusals", test_refusals);
  return g_test_run ();
}
