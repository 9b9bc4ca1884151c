/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libcurl looks up the name, tries its addresses and does all of TLS (CURLOPT_CONNECT_ONLY). What it receives
 * for us it writes where it is told to; a plain socket is read without it. */

#include "rf-direct-connection-private.h"

#include "rf-curl-options-private.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define NO_SOCKET (-1)

char *
rf_direct_connection_dup_key (const RfRequest *request)
{
  const RfOptions *options = request->options;
  const char *server = rf_location_get_server (request->location);
  const char *const files[]
      = { rf_options_get_ssl_ca_file (options), rf_options_get_ssl_cert_file (options),
          rf_options_get_ssl_key_file (options) };
  GString *key = g_string_new (server);

  if (!rf_location_is_encrypted (request->location))
    return g_string_free (key, FALSE);
  /* A line break cannot be in a URI, and what follows a name cannot be taken for another name's. */
  g_string_append (key, rf_options_get_ssl_strict (options) ? "\nstrict" : "\n");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (files[i] != NULL)
      g_string_append_printf (key, "\n%u %" G_GSIZE_FORMAT " %s", i, strlen (files[i]), files[i]);
  return g_string_free (key, FALSE);
}

RfDirectConnection *
rf_direct_connection_new (RfReactor *reactor,
                          RfCurlDriver *driver,
                          RfCurlShare *share,
                          const RfRequest *request)
{
  RfDirectConnection *self = g_new0 (RfDirectConnection, 1);
  CURL *easy = curl_easy_init ();

  if (easy == NULL)
    g_error ("No memory for another connection");
  self->reactor = reactor;
  self->driver = driver;
  self->easy = easy;
  self->key = rf_direct_connection_dup_key (request);
  self->is_encrypted = rf_location_is_encrypted (request->location);
  self->watch.fd = NO_SOCKET;
  rf_curl_options_set_connection (easy, share, request);
  curl_easy_setopt (easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, self->error_text);
  curl_easy_setopt (easy, CURLOPT_PRIVATE, self);
  if (!rf_curl_driver_add (driver, easy))
    g_error ("No memory for another connection");
  return self;
}

void
rf_direct_connection_free (RfDirectConnection *self)
{
  rf_reactor_unwatch (self->reactor, &self->watch);
  rf_curl_driver_remove (self->driver, self->easy);
  curl_easy_cleanup (self->easy);
  g_free (self->key);
  g_free (self);
}

RfDirectConnection *
rf_direct_connection_get (CURL *easy)
{
  RfDirectConnection *self = NULL;

  curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **)&self);
  return self;
}

gboolean
rf_direct_connection_open (RfDirectConnection *self)
{
  curl_socket_t fd = CURL_SOCKET_BAD;

  curl_easy_getinfo (self->easy, CURLINFO_ACTIVESOCKET, &fd);
  rf_curl_driver_leave_socket (self->driver, fd);
  self->watch.fd = fd == CURL_SOCKET_BAD ? NO_SOCKET : fd;
  self->error_text[0] = '\0';
  return rf_direct_connection_is_open (self);
}

gboolean
rf_direct_connection_is_open (const RfDirectConnection *self)
{
  return self->watch.fd != NO_SOCKET;
}

gboolean
rf_direct_connection_watch (RfDirectConnection *self, guint32 events)
{
  if (events == 0)
    rf_reactor_unwatch (self->reactor, &self->watch);
  else if (self->watch.watched && self->events == events)
    return TRUE;
  else if (!rf_reactor_watch (self->reactor, &self->watch, events))
    return FALSE;
  self->events = events;
  return TRUE;
}

/* Through libcurl in any case, and at once: with that it takes the connection for one that is in use. */
RfIo
rf_direct_connection_send (RfDirectConnection *self, const char *data, gsize length, gsize *done)
{
  CURLcode code = curl_easy_send (self->easy, data, length, done);

  if (code == CURLE_AGAIN)
    return RF_IO_AGAIN;
  return code == CURLE_OK ? RF_IO_DONE : RF_IO_FAILED;
}

static RfIo
receive_plain (RfDirectConnection *self, guint8 *data, gsize length, gsize *done)
{
  gssize count;

  do
    count = recv (self->watch.fd, data, length, 0);
  while (count < 0 && errno == EINTR);
  if (count > 0)
    {
      *done = (gsize)count;
      return RF_IO_DONE;
    }
  if (count == 0)
    return RF_IO_END;
  if (errno == EAGAIN)
    return RF_IO_AGAIN;
  g_snprintf (self->error_text, sizeof self->error_text, "Recv failure: %s", g_strerror (errno));
  return RF_IO_FAILED;
}

RfIo
rf_direct_connection_receive (RfDirectConnection *self, guint8 *data, gsize length, gsize *done)
{
  CURLcode code;

  if (!self->is_encrypted)
    return receive_plain (self, data, length, done);
  code = curl_easy_recv (self->easy, data, length, done);
  if (code == CURLE_AGAIN)
    return RF_IO_AGAIN;
  if (code != CURLE_OK)
    return RF_IO_FAILED;
  return *done > 0 ? RF_IO_DONE : RF_IO_END;
}

guint64
rf_direct_connection_count_unread (const RfDirectConnection *self)
{
  int count = 0;

  if (!rf_direct_connection_is_open (self) || ioctl (self->watch.fd, FIONREAD, &count) != 0)
    return 0;
  return (guint64)MAX (count, 0);
}

gboolean
rf_direct_connection_is_quiet (RfDirectConnection *self)
{
  guint8 byte;

  return recv (self->watch.fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}
