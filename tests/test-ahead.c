/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/overview.md says of requests that begin ahead of time: that they do, and that they are never too
 * many, whatever the consumer, the ring and the server are like. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"

/* So little is never split. */
#define SLOT_SIZE ((guint64)60000)

/* A body comes in so many pieces. */
#define PIECES 4
#define PIECE (SLOT_SIZE / PIECES)

#define LATENCY (8 * G_TIME_SPAN_MILLISECOND)
#define PIECE_TIME (4 * G_TIME_SPAN_MILLISECOND)

/* Long enough to see how fast a first body comes. */
#define BODY_TIME (3 * LATENCY)

/* At most so many requests of each worker are in flight. */
#define REQUESTS_PER_WORKER 2

/* Long for a busy machine. */
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

/* A server with a latency and a rate, which takes notes. */
typedef struct
{
  guint64 size;

  GMutex lock;
  GCond cond; /* a request has come */
  GArray *ranges;
  guint num_connections;
  guint in_flight;
  guint max_in_flight;
} Distant;

static void
distant_init (Distant *self, guint64 size)
{
  *self = (Distant){ .size = size };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->ranges = g_array_new (FALSE, FALSE, sizeof (RfTestScriptRequest));
}

static void
distant_clear (Distant *self)
{
  g_array_unref (self->ranges);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Distant, distant_clear)

/* A request is in flight until before its last piece is sent. */
static void
distant_begin (Distant *self, const RfTestScriptRequest *request)
{
  g_mutex_lock (&self->lock);
  g_array_append_vals (self->ranges, request, 1);
  self->num_connections += request->place == 0 ? 1 : 0;
  self->in_flight++;
  self->max_in_flight = MAX (self->max_in_flight, self->in_flight);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
distant_end (Distant *self)
{
  g_mutex_lock (&self->lock);
  self->in_flight--;
  g_mutex_unlock (&self->lock);
}

static void
say_head (const RfTestScriptRequest *request, guint64 size)
{
  guint64 length = MIN (request->end, size) - request->start;
  g_autofree char *field = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n", length);

  rf_test_script_say_part (request, size, field);
}

static gboolean
answer_from_afar (const RfTestScriptRequest *request, gpointer data)
{
  Distant *self = data;
  guint64 end = MIN (request->end, self->size);
  guint64 at = request->start;

  distant_begin (self, request);
  g_usleep (LATENCY);
  say_head (request, self->size);
  for (; at + PIECE < end; at += PIECE)
    {
      rf_test_script_say_content (request, at, at + PIECE);
      g_usleep (PIECE_TIME);
    }
  distant_end (self);
  return rf_test_script_say_content (request, at, end);
}

static int
compare_starts (gconstpointer a, gconstpointer b)
{
  const RfTestScriptRequest *first = a;
  const RfTestScriptRequest *second = b;

  return first->start < second->start ? -1 : first->start > second->start;
}

/* How many requests were for something that had been asked for before. */
static guint
count_overlaps (Distant *self)
{
  guint overlaps = 0;
  guint64 end = 0;

  g_array_sort (self->ranges, compare_starts);
  for (guint i = 0; i < self->ranges->len; i++)
    {
      const RfTestScriptRequest *range = &g_array_index (self->ranges, RfTestScriptRequest, i);

      overlaps += range->start < end ? 1 : 0;
      end = MAX (end, range->end);
    }
  return overlaps;
}

/* How many requests are for what another one has been begun for: it failed, or a busy machine made it look slow. */
static guint64
count_repeats (RfReader *reader)
{
  g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

  return stats->retries + stats->splits;
}

/* A worker's next request is under way before its present one has ended, and no third one is. */
static void
check_long_stream (guint workers, guint slots)
{
  const RfTestSettings settings = { .workers = workers, .slots = slots, .slot_size = SLOT_SIZE };
  g_auto (Distant) distant;
  g_autoptr (RfTestScript) script = NULL;
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint64 size = 16 * workers * SLOT_SIZE + 1;

  distant_init (&distant, size);
  script = rf_test_script_new (answer_from_afar, &distant);
  reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, size);
  g_assert_no_error (error);

  g_clear_pointer (&script, rf_test_script_free);
  g_assert_cmpuint (distant.max_in_flight, >, MIN (workers, slots - 1));
  g_assert_cmpuint (distant.max_in_flight, <=,
                    MIN (REQUESTS_PER_WORKER * workers, slots) + count_repeats (reader));
  g_assert_cmpuint (distant.num_connections, <=,
                    REQUESTS_PER_WORKER * workers + count_repeats (reader));
  g_assert_cmpuint (count_overlaps (&distant), <=, count_repeats (reader));
}

