/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory that is a slot of a ring. */

#pragma once

#include <gst/allocators/gstfdmemory.h>
#include <ringfetch.h>

G_BEGIN_DECLS

#define GST_TYPE_RING_FETCH_ALLOCATOR (gst_ring_fetch_allocator_get_type ())
G_DECLARE_FINAL_TYPE (
    GstRingFetchAllocator, gst_ring_fetch_allocator, GST, RING_FETCH_ALLOCATOR, GstFdAllocator)

/* Makes an allocator that owns the ring, in the sense that it keeps it alive. */
GstAllocator *gst_ring_fetch_allocator_new (RfRingBuffer *ring);

RfRingBuffer *gst_ring_fetch_allocator_get_ring (GstRingFetchAllocator *self);

/* Wraps a loan, which is given back when the last memory that shares its bytes has gone. Takes over
 * the loan. */
GstMemory *gst_ring_fetch_allocator_wrap (GstRingFetchAllocator *self, RfLoan *loan);

G_END_DECLS
