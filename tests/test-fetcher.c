/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the fetcher makes of servers that answer in strange ways, at awkward moments, or not at all. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#include <string.h>

#define SLOT_SIZE 65536

/* One worker and small slots: whatever hangs, hangs at once. */
static const RfTestSettings one_worker = { .workers = 1, .slots = 4, .slot_size = SLOT_SIZE };

/* A door between a test and its server. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean open;
} Gate;

static void
gate_open (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->open = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
gate_wait (Gate *self)
{
  gint64 until = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (!self->open)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, until));
  g_mutex_unlock (&self->lock);
}

static RfReader *
new_reader (RfTestScript *script)
{
  return rf_test_reader_new (rf_test_script_get_uri (script), &one_worker);
}

/* Reads all that a server says, by one worker, and returns where the end or the error was. */
static guint64
read_from (RfTestScriptFunc answer, GError **error)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer, NULL);
  g_autoptr (RfReader) reader = new_reader (script);

  return rf_test_reader_check (reader, 0, error);
}

/* Chunked, and its end comes only when all of it has been read and given back. */
static gboolean
answer_late_end (const RfTestScriptRequest *request, gpointer gate)
{
  rf_test_script_say (request, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
  rf_test_script_say_content (request, 0, 1000);
  gate_wait (gate);
  return rf_test_script_say (request, "\r\n0\r\n\r\n");
}

static void
test_end_after_all_was_given_back (void)
{
  Gate gate = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_late_end, &gate);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1000, &error), ==, 1000);
  gate_open (&gate);
  g_assert_cmpuint (rf_test_reader_check (reader, 1000, &error), ==, 1000);
  g_assert_no_error (error);
  /* And once more, from the start. */
  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 1000);
  g_assert_no_error (error);
}

/* All of the part, but never the end of the message. */
static gboolean
answer_without_end (const RfTestScriptRequest *request, gpointer unused)
{
  g_autofree char *chunk = NULL;
  guint64 end = MIN (request->end, 1000);

  rf_test_script_say_part (request, 1000, "Transfer-Encoding: chunked\r\n");
  chunk = g_strdup_printf ("%" G_GINT64_MODIFIER "x\r\n", end - request->start);
  rf_test_script_say (request, chunk);
  rf_test_script_say_content (request, request->start, end);
  return rf_test_script_hang (request);
}

static void
test_seek_while_a_message_does_not_end (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_without_end, NULL);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (GError) error = NULL;

  for (guint64 start = 0; start < 5; start++)
    {
      g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error));
      g_assert_cmpuint (rf_test_reader_check (reader, start, &error), ==, 1000);
      g_assert_no_error (error);
    }
}

static void
on_ring_gone (gpointer gate, GObject *ring)
{
  gate_open (gate);
}

static void
test_close_while_a_message_does_not_end (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_without_end, NULL);
  g_autoptr (GError) error = NULL;
  RfReader *reader = new_reader (script);
  Gate gate = { 0 };

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 1000);
  g_object_weak_ref (G_OBJECT (rf_reader_get_ring_buffer (reader)), on_ring_gone, &gate);
  g_object_unref (reader);
  gate_wait (&gate);
}

/* The only worker does not wait for the ends of messages whose bytes have all come. */
static gboolean
answer_large_without_end (const RfTestScriptRequest *request, gpointer unused)
{
  g_autofree char *chunk = NULL;
  guint64 end = MIN (request->end, 10 * SLOT_SIZE);

  rf_test_script_say_part (request, 10 * SLOT_SIZE, "Transfer-Encoding: chunked\r\n");
  chunk = g_strdup_printf ("%" G_GINT64_MODIFIER "x\r\n", end - request->start);
  rf_test_script_say (request, chunk);
  rf_test_script_say_content (request, request->start, end);
  return rf_test_script_hang (request);
}

static void
test_messages_do_not_end (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (read_from (answer_large_without_end, &error), ==, 10 * SLOT_SIZE);
  g_assert_no_error (error);
}

/* One slot's worth of a body that is announced to be longer. */
static gboolean
answer_one_slot (const RfTestScriptRequest *request, gpointer gate)
{
  rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  rf_test_script_say_content (request, 0, SLOT_SIZE);
  if (gate != NULL)
    gate_wait (gate);
  return FALSE;
}

