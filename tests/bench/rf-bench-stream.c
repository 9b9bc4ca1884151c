/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pad probe sees what leaves the source, so that every element is measured at the same place and the
 * sink needs no signals. A lock for each buffer costs nothing beside the buffer; a wake-up would be a system call,
 * so there is one only where somebody waits, and for what is waited for. */

#include "rf-bench-stream.h"

#include "rf-bench-report.h"

/* How often a wait looks around. */
#define LOOK_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

#define NOT_AWAITED G_MAXUINT64

struct _RfBenchStream
{
  const RfBenchContent *content;
  GstElement *pipeline;
  GstElement *source;
  GstBus *bus;

  GMutex lock;
  GCond cond;
  struct
  {
    RfBenchTimes times;
    guint64 position; /* of the next buffer */
    guint64 sought;   /* the same, from the next flush on */
    guint64 since_flush;
    guint64 awaited;     /* so much since the flush is waited for; NOT_AWAITED: nothing is */
    gboolean is_flushed; /* no buffer has come since the start or a seek */
    GError *error;
  } locked;
};

static guint max_threads;

/* The streaming thread */

static void
check_buffer_locked (RfBenchStream *self, GstBuffer *buffer)
{
  guint64 position = self->locked.position;
  GstMapInfo map;

  if (self->locked.error != NULL)
    return;
  if (GST_BUFFER_OFFSET_IS_VALID (buffer) && GST_BUFFER_OFFSET (buffer) != position)
    g_set_error (&self->locked.error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
                 "byte %" G_GUINT64_FORMAT " came instead of %" G_GUINT64_FORMAT,
                 GST_BUFFER_OFFSET (buffer), position);
  else if (self->content->verify && gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      rf_bench_content_check (self->content, map.data, position, map.size, &self->locked.error);
      gst_buffer_unmap (buffer, &map);
    }
}

/* Notes how much has come when the stream is to have settled: to the source, if it says so, for what waits there for
 * its turn would be counted to the time after. */
static void
note_settled (RfBenchStream *self, gint64 now, guint64 left_source)
{
  g_autoptr (GstStructure) stats = rf_bench_stream_get_stats (self);
  guint64 bytes = left_source;

  if (stats != NULL)
    gst_structure_get_uint64 (stats, "bytes", &bytes);
  g_mutex_lock (&self->lock);
  self->locked.times.settled = now;
  self->locked.times.settled_bytes = bytes;
  g_mutex_unlock (&self->lock);
}

static void
take_buffer (RfBenchStream *self, GstBuffer *buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  gint64 now = g_get_monotonic_time ();
  gboolean is_settled;
  guint64 bytes;

  g_mutex_lock (&self->lock);
  if (self->locked.is_flushed)
    {
      self->locked.times.first = now;
      self->locked.is_flushed = FALSE;
    }
  is_settled
      = self->locked.times.settled == 0 && now >= self->locked.times.began + RF_BENCH_SETTLING_TIME;
  check_buffer_locked (self, buffer);
  self->locked.position += size;
  self->locked.since_flush += size;
  bytes = self->locked.times.bytes += size;
  if (self->locked.since_flush >= self->locked.awaited)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  if (is_settled)
    note_settled (self, now, bytes);
}

static void
take_event (RfBenchStream *self, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS && GST_EVENT_TYPE (event) != GST_EVENT_FLUSH_STOP)
    return;
  g_mutex_lock (&self->lock);
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    self->locked.times.ended = g_get_monotonic_time ();
  else
    {
      self->locked.is_flushed = TRUE;
      self->locked.since_flush = 0;
      self->locked.position = self->locked.sought;
    }
  g_mutex_unlock (&self->lock);
}

