/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-link.h"

/* About a millisecond of the link, so that connections share it fairly, in whole TLS records; but not so
 * little that a slow link costs more calls than it has to, or so much that a fast one is not smooth. */
#define PIECES_PER_SECOND 1000
#define RECORD ((gsize)16 * 1024)
#define MAX_PIECE ((gsize)256 * 1024)

/* The depth of the bucket: a thread that wakes late on a busy machine catches up with this. */
#define DEPTH_NANOSECONDS (10 * 1000000)

gsize
rf_test_link_get_piece (guint64 rate)
{
  gsize piece = (gsize)CLAMP (rate / PIECES_PER_SECOND, RECORD, MAX_PIECE);

  return piece - piece % RECORD;
}

gint64
rf_test_link_take (RfTestLink *self, guint64 rate, gsize length, gint64 now)
{
  gint64 start = MAX (self->free_at, now - DEPTH_NANOSECONDS);

  self->free_at = start + (gint64)((double)length * 1e9 / (double)rate);
  return self->free_at;
}
