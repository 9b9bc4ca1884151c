/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors of the library as the messages that applications know. */

#pragma once

#include <gst/gst.h>
#include <ringfetch.h>

G_BEGIN_DECLS

/* Posts an error of a reader, or of the making of one (NULL). Its details are the HTTP status that it comes
 * from and where a redirection has led to, without what is secret in it; each only where there is one. */
void gst_ring_fetch_post_error (GstElement *element,
                                const GError *error,
                                RfReader *reader,
                                const char *redirection);

G_END_DECLS
