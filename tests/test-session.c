/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session: what it does where threads or descriptors run out, and what is no object at all. */

#include <ringfetch.h>

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
#ifdef CAN_FORK
  g_test_add_func ("/session/forked-child", test_forked_child);
#endif
  g_test_add_func ("/session/bare-objects", test_bare_objects);
  g_test_add_func ("/session/bare-session", test_bare_session);
  return g_test_run ();
}
