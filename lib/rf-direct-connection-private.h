/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A connection that libcurl makes and whose bytes we read. Used on its reactor's thread only. */

#pragma once

#include "rf-curl-driver-private.h"
#include "rf-curl-share-private.h"
#include "rf-transport-private.h"

G_BEGIN_DECLS

typedef struct
{
  RfReactor *reactor;
  RfCurlDriver *driver;
  CURL *easy; /* in the driver as long as the connection is: it is found through it */
  char *key;  /* what the connection is to, and all that it depends on */
  gboolean is_encrypted;
  RfWatch watch; /* its owner sets func and data */
  guint32 events;
  gboolean was_used; /* an answer has been read from it */
  char error_text[CURL_ERROR_SIZE];
} RfDirectConnection;

/* What has become of an attempt to read or write. */
typedef enum
{
  RF_IO_DONE,   /* at least one byte */
  RF_IO_AGAIN,  /* later */
  RF_IO_END,    /* the peer has ended the connection */
  RF_IO_FAILED, /* `error_text` says why, or is empty */
} RfIo;

/* What the connection for a request would be to. */
char *rf_direct_connection_dup_key (const RfRequest *request);

/* Begins to connect; the driver's owner is told of the end. */
RfDirectConnection *rf_direct_connection_new (RfReactor *reactor,
                                              RfCurlDriver *driver,
                                              RfCurlShare *share,
                                              const RfRequest *request);

/* Closes the connection. */
void rf_direct_connection_free (RfDirectConnection *self);

/* The one of a handle in the driver; NULL: it is of another kind. */
RfDirectConnection *rf_direct_connection_get (CURL *easy);

/* It is connected. FALSE: there is no socket after all. */
gboolean rf_direct_connection_open (RfDirectConnection *self);
gboolean rf_direct_connection_is_open (const RfDirectConnection *self);

/* Has the watch called for events; 0: for none, not even for the connection's end. FALSE: the system has no
 * memory for it. */
gboolean rf_direct_connection_watch (RfDirectConnection *self, guint32 events);

RfIo
rf_direct_connection_send (RfDirectConnection *self, const char *data, gsize length, gsize *done);
RfIo
rf_direct_connection_receive (RfDirectConnection *self, guint8 *data, gsize length, gsize *done);

/* Bytes that the system has received and nobody has read. */
guint64 rf_direct_connection_count_unread (const RfDirectConnection *self);

/* Whether nothing has come on an idle connection, not even its end. */
gboolean rf_direct_connection_is_quiet (RfDirectConnection *self);

G_END_DECLS
