/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server as a program, for scripts and benchmarks. The location comes first, on standard output; the
 * counts come at the end and after each SIGUSR1, on standard error: lines "key=value" and an empty one. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "rf-test-lie.h"
#include "rf-test-server.h"

typedef struct
{
  RfTestServerConfig config;
  gboolean until_eof;
} Program;

static gboolean
parse_size (const char *text, guint64 *value, GError **error)
{
  static const char suffixes[] = "KMGT";
  gsize length = strlen (text);
  const char *suffix = length > 0 ? strchr (suffixes, g_ascii_toupper (text[length - 1])) : NULL;
  guint shift = suffix != NULL ? 10 * (guint)(suffix - suffixes + 1) : 0;
  g_autofree char *digits = g_strndup (text, suffix != NULL ? length - 1 : length);

  if (!g_ascii_string_to_unsigned (digits, 10, 0, G_MAXUINT64 >> shift, value, error))
    return FALSE;
  *value <<= shift;
  return TRUE;
}

static gboolean
parse_size_option (const char *name, const char *text, gpointer data, GError **error)
{
  Program *program = data;
  const struct
  {
    const char *name;
    guint64 *value;
  } sizes[] = {
    { "--size", &program->config.size },
    { "--image-size", &program->config.image_size },
    { "--content-version", &program->config.version },
    { "--link-rate", &program->config.link_rate },
    { "--rate", &program->config.rate },
    { "--slow-rate", &program->config.slow_rate },
    { "--cut-after", &program->config.cut_after },
    { "--chaos-seed", &program->config.chaos.seed },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (g_str_equal (name, sizes[i].name))
      return parse_size (text, sizes[i].value, error);
  g_return_val_if_reached (FALSE);
}

static gboolean
parse_mode_option (G_GNUC_UNUSED const char *name, const char *text, gpointer data, GError **error)
{
  static const char *const modes[] = {
    [RF_TEST_SERVER_RANGES] = "ranges",   [RF_TEST_SERVER_NO_RANGES] = "no-ranges",
    [RF_TEST_SERVER_CHUNKED] = "chunked", [RF_TEST_SERVER_CLOSE_DELIMITED] = "close-delimited",
    [RF_TEST_SERVER_STATUS] = "status",
  };
  Program *program = data;

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (text, modes[i]))
      {
        program->config.mode = (RfTestServerMode)i;
        return TRUE;
      }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "There is no mode '%s'", text);
  return FALSE;
}

static gboolean
parse_lie_option (G_GNUC_UNUSED const char *name, const char *text, gpointer data, GError **error)
{
  Program *program = data;

  if (rf_test_lie_find (text, &program->config.lie))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "There is no lie '%s'", text);
  return FALSE;
}

