/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The head of an answer in HTTP/1, from the bytes of a connection. */

#pragma once

#include "rf-response-fields-private.h"

G_BEGIN_DECLS

/* What bytes are that a connection has brought where a head should be. */
typedef enum
{
  RF_HEAD_PARTIAL,  /* the beginning of one */
  RF_HEAD_COMPLETE, /* one, with all that came before it */
  RF_HEAD_STRANGE, /* one that is not certainly understood here, or that frames its body in another way */
  RF_HEAD_ALIEN, /* not that of an answer in HTTP */
} RfHeadState;

typedef struct
{
  RfResponseHead response; /* its strings are the head's */
  guint64 body_length;     /* RF_SIZE_UNKNOWN: to its last chunk, or to the end of the connection */
  gboolean is_chunked;
  gboolean keep_alive; /* the connection may be used again when the body is over */
  gsize length;        /* in bytes, with the answers of status 1xx before it */

  char reason[RF_MAX_REASON];
  char *texts[RF_NUM_RESPONSE_FIELDS];
} RfHead;

/* Reads what has come so far, a byte at least. The head is to be cleared when it is COMPLETE. */
RfHeadState rf_head_read (RfHead *self, const char *data, gsize length);
void rf_head_clear (RfHead *self);

G_END_DECLS
