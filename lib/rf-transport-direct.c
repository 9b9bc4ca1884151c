/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libcurl copies each byte of a body once more than a bare loop of recv(). What nearly all servers send, HTTP/1
 * with the length of the body, is simple enough to do without that. All else is done by the other transport:
 * what is known before (proxies, passwords, HTTP/2), and what shows by the answer, which is then asked for
 * again, once for each server. The sink cannot tell one from the other. */

#include "rf-transport-direct-private.h"

#include "rf-curl-options-private.h"
#include "rf-direct-pool-private.h"
#include "rf-direct-transfer-private.h"
#include "rf-request-head-private.h"

typedef struct
{
  RfTransport parent;
  RfReactor *reactor;
  RfCurlShare *share;
  RfTransport *other;
  RfCurlDriver *driver;
  RfDirectPool *pool;
  GHashTable *running; /* the requests whose transfers are ours */

  GQueue more; /* transfers for which there may be more without an event */
  RfTask more_task;
  gboolean more_posted;
} DirectTransport;

static void act (DirectTransport *self, RfDirectTransfer *transfer, RfDirectStep step);

static void
leave_queue (DirectTransport *self, RfDirectTransfer *transfer)
{
  if (transfer->is_queued)
    g_queue_unlink (&self->more, &transfer->link);
  transfer->is_queued = FALSE;
}

static void
enter_queue (DirectTransport *self, RfDirectTransfer *transfer)
{
  if (transfer->is_queued)
    return;
  transfer->is_queued = TRUE;
  g_queue_push_tail_link (&self->more, &transfer->link);
  if (!self->more_posted)
    rf_reactor_post (self->reactor, &self->more_task);
  self->more_posted = TRUE;
}

static void
on_more (gpointer data)
{
  DirectTransport *self = data;

  self->more_posted = FALSE;
  for (guint left = self->more.length; left > 0 && self->more.length > 0; left--)
    {
      RfDirectTransfer *transfer = g_queue_peek_head (&self->more);

      leave_queue (self, transfer);
      act (self, transfer, rf_direct_transfer_run (transfer));
    }
}

/* It is called for whatever its watch has seen. */
static void
on_event (guint32 events, gpointer data)
{
  RfDirectTransfer *transfer = data;
  DirectTransport *self = transfer->owner;

  leave_queue (self, transfer);
  act (self, transfer, rf_direct_transfer_run (transfer));
}

static void
use_connection (RfDirectTransfer *transfer, RfDirectConnection *connection)
{
  connection->watch.func = on_event;
  connection->watch.data = transfer;
  rf_direct_transfer_use (transfer, connection);
}

static void
connect_anew (DirectTransport *self, RfDirectTransfer *transfer)
{
  use_connection (transfer, rf_direct_connection_new (self->reactor, self->driver, self->share,
                                                      transfer->request));
}

/* Takes the transfer apart, its connection apart. The request is not running any more. */
static void
forget (DirectTransport *self, RfDirectTransfer *transfer)
{
  leave_queue (self, transfer);
  g_hash_table_remove (self->running, transfer->request);
  transfer->request->transfer = NULL;
  rf_direct_transfer_free (transfer);
}

/* `is_dead`: the connection is not used again. */
static void
finish (DirectTransport *self, RfDirectTransfer *transfer, gboolean is_dead)
{
  RfRequest *request = transfer->request;
  RfDirectConnection *connection = transfer->connection;
  RfResult result = transfer->result;
  guint64 rest;

  result.connections = rf_direct_transfer_count_connections (transfer);
  if (!is_dead && rf_direct_transfer_leaves_connection (transfer, &rest))
    rf_direct_pool_give (self->pool, connection, rest);
  else
    rf_direct_connection_free (connection);
  transfer->result.error = NULL;
  forget (self, transfer);
  request->funcs->done (request->sink, &result);
}

/* The request begins anew over the other transport, and so do those for the same server from now on. */
static void
fall_back (DirectTransport *self, RfDirectTransfer *transfer)
{
  RfRequest *request = transfer->request;
  RfDirectConnection *connection = transfer->connection;

  rf_curl_share_add_strange (self->share, connection->key);
  request->num_connections = rf_direct_transfer_count_connections (transfer);
  rf_direct_connection_free (connection);
  forget (self, transfer);
  self->other->start (self->other, request);
}