static void
test_long_stream (void)
{
  check_long_stream (1, 4);
  check_long_stream (2, 2);
  check_long_stream (3, 16);
  check_long_stream (8, 32);
}

/* The last byte of a body is held back until the request for what follows it has come. */
typedef struct
{
  Distant distant;
  gboolean has_failed;
} Holding;

static gboolean
has_come_locked (Distant *self, guint64 start)
{
  for (guint i = 0; i < self->ranges->len; i++)
    if (g_array_index (self->ranges, RfTestScriptRequest, i).start == start)
      return TRUE;
  return FALSE;
}

static void
wait_for_next (Holding *self, guint64 start)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->distant.lock);
  while (!self->has_failed && !has_come_locked (&self->distant, start))
    self->has_failed |= !g_cond_wait_until (&self->distant.cond, &self->distant.lock, until);
  g_mutex_unlock (&self->distant.lock);
}

/* A request was repeated. */
static void
give_up (Holding *self)
{
  g_mutex_lock (&self->distant.lock);
  self->has_failed = TRUE;
  g_cond_broadcast (&self->distant.cond);
  g_mutex_unlock (&self->distant.lock);
}

static gboolean
answer_but_last_byte (const RfTestScriptRequest *request, gpointer data)
{
  Holding *self = data;
  guint64 end = MIN (request->end, self->distant.size);

  distant_begin (&self->distant, request);
  if (request->start % SLOT_SIZE != 0)
    give_up (self);
  g_usleep (LATENCY);
  say_head (request, self->distant.size);
  rf_test_script_say_content (request, request->start, MIN (request->start + PIECE, end - 1));
  g_usleep (BODY_TIME);
  rf_test_script_say_content (request, MIN (request->start + PIECE, end - 1), end - 1);
  if (end < self->distant.size)
    wait_for_next (self, end);
  return rf_test_script_say_content (request, end - 1, end);
}

static void
test_one_worker (void)
{
  const RfTestSettings settings = { .workers = 1, .slots = 3, .slot_size = SLOT_SIZE };
  guint64 size = 20 * SLOT_SIZE;
  Holding holding = { .has_failed = FALSE };
  g_autoptr (RfTestScript) script = NULL;
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint64 end;

  distant_init (&holding.distant, size);
  script = rf_test_script_new (answer_but_last_byte, &holding);
  reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  end = rf_test_reader_check (reader, 0, &error);
  g_clear_pointer (&script, rf_test_script_free);
  g_assert_false (holding.has_failed);
  g_assert_no_error (error);
  g_assert_cmpuint (end, ==, size);
  distant_clear (&holding.distant);
}

/* Waits until so many bytes have come, and nothing more is asked for then. */
static void
wait_until_full (RfReader *reader, RfTestScript *script, guint64 bytes)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;
  guint num_requests;
  guint64 received;

  do
    {
      g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_usleep (1000);
      received = stats->bytes;
      num_requests = rf_test_script_get_num_requests (script);
    }
  while (received < bytes);
  g_usleep (100 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, num_requests);
}

