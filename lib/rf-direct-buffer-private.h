/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a connection has brought that could not go to its place at once. */

#pragma once

#include "rf-chunk-reader-private.h"

G_BEGIN_DECLS

typedef struct
{
  GString *bytes;
  gsize taken; /* so many of them are dealt with, */
  gsize piece; /* so many behind that are of the body, */
  gsize next;  /* and from here on nothing is known */
  gboolean is_chunked;
  RfChunkReader chunks;
} RfDirectBuffer;

void rf_direct_buffer_init (RfDirectBuffer *self, gsize size);
void rf_direct_buffer_clear (RfDirectBuffer *self);

/* Adds what has come. All is forgotten that has been dealt with. */
void rf_direct_buffer_add (RfDirectBuffer *self, const guint8 *data, gsize length);

/* How many bytes are not dealt with. */
gsize rf_direct_buffer_count (const RfDirectBuffer *self);

/* So many bytes are a head, and the rest is of a body. */
void rf_direct_buffer_take_head (RfDirectBuffer *self, gsize length, gboolean is_chunked);

/* Looks for the next bytes of a body of which so many are left. PIECE: `piece` bytes at `bytes->str + taken`;
 * MORE: there are none by now. */
RfChunkState rf_direct_buffer_find_piece (RfDirectBuffer *self, guint64 left);

/* So many bytes of the piece are dealt with. */
void rf_direct_buffer_take_piece (RfDirectBuffer *self, gsize length);

G_END_DECLS
