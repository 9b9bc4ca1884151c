/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One pipeline, of a source element and a fakesink, and the times at which something happens in it.
 * The functions are for the thread that has made it. */

#pragma once

#include <gst/gst.h>

#include "rf-bench-content.h"

G_BEGIN_DECLS

typedef struct _RfBenchStream RfBenchStream;

/* Who finds out by itself how to stream has found it by then. */
#define RF_BENCH_SETTLING_TIME (2 * G_TIME_SPAN_SECOND)

typedef struct
{
  gint64 began; /* microseconds: when the state change was asked for */
  gint64 setup; /* when that call returned */
  gint64 first; /* when the first buffer left the source; 0: none has */
  gint64 ended; /* when the end of the stream did */
  guint64 bytes;
  gint64 settled;        /* when the first buffer left after RF_BENCH_SETTLING_TIME; 0: none has */
  guint64 settled_bytes; /* that had come by then, to the source if it has statistics */
} RfBenchTimes;

/* @element: as in gst-launch-1.0, with its properties, but without a location. @content outlives the
 * stream. NULL with @error if there is no such element. */
RfBenchStream *
rf_bench_stream_new (const char *element, const RfBenchContent *content, GError **error);

/* Stops it, if need be. */
void rf_bench_stream_free (RfBenchStream *self);

/* Sets the pipeline to PLAYING. Does not wait. */
gboolean rf_bench_stream_play (RfBenchStream *self, const char *location, GError **error);

/* Waits for the end of the stream, and checks that the whole object has come. However long it takes:
 * who has started this program ends it. */
gboolean rf_bench_stream_wait_end (RfBenchStream *self, GError **error);

/* Waits until @n_bytes have come since the start or the last seek. */
gboolean rf_bench_stream_wait_bytes (RfBenchStream *self, guint64 n_bytes, GError **error);

/* A flushing seek to byte @position. Stores in @seconds how long its first buffer took, and waits until
 * @n_bytes have come. */
gboolean rf_bench_stream_seek (
    RfBenchStream *self, guint64 position, guint64 n_bytes, double *seconds, GError **error);

/* Sets the pipeline to READY, after which another location can be played. */
void rf_bench_stream_stop (RfBenchStream *self);

void rf_bench_stream_get_times (RfBenchStream *self, RfBenchTimes *times);

/* What the element's property "stats" says. (transfer full) (nullable): NULL: it has none */
GstStructure *rf_bench_stream_get_stats (RfBenchStream *self);

/* The most threads that the process had while streams were waited for. */
guint rf_bench_stream_get_max_threads (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfBenchStream, rf_bench_stream_free)

G_END_DECLS