/* Whether the slot has been read before the body breaks off or not, the error is told. */
static void
test_break_between_slots (void)
{
  for (guint late = 0; late < 2; late++)
    {
      Gate gate = { 0 };
      g_autoptr (RfTestScript) script
          = rf_test_script_new (answer_one_slot, late == 0 ? NULL : &gate);
      g_autoptr (RfReader) reader = new_reader (script);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (rf_test_reader_check_until (reader, 0, SLOT_SIZE, &error), ==, SLOT_SIZE);
      g_assert_no_error (error);
      gate_open (&gate);
      g_assert_cmpuint (rf_test_reader_check (reader, SLOT_SIZE, &error), ==, SLOT_SIZE);
      g_assert_error (error, RF_ERROR, RF_ERROR_READ);
      g_assert_nonnull (strstr (error->message, "65536"));
    }
}

/* Breaks off in the middle the first time. */
static gboolean
answer_whole_at_second_time (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  rf_test_script_say_content (request, 0, request->number == 0 ? 500000 : 1000000);
  return FALSE;
}

static void
test_start_again_without_ranges (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_whole_at_second_time, NULL);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (RfParallelBuffer) all = NULL;
  g_autoptr (GError) error = NULL;
  guint64 broken_at;

  /* What waits for a slot in libcurl 8 when a body breaks off is not handed out any more. */
  broken_at = rf_test_reader_check (reader, 0, &error);
  g_assert_cmpuint (broken_at, >, 0);
  g_assert_cmpuint (broken_at, <=, 500000);
  g_assert_error (error, RF_ERROR, RF_ERROR_READ);
  g_clear_error (&error);

  g_assert_false (rf_reader_seek (reader, broken_at, RF_SIZE_UNKNOWN, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_SEEKABLE);
  g_clear_error (&error);

  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 1000000);
  g_assert_no_error (error);

  g_assert_true (rf_reader_seek (reader, 0, 70000, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 70000);
  g_assert_no_error (error);
  all = rf_reader_read_all (reader, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_parallel_buffer_get_size (all), ==, 1000000);
}

/* A log that grows: each time it is read it is longer, and its length is never told. */
static gboolean
answer_growing (const RfTestScriptRequest *request, gpointer unused)
{
  guint64 size = 100000 * (request->number + 1);
  g_autofree char *chunk = g_strdup_printf ("%" G_GINT64_MODIFIER "x\r\n", size);

  rf_test_script_say (request, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  rf_test_script_say (request, chunk);
  rf_test_script_say_content (request, 0, size);
  return rf_test_script_say (request, "\r\n0\r\n\r\n");
}

static void
test_another_version_without_ranges (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_growing, NULL);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (GError) error = NULL;

  for (guint64 version = 1; version <= 4; version++)
    {
      g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 100000 * version);
      g_assert_no_error (error);
    }
}

/* More than its Content-Range says. */
static gboolean
answer_too_much (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say (request, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-99/1000\r\n"
                               "Transfer-Encoding: chunked\r\n\r\nc8\r\n");
  rf_test_script_say_content (request, 0, 200);
  rf_test_script_say (request, "\r\n0\r\n\r\n");
  return TRUE;
}

static void
test_longer_than_announced (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (read_from (answer_too_much, &error), ==, 100);
  g_assert_error (error, RF_ERROR, RF_ERROR_PROTOCOL);
}

/* Ten bytes less than was asked for, each time. */
static gboolean
answer_short (const RfTestScriptRequest *request, gpointer unused)
{
  RfTestScriptRequest less = *request;

  if (less.end - less.start > 10)
    less.end -= 10;
  return rf_test_script_answer (&less, MIB + 3);
}

static void
test_shorter_than_asked (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_short, NULL);
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_script_get_uri (script), &(RfTestSettings){ 0 });
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, MIB + 3);
  g_assert_no_error (error);
}

/* An overloaded proxy's page, compressed, and then the resource. */
static gboolean
answer_busy_first (const RfTestScriptRequest *request, gpointer unused)
{
  if (request->number % 2 == 0)
    return rf_test_script_say (request, "HTTP/1.1 503 Service Unavailable\r\n"
                                        "Content-Encoding: gzip\r\nContent-Range: nonsense\r\n"
                                        "Content-Length: 4\r\n\r\nbusy");
  return rf_test_script_answer (request, 300000);
}

