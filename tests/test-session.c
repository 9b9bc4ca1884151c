/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session: what it does where threads or descriptors run out, and what is no object at all. */

#include <ringfetch.h>

#include "rf-session-private.h"

#include "rf-test-reader.h"
#include "rf-test-server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Must come first: later the default session is there. */
static void
test_failure_is_not_remembered (void)
{
  struct rlimit before, none;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = before;
  none.rlim_cur = 3;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_null (rf_reader_new (NULL, "http://127.0.0.1/", NULL, NULL, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NO_SPACE);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  g_assert_nonnull (rf_session_get_default ());
  g_assert_true (rf_session_get_default () == rf_session_get_default ());
}

/* What libcurl says of a proxy that it cannot use has the password in it. Only this thread is at work. */
static void
test_proxy_password (void)
{
  static const char *const proxies[]
      = { "bad://user:secret@proxy.invalid:1", "http://user:secret@proxy.invalid:x1",
          "http://user:secret@proxy.invalid:1" };

  for (guint i = 0; i < G_N_ELEMENTS (proxies); i++)
    {
      g_autoptr (RfOptions) options = rf_options_new ();
      g_autoptr (RfReader) reader = NULL;
      g_autoptr (GError) error = NULL;

      rf_options_set_retries (options, 0);
      g_setenv ("http_proxy", proxies[i], TRUE);
      reader = rf_reader_new (NULL, "http://host.invalid/", options, NULL, NULL);
      g_assert_false (rf_reader_open (reader, NULL, &error));
      g_assert_nonnull (error);
      if (strstr (error->message, "secret") != NULL)
        g_error ("\"%s\" shows a secret", error->message);
    }
  g_unsetenv ("http_proxy");
}

static void
test_sessions_come_and_go (void)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RfSession) session = rf_session_new (&error);
      g_autoptr (RfReader) reader = NULL;

      g_assert_no_error (error);
      reader = rf_reader_new (session, "http://127.0.0.1:1/", NULL, NULL, &error);
      g_assert_no_error (error);
      if (i % 2 == 0)
        g_assert_true (rf_reader_seek (reader, 1, 2, NULL));
    }
}

static void
count_notify (GObject *object, GParamSpec *spec, gpointer data)
{
  g_assert_cmpstr (spec->name, ==, "max-connections-per-host");
  ++*(guint *)data;
}

static void
test_max_connections_per_host (void)
{
  g_autoptr (RfSession) session = rf_session_new (NULL);
  guint notified = 0;
  guint found;

  g_signal_connect (session, "notify", G_CALLBACK (count_notify), &notified);
  g_assert_cmpuint (rf_session_get_max_connections_per_host (session), ==, 0);
  rf_session_set_max_connections_per_host (session, 0);
  g_assert_cmpuint (notified, ==, 0);
  rf_session_set_max_connections_per_host (session, 3);
  g_object_get (session, "max-connections-per-host", &found, NULL);
  g_assert_cmpuint (found, ==, 3);
  g_assert_cmpuint (notified, ==, 1);
  g_object_set (session, "max-connections-per-host", G_MAXUINT, NULL);
  g_assert_cmpuint (rf_session_get_max_connections_per_host (session), ==, G_MAXUINT);
  g_assert_cmpuint (notified, ==, 2);
}

/* A request that says by a queue that its turn has come. */
typedef struct
{
  RfTurn turn;
  GAsyncQueue *called;
} Caller;

static void
on_turn (gpointer data)
{
  Caller *caller = data;

  g_async_queue_push (caller->called, caller);
}

static void
expect_call (GAsyncQueue *called, const Caller *expected)
{
  g_assert_true (g_async_queue_timeout_pop (called, 30 * G_USEC_PER_SEC) == expected);
}

