/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* max-connections-per-host: what becomes of a reader that waits for its turn. */

#include <ringfetch.h>

#include "rf-test-content.h"
#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#define SLOT_SIZE ((guint64)32 * 1024)
#define SIZE (12 * SLOT_SIZE + 1)

/* Long for a busy machine, but not for a reader that waits. */
#define AT_ONCE (5 * G_TIME_SPAN_SECOND)

/* For who waits for ever. */
#define PATIENCE_MS 5000

/* Long enough for a request to come that is not to. */
#define MOMENT_MS 200

/* A reader of a server without ranges has the only turn, as long as it is there, and another one waits in a
 * thread of its own. */
typedef struct
{
  RfTestServer *server;
  RfSession *session;
  RfReader *holder;
  RfReader *waiter;
  guint64 position; /* where that begins to read */
  GCancellable *cancellable;
  GThread *thread;
  GError *error; /* of the thread */
  int done;      /* atomic */
} Queue;

/* As rf_test_reader_check(), but can be ended. */
static void
read_on (Queue *self)
{
  gsize size = 1;

  while (size > 0)
    {
      g_autoptr (RfLoan) loan
          = rf_reader_read (self->waiter, G_MAXSSIZE, self->cancellable, &self->error);
      const guint8 *data;

      if (loan == NULL)
        return;
      data = rf_loan_get_data (loan, &size);
      g_assert_true (rf_test_content_check (1, data, self->position, size, NULL));
      self->position += size;
    }
}

static gpointer
wait_and_read (gpointer data)
{
  Queue *self = data;

  /* Without a cancellable there would be nothing to end the wait of a test that fails. */
  if (rf_reader_open (self->waiter, self->cancellable, &self->error))
    read_on (self);
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

/* More than the kernel holds. */
#define LARGE_SIZE (64 * MIB)

static void
queue_init (Queue *self, guint timeout)
{
  const RfTestSettings settings = { .workers = 2, .slots = 2, .slot_size = SLOT_SIZE };
  RfTestSettings waiter_settings = settings;

  *self = (Queue){ .server = rf_test_server_new (&(RfTestServerConfig){
                       .size = LARGE_SIZE, .version = 1, .mode = RF_TEST_SERVER_NO_RANGES }),
                   .session = rf_test_reader_new_session (1),
                   .cancellable = g_cancellable_new () };
  waiter_settings.session = self->session;
  self->holder = rf_test_reader_new (rf_test_server_get_uri (self->server), &waiter_settings);
  g_assert_cmpuint (rf_test_reader_check_until (self->holder, 0, 1, NULL), ==, 1);
  rf_test_server_set_config (self->server,
                             &(RfTestServerConfig){ .size = SIZE, .version = 1, .latency_ms = 1 });
  waiter_settings.timeout = timeout;
  self->waiter = rf_test_reader_new (rf_test_server_get_uri (self->server), &waiter_settings);
}

static void
queue_start (Queue *self)
{
  self->thread = g_thread_new ("consumer", wait_and_read, self);
  g_assert_false (rf_test_server_wait_requests (self->server, 2, MOMENT_MS));
}

/* Returns how the thread ended. */
static GError *
queue_finish (Queue *self)
{
  g_thread_join (self->thread);
  return g_steal_pointer (&self->error);
}

static void
queue_clear (Queue *self)
{
  g_clear_object (&self->holder);
  g_clear_object (&self->waiter);
  g_object_unref (self->cancellable);
  g_object_unref (self->session);
  rf_test_server_free (self->server);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Queue, queue_clear)

/* The limit is raised, or the turn becomes free, and the waiter reads all. */
static void
test_turn_comes (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_auto (Queue) queue;
      g_autoptr (GError) error = NULL;

      queue_init (&queue, 0);
      queue_start (&queue);
      if (i == 0)
        rf_session_set_max_connections_per_host (queue.session, 2);
      else if (i == 1)
        rf_session_set_max_connections_per_host (queue.session, 0);
      else if (i == 2)
        rf_reader_close (queue.holder);
      else
        g_assert_true (rf_reader_seek (queue.holder, 1, 1, NULL));
      error = queue_finish (&queue);
      g_assert_no_error (error);
      if (i < 2)
        g_assert_cmpuint (rf_test_reader_check (queue.holder, 1, NULL), ==, LARGE_SIZE);
    }
}

