/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libcurl drives the connections, the reactor drives libcurl: its sockets and its one timer are
 * watched in the reactor's epoll loop. Handles and connections are kept for later requests. */

#include "rf-transport-curl-private.h"

#include "rf-curl-transfer-private.h"
#include "rf-error.h"

/* Connections that are kept when idle, for each reactor. */
#define MAX_IDLE_CONNECTIONS 128L

/* Handles that are kept for later requests; a handle is about 6 KiB. */
#define MAX_IDLE_HANDLES 64

/* When one address of a host has refused, libcurl 7.88 goes on to the next only when it is called again,
 * some moments later; no socket is left to have an event then, and its own timer is set far too late. */
#define NUDGE_DELAY (5 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  RfTransport parent;
  RfReactor *reactor;
  RfCurlShare *share;
  CURLM *multi;
  RfTimer timer;
  RfTimer nudge;
  GPtrArray *idle_handles;
  RfCurlTransfer *dirty; /* transfers that the end of the present action has something to do for */
} CurlTransport;

static RfCurlTransfer *
get_transfer (CURL *easy)
{
  RfCurlTransfer *transfer = NULL;

  curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **)&transfer);
  return transfer;
}

/* Takes the transfer apart; the request is not running when done() is called. */
static void
finish (CurlTransport *self, RfCurlTransfer *transfer, RfResult *result)
{
  RfRequest *request = transfer->request;
  CURL *easy;

  if (result->outcome != RF_OUTCOME_CANCELLED)
    rf_curl_transfer_commit (transfer);

  curl_multi_remove_handle (self->multi, transfer->easy);
  easy = rf_curl_transfer_free (transfer);
  if (self->idle_handles->len < MAX_IDLE_HANDLES)
    g_ptr_array_add (self->idle_handles, easy);
  else
    curl_easy_cleanup (easy);

  request->transfer = NULL;
  request->funcs->done (request->sink, result);
}

/* Without events the request would never go on. */
static void
finish_deaf (CurlTransport *self, RfCurlTransfer *transfer)
{
  RfResult result = { .outcome = RF_OUTCOME_TRANSIENT,
                      .connections = rf_curl_transfer_count_connections (transfer) };

  result.error = g_error_new_literal (RF_ERROR, RF_ERROR_CONNECT,
                                      "The system has no memory to watch another connection; "
                                      "raise fs.epoll.max_user_watches");
  finish (self, transfer, &result);
}

/* What has to be done whenever libcurl has been at work. */
static void
after_action (CurlTransport *self)
{
  CURLMsg *message;
  int left;

  while (self->dirty != NULL)
    {
      RfCurlTransfer *transfer = self->dirty;

      rf_curl_transfer_settle (transfer);
      rf_curl_transfer_commit (transfer);
      if (transfer->is_deaf)
        finish_deaf (self, transfer);
    }
  while ((message = curl_multi_info_read (self->multi, &left)) != NULL)
    {
      RfCurlTransfer *transfer;
      RfResult result;

      if (message->msg != CURLMSG_DONE)
        continue;
      transfer = get_transfer (message->easy_handle);
      result = rf_curl_transfer_judge (transfer, message->data.result);
      finish (self, transfer, &result);
    }
}

typedef struct
{
  RfWatch watch;
  CurlTransport *transport;
} SocketWatch;

static void
on_socket_event (guint32 events, gpointer data)
{
  SocketWatch *socket = data;
  CurlTransport *self = socket->transport;
  int mask = 0;
  int running;

  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    mask |= CURL_CSELECT_IN;
  if (events & EPOLLOUT)
    mask |= CURL_CSELECT_OUT;
  if (events & EPOLLERR)
    mask |= CURL_CSELECT_ERR;
  curl_multi_socket_action (self->multi, socket->watch.fd, mask, &running);
  after_action (self);
}

static void
on_nudge (gpointer data)
{
  CurlTransport *self = data;
  int running;

  /* There is no other call that looks at every handle and then says which sockets to watch. */
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  curl_multi_socket_all (self->multi, &running);
  G_GNUC_END_IGNORE_DEPRECATIONS
  after_action (self);
}

/* A socket is gone: before the head of an answer, maybe because an address has refused. */
static void
forget_socket (CurlTransport *self, SocketWatch *socket, const RfCurlTransfer *transfer)
{
  if (socket != NULL)
    rf_reactor_unwatch (self->reactor, &socket->watch);
  g_free (socket);
  if (transfer != NULL && transfer->state == RF_CURL_TRANSFER_HEAD)
    rf_reactor_start_timer (self->reactor, &self->nudge, g_get_monotonic_time () + NUDGE_DELAY);
}

