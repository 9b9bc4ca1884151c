/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/base/gstbasesrc.h>

G_BEGIN_DECLS

#define GST_TYPE_RING_FETCH_SRC (gst_ring_fetch_src_get_type ())
G_DECLARE_FINAL_TYPE (GstRingFetchSrc, gst_ring_fetch_src, GST, RING_FETCH_SRC, GstBaseSrc)

GST_ELEMENT_REGISTER_DECLARE (ringfetchsrc);

G_END_DECLS