static GstPadProbeReturn
see (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    take_buffer (data, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    take_event (data, GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_OK;
}

/* The thread that measures */

RfBenchStream *
rf_bench_stream_new (const char *element, const RfBenchContent *content, GError **error)
{
  g_autofree char *description
      = g_strdup_printf ("%s name=rf-bench-source ! fakesink sync=false", element);
  GstElement *pipeline
      = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_autoptr (GstPad) pad = NULL;
  RfBenchStream *self;

  if (pipeline == NULL)
    return NULL;
  self = g_new0 (RfBenchStream, 1);
  self->content = content;
  self->locked.awaited = NOT_AWAITED;
  self->pipeline = pipeline;
  self->source = gst_bin_get_by_name (GST_BIN (pipeline), "rf-bench-source");
  self->bus = gst_element_get_bus (pipeline);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  pad = gst_element_get_static_pad (self->source, "src");
  gst_pad_add_probe (pad,
                     GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
                         | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
                     see, self, NULL);
  return self;
}

void
rf_bench_stream_free (RfBenchStream *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->bus);
  gst_object_unref (self->source);
  gst_object_unref (self->pipeline);
  g_clear_error (&self->locked.error);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Waits for a moment for a message that ends the stream; NULL without @error: there is none yet. */
static GstMessage *
pop_end (RfBenchStream *self, GstClockTime wait, GError **error)
{
  GstMessage *message
      = gst_bus_timed_pop_filtered (self->bus, wait, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  max_threads = MAX (max_threads, rf_bench_count_threads ());
  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      gst_message_parse_error (message, error, NULL);
      g_clear_pointer (&message, gst_message_unref);
    }
  return message;
}

gboolean
rf_bench_stream_play (RfBenchStream *self, const char *location, GError **error)
{
  g_autoptr (GstMessage) message = NULL;
  GstStateChangeReturn change;

  g_object_set (self->source, "location", location, NULL);
  g_mutex_lock (&self->lock);
  self->locked.times = (RfBenchTimes){ .began = g_get_monotonic_time () };
  self->locked.position = 0;
  self->locked.since_flush = 0;
  self->locked.is_flushed = TRUE;
  g_mutex_unlock (&self->lock);

  change = gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_mutex_lock (&self->lock);
  self->locked.times.setup = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  if (change != GST_STATE_CHANGE_FAILURE)
    return TRUE;

  message = pop_end (self, 0, error);
  if (*error == NULL)
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "the pipeline does not play");
  return FALSE;
}

/* What was wrong with a buffer. */
static gboolean
check_buffers (RfBenchStream *self, GError **error)
{
  gboolean right;

  g_mutex_lock (&self->lock);
  right = self->locked.error == NULL;
  if (!right)
    g_propagate_error (error, g_error_copy (self->locked.error));
  g_mutex_unlock (&self->lock);
  return right;
}

static gboolean
check_size (RfBenchStream *self, GError **error)
{
  RfBenchTimes times;

  rf_bench_stream_get_times (self, &times);
  if (times.bytes == self->content->size)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
               "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes came", times.bytes,
               self->content->size);
  return FALSE;
}

gboolean
rf_bench_stream_wait_end (RfBenchStream *self, GError **error)
{
  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (GstMessage) end = pop_end (self, LOOK_INTERVAL * GST_USECOND, &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (end != NULL)
        return check_buffers (self, error) && check_size (self, error);
    }
}

/* Waits for a moment. */
static gboolean
have_come (RfBenchStream *self, guint64 n_bytes)
{
  gint64 end = g_get_monotonic_time () + LOOK_INTERVAL;
  gboolean come;

  g_mutex_lock (&self->lock);
  self->locked.awaited = n_bytes;
  while (!(come = !self->locked.is_flushed && self->locked.since_flush >= n_bytes))
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      break;
  self->locked.awaited = NOT_AWAITED;
  g_mutex_unlock (&self->lock);
  return come;
}

gboolean
rf_bench_stream_wait_bytes (RfBenchStream *self, guint64 n_bytes, GError **error)
{
  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (GstMessage) end = NULL;

      if (have_come (self, n_bytes))
        return check_buffers (self, error);
      end = pop_end (self, 0, &failure);
      if (end != NULL)
        g_set_error (&failure, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "it ended too early");
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
}

gboolean
rf_bench_stream_seek (
    RfBenchStream *self, guint64 position, guint64 n_bytes, double *seconds, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  RfBenchTimes times;

  g_mutex_lock (&self->lock);
  self->locked.sought = position;
  g_mutex_unlock (&self->lock);
  if (!gst_element_seek_simple (self->pipeline, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                (gint64)position))
    {
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_SEEK, "the element does not seek");
      return FALSE;
    }
  if (!rf_bench_stream_wait_bytes (self, n_bytes, error))
    return FALSE;
  rf_bench_stream_get_times (self, &times);
  *seconds = rf_bench_seconds (began, times.first);
  return TRUE;
}

void
rf_bench_stream_stop (RfBenchStream *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_READY);
}

void
rf_bench_stream_get_times (RfBenchStream *self, RfBenchTimes *times)
{
  g_mutex_lock (&self->lock);
  *times = self->locked.times;
  g_mutex_unlock (&self->lock);
}

GstStructure *
rf_bench_stream_get_stats (RfBenchStream *self)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (self->source);
  GParamSpec *property = g_object_class_find_property (klass, "stats");
  GstStructure *stats = NULL;

  if (property != NULL && property->value_type == GST_TYPE_STRUCTURE)
    g_object_get (self->source, "stats", &stats, NULL);
  return stats;
}

guint
rf_bench_stream_get_max_threads (void)
{
  return MAX (max_threads, rf_bench_count_threads ());
}
