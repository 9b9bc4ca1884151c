/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

#define RF_TYPE_PARALLEL_BUFFER (rf_parallel_buffer_get_type ())

RF_API
G_DECLARE_FINAL_TYPE (RfParallelBuffer, rf_parallel_buffer, RF, PARALLEL_BUFFER, GObject)

RF_API
RfParallelBuffer *
rf_parallel_buffer_new (const char *name, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
guint8 *rf_parallel_buffer_get_data (RfParallelBuffer *self);

RF_API
gsize rf_parallel_buffer_get_size (RfParallelBuffer *self);

RF_API
const char *rf_parallel_buffer_get_name (RfParallelBuffer *self);

RF_API
GBytes *rf_parallel_buffer_to_bytes (RfParallelBuffer *self);

RF_API
void rf_parallel_buffer_close (RfParallelBuffer *self);

G_END_DECLS
