/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the fetcher needs of a ring beyond its public face. All functions may be called from any
 * thread and take the ring's lock only. */

#pragma once

#include "rf-ring-buffer.h"

G_BEGIN_DECLS

typedef void (*RfRingBufferFreeFunc) (gpointer data);

/* Sets the one function that is called, without any lock, on whichever thread makes a slot free.
 * `destroy` is called once, when the function has been replaced and its last call has returned.
 * Setting NULL removes it, but only if `data` is that of the function which is set. */
void rf_ring_buffer_set_free_func (RfRingBuffer *self,
                                   RfRingBufferFreeFunc func,
                                   gpointer data,
                                   GDestroyNotify destroy);
void rf_ring_buffer_clear_free_func (RfRingBuffer *self, gpointer data);

/* The memory of a slot. */
guint8 *rf_ring_buffer_get_slot_data (RfRingBuffer *self, guint slot);

/* Whether the consumer holds so many slots that fewer than two are left for fetching. */
gboolean rf_ring_buffer_is_scarce (RfRingBuffer *self);

/* A request begins or ends to write into a reserved slot, which is not free before every writer has
 * ended, whatever else happens to it. */
void rf_ring_buffer_begin_write (RfRingBuffer *self, guint slot);
void rf_ring_buffer_end_write (RfRingBuffer *self, guint slot);

/* Gives a reserved slot, into which nothing has been written, back for the one that became free last, if that was after
 * it did: so what comes goes where the processor's caches are warm, and what has only been asked for keeps nothing warm
 * from it. Only for the one writer that the slot has; if there are more, it stays. Returns the slot that is reserved,
 * and written to, now. */
guint rf_ring_buffer_exchange (RfRingBuffer *self, guint slot);

/* Passes over bytes that nobody wants, present or not. */
void rf_ring_buffer_skip (RfRingBuffer *self, guint slot, gsize length);

/* Makes a reserved slot shorter, not below what has been committed. */
void rf_ring_buffer_truncate (RfRingBuffer *self, guint slot, gsize length);

/* Nobody wants what is in a reserved slot any more: its generation is over. */
void rf_ring_buffer_abandon (RfRingBuffer *self, guint slot);

G_END_DECLS