static void
test_turns (void)
{
  g_autoptr (RfSession) session = rf_session_new (NULL);
  g_autoptr (GAsyncQueue) called = g_async_queue_new ();
  RfReactor *reactor = rf_session_get_thread (session, 0)->reactor;
  RfAdmissionReader reader = { 0 };
  Caller callers[6];

  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    {
      callers[i].called = called;
      rf_turn_init (&callers[i].turn, &reader, reactor, on_turn, &callers[i]);
    }
  rf_session_set_max_connections_per_host (session, 1);
  g_assert_true (rf_session_enter (session, &callers[0].turn, "http://a:80", FALSE));
  g_assert_true (rf_session_enter (session, &callers[1].turn, "http://b:80", FALSE));
  for (guint i = 2; i < G_N_ELEMENTS (callers); i++)
    g_assert_false (rf_session_enter (session, &callers[i].turn, "http://a:80", i == 3));

  g_assert_false (rf_session_leave (session, &callers[0].turn));
  expect_call (called, &callers[3]);
  /* Who does not wait any more is not called, whatever happens. */
  g_assert_true (rf_session_leave (session, &callers[2].turn));
  g_assert_false (rf_session_leave (session, &callers[2].turn));
  rf_session_hurry (session, &callers[5].turn);
  rf_session_set_max_connections_per_host (session, 2);
  expect_call (called, &callers[5]);
  rf_session_set_max_connections_per_host (session, 0);
  expect_call (called, &callers[4]);
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    g_assert_false (rf_session_leave (session, &callers[i].turn));
  /* This comes behind every other call that has been posted. */
  rf_reactor_post (reactor, &callers[0].turn.task);
  expect_call (called, &callers[0]);
  g_assert_cmpint (g_async_queue_length (called), ==, 0);
}

#define NUM_RUNNERS 32
#define MAX_RUNNING 3
#define NUM_RUNS 100

/* Many requests that end at once, on all threads of the session. */
typedef struct
{
  RfSession *session;
  int num_running; /* atomic */
  GAsyncQueue *finished;
} Race;

typedef struct
{
  RfTurn turn;
  Race *race;
  guint num_runs;
} Runner;

static void
run (gpointer data)
{
  Runner *self = data;
  Race *race = self->race;

  do
    {
      g_assert_cmpint (g_atomic_int_add (&race->num_running, 1), <, MAX_RUNNING);
      self->num_runs++;
      g_atomic_int_add (&race->num_running, -1);
      g_assert_false (rf_session_leave (race->session, &self->turn));
      if (self->num_runs == NUM_RUNS)
        {
          g_async_queue_push (race->finished, self);
          return;
        }
    }
  while (rf_session_enter (race->session, &self->turn, "http://a:80", self->num_runs % 3 == 0));
}

static void
test_turns_on_all_threads (void)
{
  g_autoptr (RfSession) session = rf_session_new (NULL);
  g_autoptr (GAsyncQueue) finished = g_async_queue_new ();
  Race race = { .session = session, .finished = finished };
  RfAdmissionReader readers[4] = { 0 };
  Runner runners[NUM_RUNNERS];

  rf_session_set_max_connections_per_host (session, MAX_RUNNING);
  for (guint i = 0; i < NUM_RUNNERS; i++)
    {
      guint thread = i % rf_session_get_num_threads (session);

      runners[i].race = &race;
      runners[i].num_runs = 0;
      rf_turn_init (&runners[i].turn, &readers[i % 4],
                    rf_session_get_thread (session, thread)->reactor, run, &runners[i]);
      if (rf_session_enter (session, &runners[i].turn, "http://a:80", FALSE))
        rf_reactor_post (runners[i].turn.reactor, &runners[i].turn.task);
    }
  for (guint i = 0; i < NUM_RUNNERS; i++)
    g_assert_nonnull (g_async_queue_timeout_pop (finished, 60 * G_USEC_PER_SEC));
  g_assert_cmpint (g_atomic_int_get (&race.num_running), ==, 0);
}

#define REDIRECTED_SIZE (16 * MIB)