/* A consumer that stands still has no more asked for than the ring takes. */
static void
check_paused (guint workers, guint slots, guint used_slots)
{
  const RfTestSettings settings = { .workers = workers, .slots = slots, .slot_size = SLOT_SIZE };
  guint64 size = 10 * SLOT_SIZE;
  g_auto (Distant) distant;
  g_autoptr (RfTestScript) script = NULL;
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;

  distant_init (&distant, size);
  script = rf_test_script_new (answer_from_afar, &distant);
  reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1, &error), ==, 1);
  wait_until_full (reader, script, used_slots * SLOT_SIZE);
  g_mutex_lock (&distant.lock);
  for (guint i = 0; i < distant.ranges->len; i++)
    g_assert_cmpuint (g_array_index (distant.ranges, RfTestScriptRequest, i).end, <=,
                      used_slots * SLOT_SIZE);
  g_mutex_unlock (&distant.lock);
  g_assert_cmpuint (rf_test_reader_check (reader, 1, &error), ==, size);
  g_assert_no_error (error);
}

static void
test_paused_consumer (void)
{
  check_paused (1, 1, 1);
  check_paused (1, 5, 5);
  check_paused (4, 3, 3);
  check_paused (4, 8, 8);
  /* A ring that is chosen is used as far as its workers need it. */
  check_paused (2, 0, 8);
}

/* Nothing is in flight when it seeks, so that each connection is there to be used again. */
static void
test_connections_are_kept (void)
{
  const guint workers = 3;
  const guint slots = 9;
  const RfTestSettings settings = { .workers = workers, .slots = slots, .slot_size = SLOT_SIZE };
  g_auto (Distant) distant;
  g_autoptr (RfTestScript) script = NULL;
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;

  distant_init (&distant, 400 * SLOT_SIZE);
  script = rf_test_script_new (answer_from_afar, &distant);
  reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  for (guint64 i = 0; i < 5; i++)
    {
      guint64 start = i * 48 * SLOT_SIZE + i;
      guint64 stop = start + (24 + i) * SLOT_SIZE + 1;

      g_assert_true (rf_reader_seek (reader, start, stop, &error));
      g_assert_cmpuint (rf_test_reader_check (reader, start, &error), ==, stop);
      g_assert_no_error (error);
    }
  g_clear_pointer (&script, rf_test_script_free);
  g_assert_cmpuint (distant.num_connections, <=,
                    REQUESTS_PER_WORKER * workers + count_repeats (reader));
  g_assert_cmpuint (distant.max_in_flight, <=,
                    REQUESTS_PER_WORKER * workers + count_repeats (reader));
  g_assert_cmpuint (count_overlaps (&distant), <=, count_repeats (reader));
}

/* Requests that are given up are many; what comes is right. */
static void
test_seeks (void)
{
  const RfTestSettings settings = { .workers = 3, .slots = 7, .slot_size = SLOT_SIZE };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_auto (Distant) distant;
  g_autoptr (RfTestScript) script = NULL;
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint64 size = 100 * SLOT_SIZE;

  distant_init (&distant, size);
  script = rf_test_script_new (answer_from_afar, &distant);
  reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  for (guint i = 0; i < 40; i++)
    {
      guint64 start = (guint64)g_rand_int_range (rand, 0, (gint32)size);
      guint64 stop = MIN (start + (guint64)g_rand_int_range (rand, 1, 5 * SLOT_SIZE), size);

      g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error));
      g_assert_cmpuint (rf_test_reader_check_until (reader, start, stop, &error), ==, stop);
      g_assert_no_error (error);
    }
  g_assert_true (rf_reader_seek (reader, size - SLOT_SIZE, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, size - SLOT_SIZE, &error), ==, size);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ahead/long-stream", test_long_stream);
  g_test_add_func ("/ahead/one-worker", test_one_worker);
  g_test_add_func ("/ahead/paused-consumer", test_paused_consumer);
  g_test_add_func ("/ahead/connections-are-kept", test_connections_are_kept);
  g_test_add_func ("/ahead/seeks", test_seeks);
  return g_test_run ();
}
