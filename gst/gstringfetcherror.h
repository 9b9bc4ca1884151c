/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors of the library as the messages that applications know. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Posts an error, with the HTTP status that it comes from in its details; 0: it comes from none. */
void gst_ring_fetch_post_error (GstElement *element, const GError *error, guint status);

G_END_DECLS
