/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each loan becomes one root memory, and everything that downstream makes of it (sub-buffers, copies
 * of the buffer, shares) refers to that root; so the end of the root is exactly the moment at which
 * nobody can look at the bytes any more, and there the loan is given back.
 *
 * It is file-descriptor memory of the ring's one descriptor, at the slot's offset, which is what
 * consumers in other processes want. Mapping it in this process costs nothing: the ring is mapped
 * once for its whole life, and map() returns that address. */

#include "gstringfetchallocator.h"

struct _GstRingFetchAllocator
{
  GstFdAllocator parent_instance;

  RfRingBuffer *ring;
};

G_DEFINE_FINAL_TYPE (GstRingFetchAllocator, gst_ring_fetch_allocator, GST_TYPE_FD_ALLOCATOR)

static GQuark
loan_quark (void)
{
  return g_quark_from_static_string ("ringfetch-loan");
}

/* The core adds the memory's own offset to what this returns. */
static gpointer
ring_memory_map (GstMemory *memory, gsize max_size, GstMapFlags flags)
{
  GstRingFetchAllocator *self = GST_RING_FETCH_ALLOCATOR (memory->allocator);

  return rf_ring_buffer_get_buf (self->ring, NULL);
}

static void
ring_memory_unmap (GstMemory *memory)
{
}

/* Whether two pieces of the same loan lie next to each other; the core has checked that they have the
 * same root. */
static gboolean
ring_memory_is_span (GstMemory *first, GstMemory *second, gsize *offset)
{
  if (offset != NULL)
    *offset = first->offset - first->parent->offset;
  return first->offset + first->size == second->offset;
}

static void
gst_ring_fetch_allocator_finalize (GObject *object)
{
  GstRingFetchAllocator *self = GST_RING_FETCH_ALLOCATOR (object);

  g_clear_object (&self->ring);

  G_OBJECT_CLASS (gst_ring_fetch_allocator_parent_class)->finalize (object);
}

static void
gst_ring_fetch_allocator_class_init (GstRingFetchAllocatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ring_fetch_allocator_finalize;
}

static void
gst_ring_fetch_allocator_init (GstRingFetchAllocator *self)
{
  GstAllocator *allocator = GST_ALLOCATOR (self);

  allocator->mem_map = ring_memory_map;
  allocator->mem_unmap = ring_memory_unmap;
  allocator->mem_is_span = ring_memory_is_span;
}

GstAllocator *
gst_ring_fetch_allocator_new (RfRingBuffer *ring)
{
  GstRingFetchAllocator *self = g_object_new (GST_TYPE_RING_FETCH_ALLOCATOR, NULL);

  gst_object_ref_sink (self);
  self->ring = g_object_ref (ring);
  return GST_ALLOCATOR (self);
}

RfRingBuffer *
gst_ring_fetch_allocator_get_ring (GstRingFetchAllocator *self)
{
  return self->ring;
}

GstMemory *
gst_ring_fetch_allocator_wrap (GstRingFetchAllocator *self, RfLoan *loan)
{
  gsize slot_size = rf_ring_buffer_get_slot_size (self->ring);
  gsize slot_end = ((gsize)rf_loan_get_slot (loan) + 1) * slot_size;
  gsize size;
  const guint8 *data = rf_loan_get_data (loan, &size);
  GstMemory *memory
      = gst_fd_allocator_alloc (GST_ALLOCATOR (self), rf_ring_buffer_get_fd (self->ring), slot_end,
                                GST_FD_MEMORY_FLAG_DONT_CLOSE);

  gst_memory_resize (memory, data - rf_ring_buffer_get_buf (self->ring, NULL), size);
  GST_MINI_OBJECT_FLAG_SET (memory, GST_MEMORY_FLAG_READONLY);
  gst_mini_object_set_qdata (GST_MINI_OBJECT (memory), loan_quark (), loan,
                             (GDestroyNotify)rf_loan_unref);
  return memory;
}