/* libcurl says what it wants to know of a socket. */
static int
on_socket (CURL *easy, curl_socket_t fd, int what, void *user_data, void *socket_data)
{
  CurlTransport *self = user_data;
  SocketWatch *socket = socket_data;
  guint32 events = 0;

  if (what == CURL_POLL_REMOVE)
    {
      forget_socket (self, socket, get_transfer (easy));
      return 0;
    }
  if (socket == NULL)
    {
      socket = g_new0 (SocketWatch, 1);
      socket->transport = self;
      socket->watch.func = on_socket_event;
      socket->watch.data = socket;
      socket->watch.fd = fd;
      curl_multi_assign (self->multi, fd, socket);
    }
  if (what & CURL_POLL_IN)
    events |= EPOLLIN;
  if (what & CURL_POLL_OUT)
    events |= EPOLLOUT;
  if (!rf_reactor_watch (self->reactor, &socket->watch, events))
    {
      RfCurlTransfer *transfer = get_transfer (easy);

      /* An error from here would end all requests of the thread, not only this one. */
      if (transfer != NULL)
        {
          transfer->is_deaf = TRUE;
          rf_curl_transfer_mark_dirty (transfer);
        }
    }
  return 0;
}

static void
on_timer (gpointer data)
{
  CurlTransport *self = data;
  int running;

  curl_multi_socket_action (self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  after_action (self);
}

static int
on_timeout_change (CURLM *multi, long timeout_ms, void *user_data)
{
  CurlTransport *self = user_data;

  if (timeout_ms < 0)
    rf_reactor_stop_timer (self->reactor, &self->timer);
  else
    rf_reactor_start_timer (self->reactor, &self->timer,
                            g_get_monotonic_time () + (gint64)timeout_ms * 1000);
  return 0;
}

static void
transport_start (RfTransport *transport, RfRequest *request)
{
  CurlTransport *self = (CurlTransport *)transport;
  GPtrArray *idle = self->idle_handles;
  CURL *easy
      = idle->len > 0 ? g_ptr_array_steal_index_fast (idle, idle->len - 1) : curl_easy_init ();
  RfCurlTransfer *transfer;

  if (easy == NULL)
    g_error ("No memory for another request");
  transfer = rf_curl_transfer_new (easy, self->share, request, &self->dirty);
  request->transfer = transfer;
  /* Adding sets libcurl's timer to now: the reactor starts the request as its next act. */
  if (curl_multi_add_handle (self->multi, easy) != CURLM_OK)
    {
      RfResult result = rf_curl_transfer_judge (transfer, CURLE_OUT_OF_MEMORY);

      finish (self, transfer, &result);
    }
}

static void
transport_cancel (RfTransport *transport, RfRequest *request, gboolean is_dead)
{
  RfCurlTransfer *transfer = request->transfer;
  RfResult result = { .outcome = RF_OUTCOME_CANCELLED,
                      .connections = rf_curl_transfer_count_connections (transfer),
                      .was_sent = rf_curl_transfer_was_sent (transfer) };

  if (is_dead)
    curl_easy_setopt (transfer->easy, CURLOPT_FORBID_REUSE, 1L);
  finish ((CurlTransport *)transport, transfer, &result);
}

static void
transport_resume (RfTransport *transport, RfRequest *request)
{
  CurlTransport *self = (CurlTransport *)transport;
  RfCurlTransfer *transfer = request->transfer;
  CURLcode code = curl_easy_pause (transfer->easy, CURLPAUSE_CONT);

  /* It hands out what it has kept, and does not end the transfer itself when that fails. */
  if (code != CURLE_OK)
    {
      RfResult result = rf_curl_transfer_judge (transfer, code);

      finish (self, transfer, &result);
    }
  after_action (self);
}

static void
transport_free (RfTransport *transport)
{
  CurlTransport *self = (CurlTransport *)transport;

  g_ptr_array_unref (self->idle_handles);
  curl_multi_cleanup (self->multi);
  rf_reactor_stop_timer (self->reactor, &self->timer);
  rf_reactor_stop_timer (self->reactor, &self->nudge);
  rf_curl_share_unref (self->share);
  g_free (self);
}

RfTransport *
rf_transport_curl_new (RfReactor *reactor, RfCurlShare *share)
{
  CurlTransport *self = g_new0 (CurlTransport, 1);

  self->parent.start = transport_start;
  self->parent.cancel = transport_cancel;
  self->parent.resume = transport_resume;
  self->parent.free = transport_free;
  self->reactor = reactor;
  self->share = rf_curl_share_ref (share);
  self->timer.func = on_timer;
  self->timer.data = self;
  self->nudge.func = on_nudge;
  self->nudge.data = self;
  self->idle_handles = g_ptr_array_new_with_free_func (curl_easy_cleanup);

  self->multi = curl_multi_init ();
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  /* The default shrinks with the number of requests and would throw warm connections away. */
  curl_multi_setopt (self->multi, CURLMOPT_MAXCONNECTS, MAX_IDLE_CONNECTIONS);
  return &self->parent;
}
