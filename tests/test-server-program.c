/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server as a program: where it tells its location, when it tells its counts, and when it ends.
 * Its path is this program's argument. */

#include "rf-test-certificate.h"
#include "rf-test-client.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program_path;

typedef struct
{
  GPid pid;
  int input;
  FILE *output;
  FILE *counts;
  guint16 port;
} Program;

static char *
read_line (FILE *file)
{
  char line[256];

  if (fgets (line, sizeof line, file) == NULL)
    g_error ("the program has ended");
  return g_strdup (g_strchomp (line));
}

static void
start (Program *self, const char *scheme, const char *const *options)
{
  g_autoptr (GStrvBuilder) arguments = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *prefix = g_strconcat (scheme, "://127.0.0.1:", NULL);
  g_autoptr (GError) error = NULL;
  char *rest;
  int output;
  int counts;

  g_strv_builder_add (arguments, program_path);
  g_strv_builder_addv (arguments, (const char **)options);
  argv = g_strv_builder_end (arguments);
  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &self->pid,
                            &self->input, &output, &counts, &error);
  g_assert_no_error (error);
  self->output = fdopen (output, "r");
  self->counts = fdopen (counts, "r");

  uri = read_line (self->output);
  g_assert_true (g_str_has_prefix (uri, prefix));
  self->port = (guint16)g_ascii_strtoull (uri + strlen (prefix), &rest, 10);
  g_assert_cmpstr (rest, ==, "/object");
}

/* Reads the counts, which must have these three lines. */
static void
expect_counts (Program *self, const char *first, const char *second, const char *third)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  do
    g_ptr_array_add (lines, read_line (self->counts));
  while (*(const char *)g_ptr_array_index (lines, lines->len - 1) != '\0');
  g_assert_true (g_ptr_array_find_with_equal_func (lines, first, g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (lines, second, g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (lines, third, g_str_equal, NULL));
}

/* It must end by itself, with this status and nothing more to say. */
static void
expect_end (Program *self, int expected)
{
  int status;

  g_assert_cmpint (fgetc (self->counts), ==, EOF);
  g_assert_cmpint (waitpid (self->pid, &status, 0), ==, self->pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, expected);
  fclose (self->output);
  fclose (self->counts);
}

static void
test_counts (void)
{
  static const char *const options[]
      = { "--size=64G", "--image-size=1M", "--cached", "--until-eof", NULL };
  g_autoptr (RfTestClient) client = NULL;
  Program program;

  start (&program, "http", options);
  g_assert_cmpint (kill (program.pid, SIGUSR1), ==, 0);
  expect_counts (&program, "requests=0", "body_bytes=0", "open_connections=0");

  client = rf_test_client_new (program.port);
  rf_test_client_expect_answer (client, "Range: bytes=5-14\r\n", "206",
                                "Content-Range: bytes 5-14/68719476736");
  rf_test_client_expect_body (client, 0, 5, 15);
  /* Counted when the next answer comes. */
  rf_test_client_expect_answer (client, "Range: bytes=68719476736-\r\n", "416", NULL);
  g_assert_cmpint (kill (program.pid, SIGUSR1), ==, 0);
  expect_counts (&program, "requests=2", "body_bytes=10", "handshakes=0");

  close (program.input);
  expect_counts (&program, "requests=2", "body_bytes=10", "connections=1");
  expect_end (&program, 0);
}

static void
test_tls (void)
{
  g_autoptr (RfTestCertificate) certificate = rf_test_certificate_new ();
  const char *const options[] = { "--tls-cert",
                                  rf_test_certificate_get_cert (certificate),
                                  "--tls-key",
                                  rf_test_certificate_get_key (certificate),
                                  "--tls-break=2",
                                  "--size=20",
                                  "--max-requests=3",
                                  "--link-rate=1M",
                                  NULL };
  g_autoptr (RfTestClient) client = NULL;
  Program program;

  start (&program, "https", options);
  client = rf_test_client_new_tls (program.port);
  g_assert_null (rf_test_client_new_tls (program.port));
  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_body (client, 0, 0, 20);
  g_assert_cmpint (kill (program.pid, SIGTERM), ==, 0);
  expect_counts (&program, "requests=1", "handshakes=1", "connections=2");
  expect_end (&program, 0);
  close (program.input);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("Usage: %s PATH-OF-THE-SERVER", argv[0]);
  program_path = argv[1];
  g_test_add_func ("/test-server-program/counts", test_counts);
  g_test_add_func ("/test-server-program/tls", test_tls);
  return g_test_run ();
}