/* Who looks for the way again gets the only turn, though others have waited for longer. */
static void
test_turns_and_redirections (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (&(RfTestServerConfig){
      .size = REDIRECTED_SIZE, .version = 1, .redirect_to = "/object", .redirect_expires = 12 });
  g_autofree char *uri
      = g_strdup_printf ("http://127.0.0.1:%u/redirect", rf_test_server_get_port (server));
  g_autoptr (RfSession) session = rf_session_new (NULL);
  g_autoptr (RfReader) reader = NULL;

  rf_session_set_max_connections_per_host (session, 1);
  reader = rf_test_reader_new (
      uri, &(RfTestSettings){ .workers = 4, .slots = 8, .slot_size = 65536, .session = session });
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, NULL));
      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, REDIRECTED_SIZE);
      g_assert_no_error (error);
    }
}

/* Sanitizers know nothing of what other threads hold when a process forks. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAN_FORK
#endif

#ifdef CAN_FORK
/* A child makes a session of its own, and ends without waiting for threads that are its parent's. */
static void
test_forked_child (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  gint64 began = g_get_monotonic_time ();
  int status;
  pid_t child;

  g_assert_nonnull (rf_session_get_default ());
  fflush (stdout);
  child = fork ();
  if (child == 0)
    {
      RfSession *session = rf_session_new (NULL);
      RfReader *reader = rf_reader_new (session, rf_test_server_get_uri (server), NULL, NULL, NULL);

      exit (rf_test_reader_check (reader, 0, NULL) == MIB ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
}
#endif

/* Bindings offer a bare constructor; what it makes is refused, and can be unreffed. */
static void
test_bare_objects (void)
{
  const GType types[] = { RF_TYPE_READER, RF_TYPE_RING_BUFFER, RF_TYPE_PARALLEL_BUFFER };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GObject) bare = g_object_new (types[i], NULL);

      if (types[i] == RF_TYPE_READER)
        {
          g_test_expect_message ("RingFetch", G_LOG_LEVEL_CRITICAL, "*IS_READER*");
          g_assert_null (rf_reader_read (RF_READER (bare), 1, NULL, NULL));
        }
      else if (types[i] == RF_TYPE_RING_BUFFER)
        {
          g_test_expect_message ("RingFetch", G_LOG_LEVEL_CRITICAL, "*IS_RING*");
          g_assert_cmpint (rf_ring_buffer_reserve (RF_RING_BUFFER (bare), 1), ==, -1);
        }
      else
        {
          g_assert_cmpuint (rf_parallel_buffer_get_size (RF_PARALLEL_BUFFER (bare)), ==, 0);
        }
      g_test_assert_expected_messages ();
    }
}

static void
test_bare_session (void)
{
  g_autoptr (RfSession) bare = g_object_new (RF_TYPE_SESSION, NULL);

  g_test_expect_message ("RingFetch", G_LOG_LEVEL_CRITICAL, "*num_threads*");
  g_assert_null (rf_reader_new (bare, "http://127.0.0.1/", NULL, NULL, NULL));
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/failure-is-not-remembered", test_failure_is_not_remembered);
  g_test_add_func ("/session/proxy-password", test_proxy_password);
  g_test_add_func ("/session/sessions-come-and-go", test_sessions_come_and_go);
  g_test_add_func ("/session/max-connections-per-host", test_max_connections_per_host);
  g_test_add_func ("/session/turns", test_turns);
  g_test_add_func ("/session/turns-on-all-threads", test_turns_on_all_threads);
  g_test_add_func ("/session/turns-and-redirections", test_turns_and_redirections);
#ifdef CAN_FORK
  g_test_add_func ("/session/forked-child", test_forked_child);
#endif
  g_test_add_func ("/session/bare-objects", test_bare_objects);
  g_test_add_func ("/session/bare-session", test_bare_session);
  return g_test_run ();
}