static GOptionGroup *
make_options (Program *program)
{
  RfTestServerConfig *config = &program->config;
  RfTestServerChaos *chaos = &config->chaos;
  const char *n = "N";
  GOptionArgFunc size = (GOptionArgFunc)parse_size_option;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &config->port, "Listen here (0: any)", n },
    { "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &config->tls_cert, "Serve https, as this (PEM)",
      "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &config->tls_key, "Its key (PEM)", "FILE" },
    { "size", 0, 0, G_OPTION_ARG_CALLBACK, size, "Size of the object; K, M, G, T", n },
    { "content-version", 0, 0, G_OPTION_ARG_CALLBACK, size, "Version of the content", n },
    { "no-etag", 0, 0, G_OPTION_ARG_NONE, &config->no_etag, "Send no ETag", NULL },
    { "cached", 0, 0, G_OPTION_ARG_NONE, &config->cached, "Keep the content in memory", NULL },
    { "image-size", 0, 0, G_OPTION_ARG_CALLBACK, size, "The content repeats after so much", n },
    { "mode", 0, 0, G_OPTION_ARG_CALLBACK, parse_mode_option,
      "ranges, no-ranges, chunked, close-delimited or status", "MODE" },
    { "status", 0, 0, G_OPTION_ARG_INT, &config->status, "What the mode status answers", n },
    { "latency-ms", 0, 0, G_OPTION_ARG_INT, &config->latency_ms, "Wait before each head", n },
    { "rate", 0, 0, G_OPTION_ARG_CALLBACK, size, "Bytes a second on each connection", n },
    { "link-rate", 0, 0, G_OPTION_ARG_CALLBACK, size, "Bytes a second of all together", n },
    { "max-requests", 0, 0, G_OPTION_ARG_INT, &config->max_requests, "More at a time fail", n },
    { "max-requests-status", 0, 0, G_OPTION_ARG_INT, &config->max_requests_status,
      "How they fail (503)", n },
    { "slow-every", 0, 0, G_OPTION_ARG_INT, &config->slow_every, "Each n-th is slow", n },
    { "slow-rate", 0, 0, G_OPTION_ARG_CALLBACK, size, "Bytes a second of a slow one", n },
    { "cut-after", 0, 0, G_OPTION_ARG_CALLBACK, size, "Close after so many body bytes", n },
    { "cut-every", 0, 0, G_OPTION_ARG_INT, &config->cut_every, "Cut only each n-th", n },
    { "fail-first", 0, 0, G_OPTION_ARG_INT, &config->fail_first, "The first n fail", n },
    { "fail-every", 0, 0, G_OPTION_ARG_INT, &config->fail_every, "Each n-th fails", n },
    { "fail-status", 0, 0, G_OPTION_ARG_INT, &config->fail_status, "How they fail (503)", n },
    { "retry-after", 0, 0, G_OPTION_ARG_INT, &config->retry_after, "Seconds, in failures", n },
    { "stall-every", 0, 0, G_OPTION_ARG_INT, &config->stall_every, "Each n-th stalls", n },
    { "drop-every", 0, 0, G_OPTION_ARG_INT, &config->drop_every, "Each n-th is reset", n },
    { "hang-every", 0, 0, G_OPTION_ARG_INT, &config->hang_every, "Each n-th gets nothing", n },
    { "tls-break", 0, 0, G_OPTION_ARG_INT, &config->tls_break, "Each n-th handshake is cut", n },
    { "tls-stall", 0, 0, G_OPTION_ARG_INT, &config->tls_stall, "Each n-th never ends", n },
    { "chaos-seed", 0, 0, G_OPTION_ARG_CALLBACK, size, "Which requests the shares below are", n },
    { "unavailable", 0, 0, G_OPTION_ARG_INT, &chaos->unavailable, "Percent that get 503", n },
    { "transient", 0, 0, G_OPTION_ARG_INT, &chaos->transient, "Percent of 408, 429, 5xx", n },
    { "reset", 0, 0, G_OPTION_ARG_INT, &chaos->reset, "Percent reset without an answer", n },
    { "cut", 0, 0, G_OPTION_ARG_INT, &chaos->cut, "Percent closed in the body", n },
    { "reset-body", 0, 0, G_OPTION_ARG_INT, &chaos->reset_body, "Percent reset in it", n },
    { "stall", 0, 0, G_OPTION_ARG_INT, &chaos->stall, "Percent that stall in it", n },
    { "hang", 0, 0, G_OPTION_ARG_INT, &chaos->hang, "Percent that get nothing", n },
    { "slow", 0, 0, G_OPTION_ARG_INT, &chaos->slow, "Percent at the slow rate", n },
    { "lie", 0, 0, G_OPTION_ARG_CALLBACK, parse_lie_option, "Such as wrong-start", "NAME" },
    { "lie-every", 0, 0, G_OPTION_ARG_INT, &config->lie_every, "Only each n-th", n },
    { "redirect-to", 0, 0, G_OPTION_ARG_STRING, &config->redirect_to, "Where /redirect leads",
      "URI" },
    { "redirect-expires", 0, 0, G_OPTION_ARG_INT, &config->redirect_expires,
      "It is good for so many requests", n },
    { "until-eof", 0, 0, G_OPTION_ARG_NONE, &program->until_eof, "End when standard input does",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionGroup *group = g_option_group_new ("server", "", "", program, NULL);

  g_option_group_add_entries (group, entries);
  return group;
}

/* In one piece, so that who reads them finds all up to the empty line. */
static void
print_counts (RfTestServer *server)
{
  RfTestServerCounts counts;

  rf_test_server_get_counts (server, &counts);
  g_printerr ("connections=%" G_GUINT64_FORMAT "\n"
              "open_connections=%u\n"
              "max_open_connections=%u\n"
              "handshakes=%" G_GUINT64_FORMAT "\n"
              "resumed_handshakes=%" G_GUINT64_FORMAT "\n"
              "requests=%" G_GUINT64_FORMAT "\n"
              "conditional_requests=%" G_GUINT64_FORMAT "\n"
              "authorized_requests=%" G_GUINT64_FORMAT "\n"
              "refused_requests=%" G_GUINT64_FORMAT "\n"
              "body_bytes=%" G_GUINT64_FORMAT "\n"
              "max_answering=%u\n"
              "\n",
              counts.connections, counts.open_connections, counts.max_open_connections,
              counts.handshakes, counts.resumed_handshakes, counts.requests,
              counts.conditional_requests, counts.authorized_requests, counts.refused_requests,
              counts.body_bytes, counts.max_answering);
}

/* Which of @signals has come. */
static uint32_t
take_signal (int fd)
{
  struct signalfd_siginfo info;

  if (read (fd, &info, sizeof info) != sizeof info)
    g_error ("signalfd: %s", g_strerror (errno));
  return info.ssi_signo;
}

/* SIGUSR1 asks for the counts; SIGTERM and SIGINT end the program. They must be blocked in all threads. */
static void
wait_for_the_end (RfTestServer *server, const sigset_t *signals, gboolean until_eof)
{
  struct pollfd fds[] = { { .fd = signalfd (-1, signals, SFD_CLOEXEC), .events = POLLIN },
                          { .fd = until_eof ? STDIN_FILENO : -1, .events = POLLIN } };
  char input[256];

  if (fds[0].fd < 0)
    g_error ("signalfd: %s", g_strerror (errno));
  while (TRUE)
    {
      if (poll (fds, G_N_ELEMENTS (fds), -1) < 0 && errno == EINTR)
        continue;
      if (fds[0].revents == 0 && fds[1].revents == 0)
        g_error ("poll: %s", g_strerror (errno));
      if (fds[0].revents != 0)
        {
          if (take_signal (fds[0].fd) != SIGUSR1)
            break;
          print_counts (server);
        }
      if (fds[1].revents != 0 && read (STDIN_FILENO, input, sizeof input) <= 0)
        break;
    }
  close (fds[0].fd);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- serve one computable object");
  g_autoptr (RfTestServer) server = NULL;
  g_autoptr (GError) error = NULL;
  Program program = { 0 };
  sigset_t signals;

  g_option_context_set_main_group (options, make_options (&program));
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGUSR1);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);

  server = rf_test_server_new (&program.config);
  g_print ("%s\n", rf_test_server_get_uri (server));
  wait_for_the_end (server, &signals, program.until_eof);
  print_counts (server);
  g_free ((char *)program.config.redirect_to);
  g_free ((char *)program.config.tls_cert);
  g_free ((char *)program.config.tls_key);
  return 0;
}
