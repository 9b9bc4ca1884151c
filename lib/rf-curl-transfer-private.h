/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One request on its way through libcurl. Used on its reactor's thread only. */

#pragma once

#include "rf-curl-share-private.h"
#include "rf-response-fields-private.h"

G_BEGIN_DECLS

typedef struct _RfCurlTransfer RfCurlTransfer;

/* What a transfer has come to. */
typedef enum
{
  RF_CURL_TRANSFER_HEAD,     /* waits for the head of the response */
  RF_CURL_TRANSFER_ASKED,    /* it has come, but libcurl may ask again, with credentials */
  RF_CURL_TRANSFER_BODY,     /* hands the body to the sink */
  RF_CURL_TRANSFER_DRAINING, /* throws the body away */
  RF_CURL_TRANSFER_ENDED,    /* the sink wants no more */
} RfCurlTransferState;

struct _RfCurlTransfer
{
  RfRequest *request;
  CURL *easy;
  struct curl_slist *headers;
  gsize head_size; /* of all heads so far */
  char error_text[CURL_ERROR_SIZE];
  char reason[RF_MAX_REASON];

  RfCurlTransferState state;
  guint8 *dest;  /* where the next byte goes */
  gsize room;    /* that fit there */
  gsize written; /* there, and not committed yet */
  gsize skip;    /* of the piece that is given again after a pause */
  gsize drained;
  GError *error; /* what libcurl has no words for */

  /* For the end of the present action. */
  RfCurlTransfer **dirty_list; /* the transport's; this one is in it where is_dirty */
  gboolean is_dirty;
  RfCurlTransfer *next_dirty;
};

/* Prepares a handle that is fresh or reset, which the transfer takes over, for a request. */
RfCurlTransfer *rf_curl_transfer_new (CURL *easy,
                                      RfCurlShare *share,
                                      RfRequest *request,
                                      RfCurlTransfer **dirty_list);

/* Returns the handle, reset. */
CURL *rf_curl_transfer_free (RfCurlTransfer *self);

/* Tells the sink of what has been written. */
void rf_curl_transfer_commit (RfCurlTransfer *self);

/* Something of it remains to be done at the end of the present action. */
void rf_curl_transfer_mark_dirty (RfCurlTransfer *self);

/* Nothing does any more. */
void rf_curl_transfer_settle (RfCurlTransfer *self);

/* Opened for it so far. */
guint rf_curl_transfer_count_connections (RfCurlTransfer *self);

/* Whether it got a connection, and TLS on it where that is due. */
gboolean rf_curl_transfer_was_sent (RfCurlTransfer *self);

/* What libcurl's word on the end of a transfer means. */
RfResult rf_curl_transfer_judge (RfCurlTransfer *self, CURLcode code);

G_END_DECLS
