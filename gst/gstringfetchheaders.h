/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Header fields as applications give them to sources. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The fields of a structure as lines "Name: value", one for each value of an array or list; NULL with
 * an error where a value is no text. A NULL structure has no lines. */
GStrv gst_ring_fetch_headers_to_lines (const GstStructure *structure, GError **error);

G_END_DECLS
