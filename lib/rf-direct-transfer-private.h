/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One request on a connection of ours. Used on its reactor's thread only. */

#pragma once

#include "rf-direct-buffer-private.h"
#include "rf-direct-connection-private.h"

G_BEGIN_DECLS

/* What a transfer has come to. */
typedef enum
{
  RF_DIRECT_CONNECTING,
  RF_DIRECT_SENDING,  /* the head of the request */
  RF_DIRECT_HEAD,     /* waits for that of the answer */
  RF_DIRECT_BODY,     /* hands the body to the sink */
  RF_DIRECT_DRAINING, /* throws the body away */
} RfDirectState;

/* What is to be done for a transfer. */
typedef enum
{
  RF_STEP_ON,      /* within a transfer only: it goes on by itself */
  RF_STEP_WAIT,    /* nothing until an event, or until it is resumed */
  RF_STEP_MORE,    /* there may be more for it without an event, when others have had their turn */
  RF_STEP_ENDED,   /* as its result says */
  RF_STEP_RETRY,   /* its connection was dead before the request came: another one is needed */
  RF_STEP_STRANGE, /* the answer is for libcurl to understand; the sink has not seen anything of it */
} RfDirectStep;

typedef struct
{
  RfRequest *request;
  RfDirectConnection *connection;
  RfDirectState state;
  RfResult result;

  GString *out; /* the head of the request, */
  gsize sent;   /* of which so much has gone out */
  RfDirectBuffer in;
  guint64 left; /* of the body; RF_SIZE_UNKNOWN: to its last chunk, or the connection's end */
  gboolean keep_alive; /* the connection, when the answer is over */
  guint8 *dest;        /* where the next byte goes */
  gsize room;          /* that fit there */
  gsize written;       /* there, and not committed yet */
  guint64 drained;

  /* The transport's. */
  gpointer owner;
  GList link;
  gboolean is_queued;
} RfDirectTransfer;

/* Takes over the head of the request. */
RfDirectTransfer *rf_direct_transfer_new (RfRequest *request, GString *head);

/* Without its connection, which is its owner's. */
void rf_direct_transfer_free (RfDirectTransfer *self);

/* Begins, or begins anew, on a connection that is open or will be. */
void rf_direct_transfer_use (RfDirectTransfer *self, RfDirectConnection *connection);

/* libcurl has connected, or given up. */
RfDirectStep rf_direct_transfer_connected (RfDirectTransfer *self, CURLcode code);

/* The system has no memory to watch the connection. */
RfDirectStep rf_direct_transfer_be_deaf (RfDirectTransfer *self);

/* Does what can be done now. */
RfDirectStep rf_direct_transfer_run (RfDirectTransfer *self);

/* The same for one that waits for space. */
RfDirectStep rf_direct_transfer_resume (RfDirectTransfer *self);

/* Opened for it so far. */
guint rf_direct_transfer_count_connections (const RfDirectTransfer *self);

/* Bytes of the body that have come and that nobody has read. */
guint64 rf_direct_transfer_count_unread (const RfDirectTransfer *self);

/* Whether the connection is good for another request, when so many bytes more have been read. */
gboolean rf_direct_transfer_leaves_connection (const RfDirectTransfer *self, guint64 *rest);

G_END_DECLS
