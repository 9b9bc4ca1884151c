/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A link that all connections of a server share, as a token bucket: who sends takes it for one small piece
 * after the other, in turn. Pure; who shares it has a lock around it. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 free_at; /* nanoseconds; 0 to begin with */
} RfTestLink;

/* How many bytes to send at once at so many a second. */
gsize rf_test_link_get_piece (guint64 rate);

/* Takes the link for @length bytes, and returns when they are through. Times are of one clock, in
 * nanoseconds. */
gint64 rf_test_link_take (RfTestLink *self, guint64 rate, gsize length, gint64 now);

G_END_DECLS
