/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Blocking threads, as in rf-test-connection.c: shutdown() of a socket ends whatever its thread waits
 * for. */

#include "rf-test-script.h"

#include "rf-test-content.h"
#include "rf-test-socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEAD_SIZE 16384
#define PIECE_SIZE 65536

/* The content that is served. */
#define VERSION 1

typedef struct
{
  RfTestScript *script;
  GThread *thread;
  int fd;
} Connection;

struct _RfTestScript
{
  RfTestScriptFunc func;
  gpointer data;
  int listen_fd;
  guint16 port;
  char *uri;
  GThread *thread;

  struct
  {
    GMutex lock;
    GPtrArray *connections; /* all that ever were: their descriptors stay until the end */
    guint num_requests;
    gboolean stopping;
  } locked;
};

/* Reads a head into `head`, byte for byte. FALSE: the connection has ended. */
static gboolean
read_head (int fd, GString *head)
{
  g_string_truncate (head, 0);
  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      char c;
      gssize n = recv (fd, &c, 1, 0);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0 || head->len == MAX_HEAD_SIZE)
        return FALSE;
      g_string_append_c (head, c);
    }
  return TRUE;
}

static void
read_range (RfTestScriptRequest *request)
{
  const char *field = strstr (request->head, "\r\nRange: bytes=");
  guint64 last;

  request->start = 0;
  request->end = G_MAXUINT64;
  if (field != NULL
      && sscanf (field, "\r\nRange: bytes=%" G_GINT64_MODIFIER "u-%" G_GINT64_MODIFIER "u",
                 &request->start, &last)
             == 2)
    request->end = last + 1;
}

static gpointer
serve (gpointer data)
{
  Connection *self = data;
  RfTestScript *script = self->script;
  g_autoptr (GString) head = g_string_new (NULL);
  gboolean open = TRUE;

  for (guint place = 0; open && read_head (self->fd, head); place++)
    {
      RfTestScriptRequest request = { .head = head->str, .place = place, .fd = self->fd };

      read_range (&request);
      g_mutex_lock (&script->locked.lock);
      request.number = script->locked.num_requests++;
      g_mutex_unlock (&script->locked.lock);
      open = script->func (&request, script->data);
    }
  shutdown (self->fd, SHUT_RDWR);
  return NULL;
}

static gpointer
accept_all (gpointer data)
{
  RfTestScript *self = data;

  for (;;)
    {
      int fd = accept (self->listen_fd, NULL, NULL);
      int no_delay = 1;
      Connection *connection;

      if (fd < 0 && errno == EINTR)
        continue;
      if (fd < 0)
        return NULL;
      /* What is said goes out at once. */
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
      connection = g_new0 (Connection, 1);
      connection->script = self;
      connection->fd = fd;
      g_mutex_lock (&self->locked.lock);
      if (self->locked.stopping)
        shutdown (fd, SHUT_RDWR);
      g_ptr_array_add (self->locked.connections, connection);
      g_mutex_unlock (&self->locked.lock);
      connection->thread = g_thread_new ("script", serve, connection);
    }
}

RfTestScript *
rf_test_script_new (RfTestScriptFunc func, gpointer data)
{
  RfTestScript *self = g_new0 (RfTestScript, 1);
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  self->func = func;
  self->data = data;
  g_mutex_init (&self->locked.lock);
  self->locked.connections = g_ptr_array_new ();
  self->listen_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (self->listen_fd < 0 || bind (self->listen_fd, (struct sockaddr *)&address, length) != 0
      || listen (self->listen_fd, SOMAXCONN) != 0
      || getsockname (self->listen_fd, (struct sockaddr *)&address, &length) != 0)
    g_error ("cannot listen: %s", g_strerror (errno));
  self->port = ntohs (address.sin_port);
  self->uri = g_strdup_printf ("http://127.0.0.1:%u/object", self->port);
  self->thread = g_thread_new ("accept", accept_all, self);
  return self;
}

