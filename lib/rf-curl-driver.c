/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libcurl drives the connections, the reactor drives libcurl: its sockets and its one timer are
 * watched in the reactor's epoll loop. */

#include "rf-curl-driver-private.h"

#include "rf-error.h"

/* When one address of a host has refused, libcurl 7.88 goes on to the next only when it is called again,
 * some moments later; no socket is left to have an event then, and its own timer is set far too late. */
#define NUDGE_DELAY (5 * G_TIME_SPAN_MILLISECOND)

struct _RfCurlDriver
{
  RfReactor *reactor;
  const RfCurlDriverFuncs *funcs;
  gpointer owner;
  CURLM *multi;
  RfTimer timer;
  RfTimer nudge;
  GHashTable *sockets; /* those that are watched for libcurl: fd -> SocketWatch */
  GPtrArray *deaf;     /* handles that the end of the present action has to tell of */
};

void
rf_curl_driver_end_action (RfCurlDriver *self)
{
  CURLMsg *message;
  int left;

  if (self->funcs->acted != NULL)
    self->funcs->acted (self->owner);
  while (self->deaf->len > 0)
    self->funcs->deaf (self->owner, g_ptr_array_steal_index_fast (self->deaf, self->deaf->len - 1));
  while ((message = curl_multi_info_read (self->multi, &left)) != NULL)
    if (message->msg == CURLMSG_DONE)
      self->funcs->done (self->owner, message->easy_handle, message->data.result);
}

typedef struct
{
  RfWatch watch;
  RfCurlDriver *driver;
} SocketWatch;

static void
socket_watch_free (SocketWatch *self)
{
  rf_reactor_unwatch (self->driver->reactor, &self->watch);
  g_free (self);
}

static void
on_socket_event (guint32 events, gpointer data)
{
  SocketWatch *socket = data;
  RfCurlDriver *self = socket->driver;
  int mask = 0;
  int running;

  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    mask |= CURL_CSELECT_IN;
  if (events & EPOLLOUT)
    mask |= CURL_CSELECT_OUT;
  if (events & EPOLLERR)
    mask |= CURL_CSELECT_ERR;
  curl_multi_socket_action (self->multi, socket->watch.fd, mask, &running);
  rf_curl_driver_end_action (self);
}

static void
on_nudge (gpointer data)
{
  RfCurlDriver *self = data;
  int running;

  /* There is no other call that looks at every handle and then says which sockets to watch. */
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  curl_multi_socket_all (self->multi, &running);
  G_GNUC_END_IGNORE_DEPRECATIONS
  rf_curl_driver_end_action (self);
}

/* A socket is gone: before the head of an answer, maybe because an address has refused. */
static void
forget_socket (RfCurlDriver *self, curl_socket_t fd, CURL *easy)
{
  rf_curl_driver_leave_socket (self, fd);
  if (self->funcs->is_connecting (self->owner, easy))
    rf_reactor_start_timer (self->reactor, &self->nudge, g_get_monotonic_time () + NUDGE_DELAY);
}

/* libcurl says what it wants to know of a socket. */
static int
on_socket (CURL *easy, curl_socket_t fd, int what, void *user_data, void *unused)
{
  RfCurlDriver *self = user_data;
  SocketWatch *socket = g_hash_table_lookup (self->sockets, GINT_TO_POINTER (fd));
  guint32 events = 0;

  if (what == CURL_POLL_REMOVE)
    {
      forget_socket (self, fd, easy);
      return 0;
    }
  if (socket == NULL)
    {
      socket = g_new0 (SocketWatch, 1);
      socket->driver = self;
      socket->watch.func = on_socket_event;
      socket->watch.data = socket;
      socket->watch.fd = fd;
      g_hash_table_insert (self->sockets, GINT_TO_POINTER (fd), socket);
    }
  if (what & CURL_POLL_IN)
    events |= EPOLLIN;
  if (what & CURL_POLL_OUT)
    events |= EPOLLOUT;
  /* An error from here would end all requests of the thread, not only this one. */
  if (!rf_reactor_watch (self->reactor, &socket->watch, events)
      && !g_ptr_array_find (self->deaf, easy, NULL))
    g_ptr_array_add (self->deaf, easy);
  return 0;
}

static void
on_timer (gpointer data)
{
  RfCurlDriver *self = data;
  int running;

  curl_multi_socket_action (self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  rf_curl_driver_end_action (self);
}

static int
on_timeout_change (CURLM *multi, long timeout_ms, void *user_data)
{
  RfCurlDriver *self = user_data;

  if (timeout_ms < 0)
    rf_reactor_stop_timer (self->reactor, &self->timer);
  else
    rf_reactor_start_timer (self->reactor, &self->timer,
                            g_get_monotonic_time () + (gint64)timeout_ms * 1000);
  return 0;
}

GError *
rf_curl_driver_new_deaf_error (void)
{
  return g_error_new_literal (RF_ERROR, RF_ERROR_CONNECT,
                              "The system has no memory to watch another connection; "
                              "raise fs.epoll.max_user_watches");
}

/* Adding sets libcurl's timer to now. */
gboolean
rf_curl_driver_add (RfCurlDriver *self, CURL *easy)
{
  return curl_multi_add_handle (self->multi, easy) == CURLM_OK;
}

void
rf_curl_driver_remove (RfCurlDriver *self, CURL *easy)
{
  curl_multi_remove_handle (self->multi, easy);
  g_ptr_array_remove_fast (self->deaf, easy);
}

void
rf_curl_driver_leave_socket (RfCurlDriver *self, curl_socket_t fd)
{
  g_hash_table_remove (self->sockets, GINT_TO_POINTER (fd));
}

void
rf_curl_driver_free (RfCurlDriver *self)
{
  curl_multi_cleanup (self->multi);
  rf_reactor_stop_timer (self->reactor, &self->timer);
  rf_reactor_stop_timer (self->reactor, &self->nudge);
  g_hash_table_unref (self->sockets);
  g_ptr_array_unref (self->deaf);
  g_free (self);
}

RfCurlDriver *
rf_curl_driver_new (RfReactor *reactor, const RfCurlDriverFuncs *funcs, gpointer owner)
{
  RfCurlDriver *self = g_new0 (RfCurlDriver, 1);

  self->reactor = reactor;
  self->funcs = funcs;
  self->owner = owner;
  self->timer.func = on_timer;
  self->timer.data = self;
  self->nudge.func = on_nudge;
  self->nudge.data = self;
  self->sockets = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)socket_watch_free);
  self->deaf = g_ptr_array_new ();

  self->multi = curl_multi_init ();
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  /* The default shrinks with the number of requests and would throw warm connections away. */
  curl_multi_setopt (self->multi, CURLMOPT_MAXCONNECTS, (long)RF_MAX_IDLE_CONNECTIONS);
  return self;
}
