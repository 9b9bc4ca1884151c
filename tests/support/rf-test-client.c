/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Heads are read byte by byte, without read-ahead, so that nothing has to be kept between the
 * calls. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rf-test-client.h"
#include "rf-test-content.h"
#include "rf-test-stream.h"

#define TIMEOUT_S 10
#define PIECE_SIZE 4096

struct _RfTestClient
{
  RfTestStream stream;
};

RfTestClient *
rf_test_client_new (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = g_htons (port),
                                 .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  struct timeval timeout = { .tv_sec = TIMEOUT_S };
  RfTestClient *client;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return NULL;
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (connect (fd, (struct sockaddr *)&address, sizeof address) != 0)
    {
      close (fd);
      return NULL;
    }
  client = g_new0 (RfTestClient, 1);
  client->stream.fd = fd;
  return client;
}

RfTestClient *
rf_test_client_new_tls (guint16 port)
{
  g_autoptr (RfTestTls) tls = rf_test_tls_new_client ();
  g_autoptr (RfTestClient) client = rf_test_client_new (port);

  if (client == NULL || !rf_test_stream_shake_hands (&client->stream, tls, RF_TEST_HANDSHAKE_WHOLE))
    return NULL;
  return g_steal_pointer (&client);
}

void
rf_test_client_free (RfTestClient *client)
{
  if (client == NULL)
    return;
  rf_test_stream_clear (&client->stream);
  close (client->stream.fd);
  g_free (client);
}

gboolean
rf_test_client_send (RfTestClient *client, const char *text)
{
  return rf_test_stream_send (&client->stream, text, strlen (text), FALSE);
}

gboolean
rf_test_client_request (RfTestClient *client, const char *method, const char *fields)
{
  g_autofree char *request
      = g_strdup_printf ("%s /object HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n", method, fields);

  return rf_test_client_send (client, request);
}

static char *
read_until (RfTestClient *client, const char *end)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize length = strlen (end);

  while (text->len < length || memcmp (text->str + text->len - length, end, length) != 0)
    {
      guint8 byte;

      if (rf_test_client_read (client, &byte, 1) != 1)
        return NULL;
      g_string_append_c (text, (char)byte);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
rf_test_client_read_head (RfTestClient *client)
{
  return read_until (client, "\r\n\r\n");
}

char *
rf_test_client_read_line (RfTestClient *client)
{
  char *line = read_until (client, "\r\n");

  if (line != NULL)
    line[strlen (line) - 2] = '\0';
  return line;
}

gsize
rf_test_client_read (RfTestClient *client, guint8 *dest, gsize length)
{
  gsize done = 0;

  while (done < length)
    {
      gsize n = rf_test_stream_receive (&client->stream, dest + done, length - done);

      if (n == 0)
        break;
      done += n;
    }
  return done;
}

gsize
rf_test_client_read_rest (RfTestClient *client, gboolean *was_reset)
{
  guint8 piece[PIECE_SIZE];
  gsize done = 0;
  gsize n;
  int error;

  while ((n = rf_test_stream_receive (&client->stream, piece, sizeof piece)) > 0)
    done += n;
  error = client->stream.error;
  if (error != 0 && error != ECONNRESET)
    g_error ("the connection does not end: %s", g_strerror (error));
  *was_reset = error != 0;
  return done;
}

RfTestClient *
rf_test_client_connect (RfTestServer *server)
{
  guint16 port = rf_test_server_get_port (server);
  gboolean tls = g_str_has_prefix (rf_test_server_get_uri (server), "https");
  RfTestClient *client = tls ? rf_test_client_new_tls (port) : rf_test_client_new (port);

  if (client == NULL)
    g_error ("no connection to port %u", port);
  return client;
}

void
rf_test_client_expect_line (const char *head, const char *line)
{
  g_autofree char *whole = g_strconcat ("\r\n", line, "\r\n", NULL);

  if (strstr (head, whole) == NULL)
    g_error ("no line '%s' in:\n%s", line, head);
}

void
rf_test_client_expect_head (RfTestClient *client, const char *status, const char *field)
{
  g_autofree char *head = rf_test_client_read_head (client);
  g_autofree char *start = g_strdup_printf ("HTTP/1.1 %s ", status);
  g_autofree char *line = g_strdup_printf ("\r\n%s\r\n", field != NULL ? field : "");

  if (head == NULL)
    g_error ("expected %s, but the connection has ended", status);
  if (!g_str_has_prefix (head, start) || (field != NULL && strstr (head, line) == NULL))
    g_error ("expected %s with '%s', got:\n%s", status, field != NULL ? field : "", head);
}

void
rf_test_client_expect_body (RfTestClient *client, guint64 version, guint64 start, guint64 end)
{
  g_autofree guint8 *body = g_malloc (end - start);
  gsize n = rf_test_client_read (client, body, end - start);
  guint64 wrong = 0;

  if (n != end - start)
    g_error ("the body ends after %zu bytes of %" G_GUINT64_FORMAT, n, end - start);
  if (!rf_test_content_check (version, body, start, n, &wrong))
    g_error ("the byte at %" G_GUINT64_FORMAT " is wrong", wrong);
}

void
rf_test_client_expect_bytes (RfTestClient *client, const char *text)
{
  gsize length = strlen (text);
  g_autofree char *found = g_malloc0 (length + 1);

  if (rf_test_client_read (client, (guint8 *)found, length) != length || strcmp (found, text) != 0)
    g_error ("expected '%s', got '%s'", text, found);
}

void
rf_test_client_expect_text (RfTestClient *client, const char *text)
{
  g_autofree char *line = g_strdup_printf ("%s\n", text);

  rf_test_client_expect_bytes (client, line);
}

void
rf_test_client_expect_end (RfTestClient *client)
{
  guint8 byte;

  if (rf_test_client_read (client, &byte, 1) != 0)
    g_error ("expected the end of the connection");
}

void
rf_test_client_expect_answer (RfTestClient *client,
                              const char *fields,
                              const char *status,
                              const char *field)
{
  if (!rf_test_client_request (client, "GET", fields))
    g_error ("the connection has ended");
  rf_test_client_expect_head (client, status, field);
}

void
rf_test_client_expect_refusal (RfTestClient *client,
                               const char *fields,
                               const char *text,
                               const char *field)
{
  g_autofree char *status = g_strndup (text, strlen ("503"));

  rf_test_client_expect_answer (client, fields, status, field);
  rf_test_client_expect_text (client, text);
}
