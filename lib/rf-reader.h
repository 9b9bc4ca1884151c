/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-loan.h"
#include "rf-options.h"
#include "rf-parallel-buffer.h"
#include "rf-ring-buffer.h"
#include "rf-session.h"
#include "rf-stats.h"

G_BEGIN_DECLS

#define RF_TYPE_READER (rf_reader_get_type ())

RF_API
G_DECLARE_FINAL_TYPE (RfReader, rf_reader, RF, READER, GObject)

RF_API
RfReader *rf_reader_new (RfSession *session,
                         const char *location,
                         const RfOptions *options,
                         RfRingBuffer *ring,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
RfRingBuffer *rf_reader_get_ring_buffer (RfReader *self);

RF_API
gboolean rf_reader_open (RfReader *self, GCancellable *cancellable, GError **error);

RF_API
void rf_reader_open_async (RfReader *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

RF_API
gboolean rf_reader_open_finish (RfReader *self, GAsyncResult *result, GError **error);

RF_API
gboolean rf_reader_is_open (RfReader *self);

RF_API
gboolean rf_reader_get_size (RfReader *self, guint64 *size);

RF_API
gboolean rf_reader_is_seekable (RfReader *self);

RF_API
char *rf_reader_dup_uri (RfReader *self) G_GNUC_WARN_UNUSED_RESULT;

RF_API
gboolean rf_reader_seek (RfReader *self, guint64 start, guint64 stop, GError **error);

RF_API
RfLoan *rf_reader_read (RfReader *self, gsize max_size, GCancellable *cancellable, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

RF_API
void rf_reader_read_async (RfReader *self,
                           gsize max_size,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

RF_API
RfLoan *rf_reader_read_finish (RfReader *self,
                               GAsyncResult *result,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
RfParallelBuffer *rf_reader_read_all (RfReader *self,
                                      const char *name,
                                      GCancellable *cancellable,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
void rf_reader_read_all_async (RfReader *self,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

RF_API
RfParallelBuffer *rf_reader_read_all_finish (RfReader *self,
                                             GAsyncResult *result,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
guint rf_reader_get_error_status (RfReader *self);

RF_API
RfStats *rf_reader_get_stats (RfReader *self) G_GNUC_WARN_UNUSED_RESULT;

RF_API
void rf_reader_close (RfReader *self);

G_END_DECLS