static void
test_busy_page_is_encoded (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (read_from (answer_busy_first, &error), ==, 300000);
  g_assert_no_error (error);
}

/* What libsoup 3.2's server does beyond the end of a resource. */
static gboolean
answer_like_soup (const RfTestScriptRequest *request, gpointer unused)
{
  if (request->end == G_MAXUINT64)
    {
      rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      return rf_test_script_say_content (request, 0, 1000);
    }
  if (request->end <= 1000)
    return rf_test_script_answer (request, 1000);
  return rf_test_script_say (request, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes "
                                      "0-262143/1000\r\nContent-Length: 0\r\n\r\n");
}

static void
test_server_cannot_count (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_like_soup, NULL);
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_script_get_uri (script), &(RfTestSettings){ .workers = 1 });
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 1000);
  g_assert_no_error (error);
}

/* Ranges, but no size where there are no bytes. */
static gboolean
answer_416_without_size (const RfTestScriptRequest *request, gpointer unused)
{
  if (request->end == G_MAXUINT64)
    {
      rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      return rf_test_script_say_content (request, 0, 1000);
    }
  if (request->start < 1000)
    return rf_test_script_answer (request, 1000);
  return rf_test_script_say (request, "HTTP/1.1 416 Range Not Satisfiable\r\n"
                                      "Content-Length: 0\r\n\r\n");
}

/* A first seek too far does not make the resource unseekable. */
static void
test_first_seek_too_far (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_416_without_size, NULL);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_reader_seek (reader, 5000, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 5000, &error), ==, 5000);
  g_clear_error (&error);
  g_assert_true (rf_reader_seek (reader, 500, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 500, &error), ==, 1000);
  g_assert_no_error (error);
  g_assert_true (rf_reader_is_seekable (reader));
}

static gboolean
answer_twice (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say (request, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-99/100\r\n"
                               "Content-Range: bytes 0-99/1000\r\nContent-Length: 100\r\n\r\n");
  return rf_test_script_say_content (request, 0, 100);
}

static void
test_field_is_there_twice (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (read_from (answer_twice, &error), ==, 0);
  g_assert_error (error, RF_ERROR, RF_ERROR_PROTOCOL);
}

static gboolean
answer_404_first (const RfTestScriptRequest *request, gpointer unused)
{
  if (request->number == 0)
    return rf_test_script_say (request, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  return rf_test_script_answer (request, 1000);
}

/* It begins anew, whatever was before. */
static void
test_read_all_after_an_error (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_404_first, NULL);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (RfParallelBuffer) all = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (rf_reader_open (reader, NULL, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_FOUND);
  g_clear_error (&error);
  all = rf_reader_read_all (reader, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_parallel_buffer_get_size (all), ==, 1000);
}

/* The reader that was made last has the ring, and the one before it is closed. */
static void
test_two_readers_on_a_ring (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 4 * MIB, .version = 1 });
  const char *uri = rf_test_server_get_uri (server);
  g_autoptr (RfReader) first = rf_test_reader_new (uri, &one_worker);
  RfRingBuffer *ring = rf_reader_get_ring_buffer (first);
  g_autoptr (RfReader) second = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check_until (first, 0, 1, &error), ==, 1);
  second = rf_reader_new (NULL, uri, NULL, ring, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_test_reader_check (second, 0, &error), ==, 4 * MIB);
  g_assert_no_error (error);
  rf_test_reader_check (first, 1, &error);
  g_assert_error (error, RF_ERROR, RF_ERROR_CLOSED);
}

/* After the error that it has changed, a seek reads what it has become. */
static void
test_changed (void)
{
  RfTestServerConfig config = { .size = 4 * MIB, .version = 2 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), &one_worker);
  g_autoptr (RfLoan) loan = rf_reader_read (reader, 1, NULL, NULL);
  g_autoptr (GError) error = NULL;
  guint64 position = 1;

  g_assert_nonnull (loan);
  config.version = 1;
  rf_test_server_set_config (server, &config);
  while (error == NULL)
    {
      g_autoptr (RfLoan) next = rf_reader_read (reader, G_MAXSSIZE, NULL, &error);
      gsize size = 0;

      if (next != NULL)
        rf_loan_get_data (next, &size);
      position += size;
      g_assert_cmpuint (position, <, 4 * MIB);
    }
  g_assert_error (error, RF_ERROR, RF_ERROR_CHANGED);
  g_clear_error (&error);
  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 4 * MIB);
  g_assert_no_error (error);
}

