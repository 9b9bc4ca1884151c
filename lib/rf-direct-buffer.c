/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A head's end shows only when what is behind it has come too, and so do the ends of chunks, and of a body that
 * the connection ends: these bytes come here first, and are copied. */

#include "rf-direct-buffer-private.h"

void
rf_direct_buffer_init (RfDirectBuffer *self, gsize size)
{
  *self = (RfDirectBuffer){ .bytes = g_string_sized_new (size) };
}

void
rf_direct_buffer_clear (RfDirectBuffer *self)
{
  g_string_free (self->bytes, TRUE);
}

void
rf_direct_buffer_add (RfDirectBuffer *self, const guint8 *data, gsize length)
{
  if (rf_direct_buffer_count (self) == 0)
    {
      g_string_truncate (self->bytes, 0);
      self->taken = 0;
    }
  g_string_append_len (self->bytes, (const char *)data, (gssize)length);
}

gsize
rf_direct_buffer_count (const RfDirectBuffer *self)
{
  return self->bytes->len - self->taken;
}

void
rf_direct_buffer_take_head (RfDirectBuffer *self, gsize length, gboolean is_chunked)
{
  self->taken = length;
  self->is_chunked = is_chunked;
  if (is_chunked)
    rf_chunk_reader_init (&self->chunks);
}

static RfChunkState
find_chunk (RfDirectBuffer *self)
{
  const char *data = self->bytes->str + self->taken;
  gsize done;
  RfChunkState state = rf_chunk_read (&self->chunks, data, rf_direct_buffer_count (self), &done);

  self->next = self->taken + done;
  if (state == RF_CHUNK_PIECE)
    {
      self->taken += (gsize)(self->chunks.piece - data);
      self->piece = self->chunks.piece_length;
    }
  else
    {
      self->taken = self->next;
    }
  return state;
}

RfChunkState
rf_direct_buffer_find_piece (RfDirectBuffer *self, guint64 left)
{
  if (self->piece > 0)
    return RF_CHUNK_PIECE;
  if (rf_direct_buffer_count (self) == 0)
    return RF_CHUNK_MORE;
  if (self->is_chunked)
    return find_chunk (self);
  self->piece = (gsize)MIN (rf_direct_buffer_count (self), left);
  self->next = self->taken + self->piece;
  return RF_CHUNK_PIECE;
}

void
rf_direct_buffer_take_piece (RfDirectBuffer *self, gsize length)
{
  self->taken += length;
  self->piece -= length;
  if (self->piece == 0)
    self->taken = self->next;
}