/* A wait for others is none for the server. */
static void
test_timeout (void)
{
  g_auto (Queue) queue;
  g_autoptr (GError) error = NULL;

  queue_init (&queue, 1);
  queue_start (&queue);
  g_assert_false (rf_test_server_wait_requests (queue.server, 2, 1300));
  rf_reader_close (queue.holder);
  error = queue_finish (&queue);
  g_assert_no_error (error);
}

static void
test_cancel (void)
{
  g_auto (Queue) queue;
  g_autoptr (GError) error = NULL;
  gint64 began;

  queue_init (&queue, 0);
  queue_start (&queue);
  began = g_get_monotonic_time ();
  g_cancellable_cancel (queue.cancellable);
  error = queue_finish (&queue);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE);
  rf_reader_close (queue.holder);
  g_assert_cmpuint (rf_test_reader_check (queue.waiter, 0, NULL), ==, SIZE);
}

static void
test_close (void)
{
  g_auto (Queue) queue;
  g_autoptr (GError) error = NULL;
  g_autoptr (RfReader) third = NULL;
  gint64 began;

  queue_init (&queue, 0);
  queue_start (&queue);
  began = g_get_monotonic_time ();
  rf_reader_close (queue.waiter);
  error = queue_finish (&queue);
  g_assert_error (error, RF_ERROR, RF_ERROR_CLOSED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE);
  /* It is not in the way of who comes later. */
  third = rf_test_reader_new (
      rf_test_server_get_uri (queue.server),
      &(RfTestSettings){ .workers = 2, .slot_size = SLOT_SIZE, .session = queue.session });
  rf_reader_close (queue.holder);
  g_assert_cmpuint (rf_test_reader_check (third, 0, NULL), ==, SIZE);
}

/* What is asked for in the end is what is wanted then. */
static void
test_seek (void)
{
  const guint64 start = SIZE - SLOT_SIZE - 1;
  g_auto (Queue) queue;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ranges = NULL;

  queue_init (&queue, 0);
  queue.position = start;
  queue_start (&queue);
  for (guint64 i = 0; i < 50; i++)
    g_assert_true (rf_reader_seek (queue.waiter, i * SLOT_SIZE % SIZE, RF_SIZE_UNKNOWN, NULL));
  g_assert_true (rf_reader_seek (queue.waiter, start, RF_SIZE_UNKNOWN, NULL));
  rf_reader_close (queue.holder);
  error = queue_finish (&queue);
  g_assert_no_error (error);
  ranges = rf_test_server_dup_ranges (queue.server);
  g_assert_cmpuint (g_array_index (ranges, RfTestServerRange, 1).start, ==, start);
}

static gboolean
redirect (const RfTestScriptRequest *request, gpointer uri)
{
  return rf_test_script_redirect (request, 302, uri);
}

/* Who waits where a redirection led holds no turn at the server that redirected. */
static void
test_redirection (void)
{
  g_auto (Queue) queue;
  g_autoptr (RfTestScript) front = NULL;
  g_autoptr (RfReader) other = NULL;
  g_autoptr (GError) error = NULL;

  queue_init (&queue, 1);
  front = rf_test_script_new (redirect, (gpointer)rf_test_server_get_uri (queue.server));
  g_clear_object (&queue.waiter);
  queue.waiter = rf_test_reader_new (
      rf_test_script_get_uri (front),
      &(RfTestSettings){ .workers = 4, .slot_size = SLOT_SIZE, .session = queue.session });
  queue_start (&queue);
  g_assert_cmpuint (rf_test_script_get_num_requests (front), ==, 1);
  other = rf_test_reader_new (
      rf_test_script_get_uri (front),
      &(RfTestSettings){ .workers = 4, .slot_size = SLOT_SIZE, .session = queue.session });
  g_assert_true (rf_reader_seek (other, 0, RF_SIZE_UNKNOWN, NULL));
  for (guint i = 0; i < PATIENCE_MS && rf_test_script_get_num_requests (front) < 2; i++)
    g_usleep (1000);
  g_assert_cmpuint (rf_test_script_get_num_requests (front), ==, 2);
  rf_reader_close (queue.holder);
  error = queue_finish (&queue);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_test_reader_check (other, 0, NULL), ==, SIZE);
}