static gpointer
drop (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

/* A ring goes to another reader while the one that had it goes, and its session with it. */
static void
test_ring_is_handed_on (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 300000, .version = 1 });
  const char *uri = rf_test_server_get_uri (server);

  for (guint i = 0; i < 100; i++)
    {
      RfSession *session = rf_session_new (NULL);
      RfReader *first = rf_reader_new (session, uri, NULL, NULL, NULL);
      g_autoptr (RfRingBuffer) ring = g_object_ref (rf_reader_get_ring_buffer (first));
      g_autoptr (RfReader) second = NULL;
      g_autoptr (GError) error = NULL;
      GThread *thread;

      g_assert_true (rf_reader_seek (first, i, RF_SIZE_UNKNOWN, NULL));
      g_object_unref (session);
      thread = g_thread_new ("drop", drop, first);
      second = rf_reader_new (NULL, uri, NULL, ring, NULL);
      g_assert_cmpuint (rf_test_reader_check (second, 0, &error), ==, 300000);
      g_assert_no_error (error);
      g_thread_join (thread);
    }
}

static gboolean
answer_verbatim_target (const RfTestScriptRequest *request, gpointer unused)
{
  g_assert_true (g_str_has_prefix (request->head, "GET /a/../b%2fc//./?x=%2f&y=%7e HTTP/1.1\r\n"));
  return rf_test_script_answer (request, 10);
}

/* A presigned URI is signed as it is written. */
static void
test_target_is_the_location (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_verbatim_target, NULL);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/a/../b%%2fc//./?x=%%2f&y=%%7e#z",
                                          rf_test_script_get_port (script));
  g_autoptr (RfReader) reader = rf_test_reader_new (uri, &one_worker);

  g_assert_cmpuint (rf_test_reader_check (reader, 0, NULL), ==, 10);
}

/* The end of a stream without ranges that was set by a seek. */
static void
test_stop_without_ranges (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 16 * MIB, .version = 1, .mode = RF_TEST_SERVER_NO_RANGES });
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), &one_worker);
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_reader_seek (reader, 0, 100000, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 100000);
  g_assert_no_error (error);
  /* The request may not be over yet, but it soon is. */
  while (rf_reader_seek (reader, 100000, RF_SIZE_UNKNOWN, &error))
    {
      guint64 position = rf_test_reader_check (reader, 100000, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (position, ==, 16 * MIB);
      g_assert_true (rf_reader_seek (reader, 0, 100000, &error));
      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 100000);
    }
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_SEEKABLE);
  g_clear_error (&error);
  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 16 * MIB);
}

static void
wait_for_no_connection (RfTestServer *server)
{
  RfTestServerCounts counts;

  for (guint i = 0; i < 10000; i++)
    {
      rf_test_server_get_counts (server, &counts);
      if (counts.open_connections == 0)
        return;
      g_usleep (1000);
    }
  g_error ("%u connections are still open", counts.open_connections);
}

/* A request that waits for a slot learns that nothing more is wanted of it. */
static void
test_stop_while_a_request_waits (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 16 * MIB, .version = 1, .mode = RF_TEST_SERVER_NO_RANGES });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server),
                            &(RfTestSettings){ .workers = 1, .slots = 1, .slot_size = SLOT_SIZE });
  g_autoptr (GError) error = NULL;
  guint64 bytes;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1, &error), ==, 1);
  do
    {
      g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

      bytes = stats->bytes;
    }
  while (bytes < SLOT_SIZE);
  g_assert_true (rf_reader_seek (reader, 1, SLOT_SIZE, &error));
  wait_for_no_connection (server);
  g_assert_cmpuint (rf_test_reader_check (reader, 1, &error), ==, SLOT_SIZE);
  g_assert_no_error (error);
}