void
rf_test_script_free (RfTestScript *self)
{
  /* No connection is added after the thread that accepts has ended. */
  shutdown (self->listen_fd, SHUT_RDWR);
  g_mutex_lock (&self->locked.lock);
  self->locked.stopping = TRUE;
  for (guint i = 0; i < self->locked.connections->len; i++)
    shutdown (((Connection *)self->locked.connections->pdata[i])->fd, SHUT_RDWR);
  g_mutex_unlock (&self->locked.lock);
  g_thread_join (self->thread);

  for (guint i = 0; i < self->locked.connections->len; i++)
    {
      Connection *connection = self->locked.connections->pdata[i];

      g_thread_join (connection->thread);
      close (connection->fd);
      g_free (connection);
    }
  g_ptr_array_unref (self->locked.connections);
  g_mutex_clear (&self->locked.lock);
  close (self->listen_fd);
  g_free (self->uri);
  g_free (self);
}

const char *
rf_test_script_get_uri (RfTestScript *self)
{
  return self->uri;
}

guint16
rf_test_script_get_port (RfTestScript *self)
{
  return self->port;
}

guint
rf_test_script_get_num_requests (RfTestScript *self)
{
  guint count;

  g_mutex_lock (&self->locked.lock);
  count = self->locked.num_requests;
  g_mutex_unlock (&self->locked.lock);
  return count;
}

gboolean
rf_test_script_say (const RfTestScriptRequest *request, const char *text)
{
  return rf_test_send_all (request->fd, text, strlen (text), 0);
}

gboolean
rf_test_script_say_content (const RfTestScriptRequest *request, guint64 start, guint64 end)
{
  g_autofree guint8 *piece = g_malloc (PIECE_SIZE);

  while (start < end)
    {
      gsize length = (gsize)MIN (end - start, PIECE_SIZE);

      rf_test_content_fill (VERSION, piece, start, length);
      if (!rf_test_send_all (request->fd, piece, length, 0))
        return FALSE;
      start += length;
    }
  return TRUE;
}

void
rf_test_script_say_part (const RfTestScriptRequest *request, guint64 size, const char *fields)
{
  g_autofree char *head
      = g_strdup_printf ("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %" G_GUINT64_FORMAT
                         "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "\r\n%s\r\n",
                         request->start, MIN (request->end, size) - 1, size, fields);

  rf_test_script_say (request, head);
}

gboolean
rf_test_script_answer_with (const RfTestScriptRequest *request, guint64 size, const char *fields)
{
  guint64 end = MIN (request->end, size);
  g_autofree char *all = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n%s",
                                          end - request->start, fields);

  rf_test_script_say_part (request, size, all);
  return rf_test_script_say_content (request, request->start, end);
}

gboolean
rf_test_script_answer (const RfTestScriptRequest *request, guint64 size)
{
  return rf_test_script_answer_with (request, size, "");
}

gboolean
rf_test_script_say_status (const RfTestScriptRequest *request,
                           const char *status,
                           const char *fields)
{
  g_autofree char *head
      = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Length: 0\r\n%s\r\n", status, fields);

  return rf_test_script_say (request, head);
}

gboolean
rf_test_script_redirect (const RfTestScriptRequest *request, guint status, const char *reference)
{
  g_autofree char *line = g_strdup_printf ("%u Elsewhere", status);
  g_autofree char *field = g_strdup_printf ("Location: %s\r\n", reference);

  return rf_test_script_say_status (request, line, field);
}

gboolean
rf_test_script_hang (const RfTestScriptRequest *request)
{
  char c;
  gssize n;

  do
    n = recv (request->fd, &c, 1, 0);
  while (n > 0 || (n < 0 && errno == EINTR));
  return FALSE;
}

gboolean
rf_test_script_has_field (const RfTestScriptRequest *request, const char *field)
{
  g_autofree char *line = g_strconcat ("\r\n", field, "\r\n", NULL);

  return strstr (request->head, line) != NULL;
}
