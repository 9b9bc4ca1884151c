/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-options.h"

G_BEGIN_DECLS

#define RF_TYPE_RING_BUFFER (rf_ring_buffer_get_type ())

RF_API
G_DECLARE_FINAL_TYPE (RfRingBuffer, rf_ring_buffer, RF, RING_BUFFER, GObject)

RF_API
RfRingBuffer *rf_ring_buffer_new (const char *name,
                                  guint num_slots,
                                  gsize slot_size,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
RfRingBuffer *rf_ring_buffer_new_for_options (const RfOptions *options,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
RfRingBuffer *rf_ring_buffer_attach (const char *name,
                                     guint num_slots,
                                     gsize slot_size,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
guint rf_ring_buffer_get_num_slots (RfRingBuffer *self);

RF_API
gsize rf_ring_buffer_get_slot_size (RfRingBuffer *self);

RF_API
guint8 *rf_ring_buffer_get_buf (RfRingBuffer *self, gsize *size);

RF_API
const char *rf_ring_buffer_get_name (RfRingBuffer *self);

RF_API
int rf_ring_buffer_get_fd (RfRingBuffer *self);

RF_API
void rf_ring_buffer_set_ready (RfRingBuffer *self, guint slot);

RF_API
gboolean rf_ring_buffer_is_ready (RfRingBuffer *self, guint slot);

RF_API
gboolean rf_ring_buffer_wait_slot (
    RfRingBuffer *self, guint slot, gint64 timeout, GCancellable *cancellable, GError **error);

RF_API
GBytes *rf_ring_buffer_read_slot (RfRingBuffer *self, guint slot, gsize length);

RF_API
int rf_ring_buffer_reserve (RfRingBuffer *self, gsize length);

RF_API
gsize rf_ring_buffer_commit (RfRingBuffer *self, guint slot, gsize length);

RF_API
const guint8 *rf_ring_buffer_lend (RfRingBuffer *self, guint slot, gsize length);

RF_API
void rf_ring_buffer_release (RfRingBuffer *self, guint slot);

RF_API
void rf_ring_buffer_count_slots (RfRingBuffer *self, guint *free, guint *filling, guint *lent);

RF_API
void rf_ring_buffer_close (RfRingBuffer *self);

G_END_DECLS