/* Opening asks for the beginning and nothing else; a seek before it makes the one request exact. */
static void
test_opening_costs_one_request (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 16 * MIB, .version = 1 });
  g_autoptr (RfReader) opened
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (RfReader) sought
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (GArray) ranges = NULL;
  const RfTestServerRange *range;
  guint filling;

  g_assert_true (rf_reader_open (opened, NULL, NULL));
  do
    {
      g_autoptr (RfStats) stats = rf_reader_get_stats (opened);

      filling = stats->bytes < 256 * 1024;
    }
  while (filling);
  g_assert_true (rf_reader_seek (sought, 128, 256, NULL));
  g_assert_cmpuint (rf_test_reader_check (sought, 128, NULL), ==, 256);

  ranges = rf_test_server_dup_ranges (server);
  g_assert_cmpuint (ranges->len, ==, 2);
  range = &g_array_index (ranges, RfTestServerRange, 1);
  g_assert_cmpuint (range->start, ==, 128);
  g_assert_cmpuint (range->end, ==, 256);
  g_assert_cmpuint (rf_test_reader_check (opened, 0, NULL), ==, 16 * MIB);
}

static void
test_odd_offsets (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), &one_worker);
  g_autoptr (GError) error = NULL;
  guint64 size;

  g_assert_true (rf_reader_seek (reader, 0, 0, &error));
  g_assert_true (rf_reader_open (reader, NULL, &error));
  g_assert_true (rf_reader_get_size (reader, &size));
  g_assert_cmpuint (size, ==, MIB);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 0);

  g_assert_true (rf_reader_seek (reader, G_MAXINT64, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, G_MAXINT64, &error), ==, G_MAXINT64);
  g_assert_no_error (error);
  g_assert_false (rf_reader_seek (reader, (guint64)G_MAXINT64 + 1, RF_SIZE_UNKNOWN, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (rf_test_reader_check (reader, G_MAXINT64, NULL), ==, G_MAXINT64);
}

static void
test_largest_offset_first (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), &one_worker);
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_reader_seek (reader, G_MAXINT64, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, G_MAXINT64, &error), ==, G_MAXINT64);
  g_assert_no_error (error);
}

#define BURST (SLOT_SIZE / 8)

/* Longer than what a request gets when a first part has come quickly. */
#define BURST_GAP (400 * G_TIME_SPAN_MILLISECOND)

static gboolean
answer_in_bursts (const RfTestScriptRequest *request, gpointer unused)
{
  guint64 at = request->start;
  g_autofree char *length = g_strdup_printf ("Content-Length: %d\r\n", (int)(request->end - at));

  rf_test_script_say_part (request, 3 * SLOT_SIZE, length);
  for (; at < request->end
         && rf_test_script_say_content (request, at, MIN (at + BURST, request->end));
       at += BURST)
    if (request->start > 0 && at + BURST < request->end)
      g_usleep (BURST_GAP);
  return TRUE;
}

/* Whoever sends in bursts is not left after each of them. */
static void
test_bursts (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_in_bursts, NULL);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 3 * SLOT_SIZE);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), <=, 8);
}

static gboolean
answer_with_long_line (const RfTestScriptRequest *request, gpointer unused)
{
  g_autofree char *value = g_strnfill (120 * 1024, 'x');
  g_autofree char *field = g_strdup_printf ("X-Long: %s\r\n", value);

  return rf_test_script_answer_with (request, SLOT_SIZE, field);
}

static void
test_long_line (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_long_line, NULL);
  g_autoptr (RfReader) reader = new_reader (script);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 0);
  g_assert_error (error, RF_ERROR, RF_ERROR_PROTOCOL);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 1);
}

/* Begins to answer and does not go on, or has no body after all. */
static gboolean
answer_with_heads (const RfTestScriptRequest *request, gpointer hangs)
{
  rf_test_script_say_part (request, 64 * SLOT_SIZE, "Content-Length: 65536\r\n");
  return GPOINTER_TO_INT (hangs) != 0 && rf_test_script_hang (request);
}

/* However often it begins, the timeout ends the wait for a byte. */
static void
test_heads_alone (void)
{
  const RfTestSettings settings
      = { .workers = 1, .slots = 4, .slot_size = SLOT_SIZE, .retries = -1, .timeout = 2 };

  for (int hangs = 0; hangs <= 1; hangs++)
    {
      g_autoptr (RfTestScript) script
          = rf_test_script_new (answer_with_heads, GINT_TO_POINTER (hangs));
      g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
      g_autoptr (GError) error = NULL;
      gint64 began = g_get_monotonic_time ();

      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 0);
      g_assert_error (error, RF_ERROR, RF_ERROR_TIMED_OUT);
      g_assert_cmpint (g_get_monotonic_time () - began, <, 4 * G_TIME_SPAN_SECOND);
    }
}