/* An old place, which the resource moves away from, and where another stream is then that does not end. */
typedef struct
{
  RfTestScript *front;
  RfTestScript *place;
  RfTestServer *new_place;

  GMutex lock;
  GCond cond;
  gboolean goes_on; /* with the answer of the first part */
  gboolean has_moved;
} Move;

static gboolean
redirect_to_place (const RfTestScriptRequest *request, gpointer data)
{
  Move *self = data;
  gboolean has_moved;

  g_mutex_lock (&self->lock);
  has_moved = self->has_moved;
  g_mutex_unlock (&self->lock);
  return rf_test_script_redirect (request, 302,
                                  has_moved ? rf_test_server_get_uri (self->new_place)
                                            : rf_test_script_get_uri (self->place));
}

static gboolean
answer_at_place (const RfTestScriptRequest *request, gpointer data)
{
  Move *self = data;
  g_autofree char *field = NULL;

  if (g_str_has_prefix (request->head, "GET /endless "))
    {
      rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
      rf_test_script_say_content (request, 0, MIB);
      return rf_test_script_hang (request);
    }
  if (request->start > 0)
    {
      g_mutex_lock (&self->lock);
      self->has_moved = TRUE;
      g_mutex_unlock (&self->lock);
      return rf_test_script_say_status (request, "403 Forbidden", "");
    }
  field = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n", request->end);
  rf_test_script_say_part (request, SIZE, field);
  rf_test_script_say_content (request, 0, 1);
  g_mutex_lock (&self->lock);
  while (!self->goes_on)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return rf_test_script_say_content (request, 1, request->end);
}

static void
move_go_on (Move *self)
{
  g_mutex_lock (&self->lock);
  self->goes_on = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Requests that wait at the old place are sent to the new one. */
static void
test_moved (void)
{
  Move move = { .goes_on = FALSE };
  g_autoptr (RfSession) session = rf_test_reader_new_session (1);
  RfTestSettings settings
      = { .workers = 2, .slots = 8, .slot_size = SLOT_SIZE, .session = session };
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (RfReader) endless = NULL;
  g_autofree char *endless_uri = NULL;
  Queue queue = { .cancellable = g_cancellable_new () };

  move.new_place
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1, .no_etag = TRUE });
  move.place = rf_test_script_new (answer_at_place, &move);
  move.front = rf_test_script_new (redirect_to_place, &move);
  queue.waiter = reader = rf_test_reader_new (rf_test_script_get_uri (move.front), &settings);
  queue.thread = g_thread_new ("consumer", wait_and_read, &queue);
  while (!rf_reader_is_open (reader))
    g_usleep (1000);
  /* Other requests of the reader are in the queue then, and the other reader comes behind them. */
  g_usleep (MOMENT_MS * 1000);
  endless_uri
      = g_strdup_printf ("http://127.0.0.1:%u/endless", rf_test_script_get_port (move.place));
  endless = rf_test_reader_new (endless_uri, &settings);
  g_assert_true (rf_reader_seek (endless, 0, RF_SIZE_UNKNOWN, NULL));
  g_usleep (MOMENT_MS * 1000);
  move_go_on (&move);
  for (guint i = 0; i < PATIENCE_MS && !g_atomic_int_get (&queue.done); i++)
    g_usleep (1000);
  g_cancellable_cancel (queue.cancellable);
  g_thread_join (queue.thread);
  g_assert_no_error (queue.error);
  g_object_unref (queue.cancellable);
  rf_test_script_free (move.front);
  rf_test_script_free (move.place);
  rf_test_server_free (move.new_place);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/queue/turn-comes", test_turn_comes);
  g_test_add_func ("/queue/timeout", test_timeout);
  g_test_add_func ("/queue/cancel", test_cancel);
  g_test_add_func ("/queue/close", test_close);
  g_test_add_func ("/queue/seek", test_seek);
  g_test_add_func ("/queue/redirection", test_redirection);
  g_test_add_func ("/queue/moved", test_moved);
  return g_test_run ();
}