/* Does what a transfer asks for. It may be gone afterwards. */
static void
act (DirectTransport *self, RfDirectTransfer *transfer, RfDirectStep step)
{
  RfOutcome outcome = transfer->result.outcome;

  switch (step)
    {
    case RF_STEP_ON:
    case RF_STEP_WAIT:
      return;
    case RF_STEP_MORE:
      enter_queue (self, transfer);
      return;
    case RF_STEP_ENDED:
      finish (self, transfer, outcome != RF_OUTCOME_COMPLETE && outcome != RF_OUTCOME_CANCELLED);
      return;
    case RF_STEP_RETRY:
      rf_direct_connection_free (transfer->connection);
      connect_anew (self, transfer);
      return;
    case RF_STEP_STRANGE:
      fall_back (self, transfer);
      return;
    }
}

static void
on_done (gpointer owner, CURL *easy, CURLcode code)
{
  RfDirectTransfer *transfer = rf_direct_connection_get (easy)->watch.data;

  act (owner, transfer, rf_direct_transfer_connected (transfer, code));
}

static void
on_deaf (gpointer owner, CURL *easy)
{
  RfDirectConnection *connection = rf_direct_connection_get (easy);

  if (connection != NULL)
    act (owner, connection->watch.data, rf_direct_transfer_be_deaf (connection->watch.data));
}

static gboolean
is_connecting (gpointer owner, CURL *easy)
{
  const RfDirectConnection *connection = rf_direct_connection_get (easy);

  return connection != NULL && !rf_direct_connection_is_open (connection);
}

static const RfCurlDriverFuncs driver_funcs = {
  .done = on_done,
  .deaf = on_deaf,
  .is_connecting = is_connecting,
};

/* What is known before anything has been sent. */
static gboolean
is_direct (const RfRequest *request)
{
  return rf_options_get_http_version (request->options) == RF_HTTP_VERSION_1_1
         && !rf_curl_options_may_have_proxy (request->options)
         && !rf_curl_options_have_user (request);
}

static void
transport_start (RfTransport *transport, RfRequest *request)
{
  DirectTransport *self = (DirectTransport *)transport;
  g_autofree char *key = rf_direct_connection_dup_key (request);
  RfDirectConnection *connection = NULL;
  RfDirectTransfer *transfer;
  GString *head = NULL;

  request->num_connections = 0;
  if (is_direct (request) && !rf_curl_share_is_strange (self->share, key))
    head = rf_request_head_write (request);
  if (head == NULL)
    {
      self->other->start (self->other, request);
      return;
    }
  transfer = rf_direct_transfer_new (request, head);
  transfer->owner = self;
  request->transfer = transfer;
  g_hash_table_add (self->running, request);
  if (!request->is_fresh)
    connection = rf_direct_pool_take (self->pool, key);
  if (connection == NULL)
    {
      connect_anew (self, transfer);
      return;
    }
  use_connection (transfer, connection);
  act (self, transfer, rf_direct_transfer_run (transfer));
}

static void
transport_cancel (RfTransport *transport, RfRequest *request, gboolean is_dead)
{
  DirectTransport *self = (DirectTransport *)transport;
  RfDirectTransfer *transfer = request->transfer;

  if (!g_hash_table_contains (self->running, request))
    {
      self->other->cancel (self->other, request, is_dead);
      return;
    }
  transfer->result.outcome = RF_OUTCOME_CANCELLED;
  transfer->result.was_sent = transfer->state > RF_DIRECT_CONNECTING;
  transfer->result.unread = rf_direct_transfer_count_unread (transfer);
  finish (self, transfer, is_dead);
}

static void
transport_resume (RfTransport *transport, RfRequest *request)
{
  DirectTransport *self = (DirectTransport *)transport;
  RfDirectTransfer *transfer = request->transfer;

  if (g_hash_table_contains (self->running, request))
    act (self, transfer, rf_direct_transfer_resume (transfer));
  else
    self->other->resume (self->other, request);
}

static void
transport_free (RfTransport *transport)
{
  DirectTransport *self = (DirectTransport *)transport;

  rf_direct_pool_free (self->pool);
  rf_curl_driver_free (self->driver);
  g_hash_table_unref (self->running);
  rf_curl_share_unref (self->share);
  self->other->free (self->other);
  g_free (self);
}

RfTransport *
rf_transport_direct_new (RfReactor *reactor, RfCurlShare *share, RfTransport *other)
{
  DirectTransport *self = g_new0 (DirectTransport, 1);

  self->parent.start = transport_start;
  self->parent.cancel = transport_cancel;
  self->parent.resume = transport_resume;
  self->parent.free = transport_free;
  self->reactor = reactor;
  self->share = rf_curl_share_ref (share);
  self->other = other;
  self->driver = rf_curl_driver_new (reactor, &driver_funcs, self);
  self->pool = rf_direct_pool_new (reactor);
  self->running = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->more);
  self->more_task.func = on_more;
  self->more_task.data = self;
  return &self->parent;
}
