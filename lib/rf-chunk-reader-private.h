/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The body of an answer in HTTP's chunked coding, from the bytes of a connection. */

#pragma once

#include "rf-types.h"

#include <http_parser.h>

G_BEGIN_DECLS

typedef struct
{
  http_parser parser;
  const char *piece;
  gsize piece_length;
  gboolean is_over;
} RfChunkReader;

typedef enum
{
  RF_CHUNK_MORE,   /* nothing of the body is in these bytes, and more are to come */
  RF_CHUNK_PIECE,  /* a piece of it */
  RF_CHUNK_END,    /* the body is over */
  RF_CHUNK_BROKEN, /* this is no chunked coding */
} RfChunkState;

void rf_chunk_reader_init (RfChunkReader *self);

/* Reads on, a byte at least and up to the end of the next piece of the body: `piece_length` bytes from `piece` on, which is in the
 * data. `done`: so many bytes have been read. */
RfChunkState rf_chunk_read (RfChunkReader *self, const char *data, gsize length, gsize *done);

G_END_DECLS
