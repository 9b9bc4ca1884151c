/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a stream really comes from. */

#pragma once

#include <glib.h>
#include <ringfetch.h>

G_BEGIN_DECLS

/* Where a redirection has led to, or would, from the location that a reader was made for; NULL: there has
 * been none. It is for requests: it may hold what is secret. Free with g_free(). */
char *gst_ring_fetch_dup_redirection (RfReader *reader, const char *location);

G_END_DECLS