/* A server with an outage, and one more failure after that. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean is_out;
  guint num_requests;
  guint64 fails_at; /* once */
} Outage;

static gboolean
answer_with_outage (const RfTestScriptRequest *request, gpointer data)
{
  Outage *outage = data;
  gboolean fails;

  g_mutex_lock (&outage->lock);
  fails = outage->is_out || outage->fails_at == request->start;
  if (outage->fails_at == request->start)
    outage->fails_at = G_MAXUINT64;
  outage->num_requests++;
  g_cond_signal (&outage->cond);
  g_mutex_unlock (&outage->lock);
  if (fails)
    return rf_test_script_say_status (request, "503 Service Unavailable", "");
  return rf_test_script_answer (request, 64 * SLOT_SIZE);
}

static void
outage_set (Outage *self, gboolean is_out, guint64 fails_at)
{
  g_mutex_lock (&self->lock);
  self->is_out = is_out;
  self->fails_at = fails_at;
  g_mutex_unlock (&self->lock);
}

/* Whoever seeks in an outage does not have requests that were given up before they were repeated wait. */
static void
test_seeks_in_an_outage (void)
{
  const guint workers = 4;
  Outage outage = { .fails_at = G_MAXUINT64 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_outage, &outage);
  g_autoptr (RfSession) session = rf_session_new (NULL);
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;

  rf_options_set_num_workers (options, workers);
  rf_options_set_num_slots (options, 2 * workers);
  rf_options_set_slot_size (options, SLOT_SIZE);
  rf_options_set_retry_backoff_factor (options, 10.0);
  rf_options_set_timeout (options, 6);
  reader = rf_reader_new (session, rf_test_script_get_uri (script), options, NULL, &error);
  g_assert_true (rf_reader_open (reader, NULL, &error));
  outage_set (&outage, TRUE, G_MAXUINT64);
  for (guint64 i = 1; i <= 400; i++)
    {
      guint before;

      g_mutex_lock (&outage.lock);
      before = outage.num_requests;
      g_mutex_unlock (&outage.lock);
      g_assert_true (rf_reader_seek (reader, (i % 32 + 1) * SLOT_SIZE, RF_SIZE_UNKNOWN, &error));
      g_mutex_lock (&outage.lock);
      while (outage.num_requests == before)
        g_cond_wait (&outage.cond, &outage.lock);
      g_mutex_unlock (&outage.lock);
    }

  outage_set (&outage, FALSE, 48 * SLOT_SIZE);
  g_assert_true (rf_reader_seek (reader, 48 * SLOT_SIZE, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 48 * SLOT_SIZE, &error), ==, 64 * SLOT_SIZE);
  g_assert_no_error (error);
}

/* A proxy that wants a password. Its words are not the server's, and asking again does not help. */
static gboolean
answer_as_proxy (const RfTestScriptRequest *request, gpointer unused)
{
  g_assert_true (g_str_has_prefix (request->head, "CONNECT host.invalid:443 HTTP/1.1\r\n"));
  rf_test_script_say (request, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                               "Proxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n");
  return TRUE;
}

static RfTestScript *proxy;

