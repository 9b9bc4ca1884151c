/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All of HTTP is libcurl's: any version, proxies, passwords and whatever servers come up with. Handles and
 * connections are kept for later requests. */

#include "rf-transport-curl-private.h"

#include "rf-curl-driver-private.h"
#include "rf-curl-transfer-private.h"

/* Handles that are kept for later requests; a handle is about 6 KiB. */
#define MAX_IDLE_HANDLES 64

typedef struct
{
  RfTransport parent;
  RfCurlShare *share;
  RfCurlDriver *driver;
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

  rf_curl_driver_remove (self->driver, transfer->easy);
  easy = rf_curl_transfer_free (transfer);
  if (self->idle_handles->len < MAX_IDLE_HANDLES)
    g_ptr_array_add (self->idle_handles, easy);
  else
    curl_easy_cleanup (easy);

  request->transfer = NULL;
  request->funcs->done (request->sink, result);
}

static void
on_acted (gpointer owner)
{
  CurlTransport *self = owner;

  while (self->dirty != NULL)
    {
      RfCurlTransfer *transfer = self->dirty;

      rf_curl_transfer_settle (transfer);
      rf_curl_transfer_commit (transfer);
    }
}

static void
on_done (gpointer owner, CURL *easy, CURLcode code)
{
  RfCurlTransfer *transfer = get_transfer (easy);
  RfResult result = rf_curl_transfer_judge (transfer, code);

  finish (owner, transfer, &result);
}

static void
on_deaf (gpointer owner, CURL *easy)
{
  RfCurlTransfer *transfer = get_transfer (easy);
  RfResult result = { .outcome = RF_OUTCOME_TRANSIENT };

  if (transfer == NULL)
    return;
  result.error = rf_curl_driver_new_deaf_error ();
  result.connections = rf_curl_transfer_count_connections (transfer);
  finish (owner, transfer, &result);
}

static gboolean
is_connecting (gpointer owner, CURL *easy)
{
  const RfCurlTransfer *transfer = get_transfer (easy);

  return transfer != NULL && transfer->state == RF_CURL_TRANSFER_HEAD;
}

static const RfCurlDriverFuncs driver_funcs = {
  .acted = on_acted,
  .done = on_done,
  .deaf = on_deaf,
  .is_connecting = is_connecting,
};

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
  if (!rf_curl_driver_add (self->driver, easy))
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
  rf_curl_driver_end_action (self->driver);
}

static void
transport_free (RfTransport *transport)
{
  CurlTransport *self = (CurlTransport *)transport;

  g_ptr_array_unref (self->idle_handles);
  rf_curl_driver_free (self->driver);
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
  self->share = rf_curl_share_ref (share);
  self->driver = rf_curl_driver_new (reactor, &driver_funcs, self);
  self->idle_handles = g_ptr_array_new_with_free_func (curl_easy_cleanup);
  return &self->parent;
}