static void
test_proxy_refuses (void)
{
  g_autoptr (RfReader) reader = rf_test_reader_new ("https://host.invalid/x", &one_worker);
  g_autoptr (GError) error = NULL;

  g_assert_false (rf_reader_open (reader, NULL, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_AUTHORIZED);
  g_assert_nonnull (strstr (error->message, "proxy"));
  g_assert_cmpuint (rf_test_script_get_num_requests (proxy), ==, 1);
}

/* Though the consumer has had all that came after a seek, and the window would open. */
static void
test_nothing_begins_behind_an_error (void)
{
  RfTestServerConfig config = { .size = MIB, .version = 1 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server),
                            &(RfTestSettings){ .workers = 4, .slots = 8, .slot_size = SLOT_SIZE });
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ranges = NULL;
  RfTestServerCounts counts;

  g_assert_true (rf_reader_open (reader, NULL, NULL));
  rf_test_server_get_counts (server, &counts);
  config.cut_after = 20000;
  config.change_from = 2;
  config.changed_version = 2;
  config.latency_ms = 200;
  rf_test_server_set_config (server, &config);
  g_assert_true (rf_reader_seek (reader, 2 * SLOT_SIZE, RF_SIZE_UNKNOWN, NULL));
  g_assert_cmpuint (rf_test_reader_check (reader, 2 * SLOT_SIZE, &error), ==,
                    2 * SLOT_SIZE + config.cut_after);
  g_assert_error (error, RF_ERROR, RF_ERROR_CHANGED);

  ranges = rf_test_server_dup_ranges (server);
  for (guint i = counts.requests + 2; i < ranges->len; i++)
    g_assert_cmpuint (g_array_index (ranges, RfTestServerRange, i).start, !=,
                      2 * SLOT_SIZE + config.cut_after);
}

int
main (int argc, char **argv)
{
  g_autofree char *proxy_uri = NULL;

  g_test_init (&argc, &argv, NULL);
  proxy = rf_test_script_new (answer_as_proxy, NULL);
  proxy_uri = g_strdup_printf ("http://127.0.0.1:%u", rf_test_script_get_port (proxy));
  /* For https only; before the I/O threads are there to read it. */
  g_setenv ("https_proxy", proxy_uri, TRUE);
  g_unsetenv ("no_proxy");

  g_test_add_func ("/fetcher/nothing-begins-behind-an-error", test_nothing_begins_behind_an_error);
  g_test_add_func ("/fetcher/bursts", test_bursts);
  g_test_add_func ("/fetcher/long-line", test_long_line);
  g_test_add_func ("/fetcher/heads-alone", test_heads_alone);
  g_test_add_func ("/fetcher/seeks-in-an-outage", test_seeks_in_an_outage);
  g_test_add_func ("/fetcher/end-after-all-was-given-back", test_end_after_all_was_given_back);
  g_test_add_func ("/fetcher/seek-while-a-message-does-not-end",
                   test_seek_while_a_message_does_not_end);
  g_test_add_func ("/fetcher/close-while-a-message-does-not-end",
                   test_close_while_a_message_does_not_end);
  g_test_add_func ("/fetcher/break-between-slots", test_break_between_slots);
  g_test_add_func ("/fetcher/start-again-without-ranges", test_start_again_without_ranges);
  g_test_add_func ("/fetcher/longer-than-announced", test_longer_than_announced);
  g_test_add_func ("/fetcher/shorter-than-asked", test_shorter_than_asked);
  g_test_add_func ("/fetcher/busy-page-is-encoded", test_busy_page_is_encoded);
  g_test_add_func ("/fetcher/server-cannot-count", test_server_cannot_count);
  g_test_add_func ("/fetcher/target-is-the-location", test_target_is_the_location);
  g_test_add_func ("/fetcher/stop-without-ranges", test_stop_without_ranges);
  g_test_add_func ("/fetcher/stop-while-a-request-waits", test_stop_while_a_request_waits);
  g_test_add_func ("/fetcher/opening-costs-one-request", test_opening_costs_one_request);
  g_test_add_func ("/fetcher/odd-offsets", test_odd_offsets);
  g_test_add_func ("/fetcher/largest-offset-first", test_largest_offset_first);
  g_test_add_func ("/fetcher/messages-do-not-end", test_messages_do_not_end);
  g_test_add_func ("/fetcher/another-version-without-ranges", test_another_version_without_ranges);
  g_test_add_func ("/fetcher/first-seek-too-far", test_first_seek_too_far);
  g_test_add_func ("/fetcher/field-is-there-twice", test_field_is_there_twice);
  g_test_add_func ("/fetcher/read-all-after-an-error", test_read_all_after_an_error);
  g_test_add_func ("/fetcher/two-readers-on-a-ring", test_two_readers_on_a_ring);
  g_test_add_func ("/fetcher/changed", test_changed);
  g_test_add_func ("/fetcher/ring-is-handed-on", test_ring_is_handed_on);
  g_test_add_func ("/fetcher/proxy-refuses", test_proxy_refuses);
  argc = g_test_run ();
  rf_test_script_free (proxy);
  return argc;
}
