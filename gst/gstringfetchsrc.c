/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ringfetchsrc
 * @title: ringfetchsrc
 *
 * Streams one large object from an HTTP server. Many ranged requests at a time fill the slots of a
 * ring of shared memory; the buffers pushed are these slots, without a copy, and a slot is filled
 * again when downstream lets its buffer go. While downstream holds all slots but two, buffers are copies.
 *
 * A buffer holds what has come of a slot, up to all of it: #GstRingFetchSrc:slot-size takes the place of
 * #GstBaseSrc:blocksize, which has no effect.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ringfetchsrc location=http://127.0.0.1:8080/object num-workers=8 ! fakesink
 * ]|
 * |[
 * gst-launch-1.0 ringfetchsrc location=http://127.0.0.1:8080/movie.mkv ! decodebin ! autovideosink
 * ]|
 *
 * Since: 0.1
 */

/* The element is thin: it turns properties into a reader, the reader's loans into buffers, and its
 * errors into messages. A state change never waits for the network: it sends the first request, and the
 * streaming thread waits for the answer with the first bytes. So unlock() ends every wait by one
 * cancellation, and a seek or a flush that comes before the answer is like any other. */

#include "gstringfetchsrc.h"

#include "gstringfetchallocator.h"
#include "gstringfetcherror.h"
#include "gstringfetchheaders.h"
#include "gstringfetchredirection.h"
#include "gstringfetchsettings.h"

GST_DEBUG_CATEGORY_STATIC (gst_ring_fetch_src_debug);
#define GST_CAT_DEFAULT gst_ring_fetch_src_debug

struct _GstRingFetchSrc
{
  GstBaseSrc parent_instance;

  /* Guarded by the object lock. */
  GstRingFetchSettings settings;
  RfReader *reader;          /* of the stream; NULL: there is none */
  char *location;            /* that it was made for */
  GCancellable *cancellable; /* replaced after each cancellation */

  /* Guarded by the stream lock. */
  guint64 position; /* of the reader: the offset of the next byte */

  /* Changed only between the states READY and PAUSED, and in NULL. */
  GstAllocator *allocator; /* keeps the ring from one stream to the next */
};

enum
{
  PROP_STATS = GST_RING_FETCH_FIRST_FREE_PROPERTY,
};

static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void gst_ring_fetch_src_uri_handler_init (gpointer iface, gpointer iface_data);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GstRingFetchSrc,
    gst_ring_fetch_src,
    GST_TYPE_BASE_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_ring_fetch_src_uri_handler_init);
    GST_DEBUG_CATEGORY_INIT (gst_ring_fetch_src_debug, "ringfetchsrc", 0, "RingFetch source"))

/* NONE: it takes http and https from other elements only where somebody asks for it. */
GST_ELEMENT_REGISTER_DEFINE (ringfetchsrc, "ringfetchsrc", GST_RANK_NONE, GST_TYPE_RING_FETCH_SRC)

/* The reader of the running stream, or NULL. */
static RfReader *
ref_reader (GstRingFetchSrc *self)
{
  RfReader *reader;

  GST_OBJECT_LOCK (self);
  reader = self->reader != NULL ? g_object_ref (self->reader) : NULL;
  GST_OBJECT_UNLOCK (self);
  return reader;
}

static GstStructure *
make_stats (GstRingFetchSrc *self)
{
  g_autoptr (RfReader) reader = ref_reader (self);
  g_autoptr (RfStats) stats = reader != NULL ? rf_reader_get_stats (reader) : g_new0 (RfStats, 1);

  return gst_structure_new (
      "ringfetchsrc-stats", "bytes", G_TYPE_UINT64, stats->bytes, "requests", G_TYPE_UINT64,
      stats->requests, "connections", G_TYPE_UINT64, stats->connections, "retries", G_TYPE_UINT64,
      stats->retries, "stalls", G_TYPE_UINT64, stats->stalls, "splits", G_TYPE_UINT64,
      stats->splits, "workers", G_TYPE_UINT, stats->workers, "part-size", G_TYPE_UINT64,
      stats->part_size, "slots-free", G_TYPE_UINT, stats->slots_free, "slots-filling", G_TYPE_UINT,
      stats->slots_filling, "slots-lent", G_TYPE_UINT, stats->slots_lent, "copied-buffers",
      G_TYPE_UINT64, stats->copied, "goodput", G_TYPE_UINT64, stats->goodput, NULL);
}

static void
gst_ring_fetch_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = gst_ring_fetch_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_ring_fetch_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (object);
  gboolean known;

  if (id == PROP_STATS)
    {
      g_value_take_boxed (value, make_stats (self));
      return;
    }
  GST_OBJECT_LOCK (self);
  known = gst_ring_fetch_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

/* Where a redirection of the running stream has led to, or NULL. */
static char *
dup_redirection (GstRingFetchSrc *self)
{
  g_autoptr (RfReader) reader = NULL;
  g_autofree char *location = NULL;

  GST_OBJECT_LOCK (self);
  if (self->reader != NULL)
    {
      reader = g_object_ref (self->reader);
      location = g_strdup (self->location);
    }
  GST_OBJECT_UNLOCK (self);
  return reader != NULL ? gst_ring_fetch_dup_redirection (reader, location) : NULL;
}

static void
post_error (GstRingFetchSrc *self, RfReader *reader, const GError *error)
{
  g_autofree char *redirection = dup_redirection (self);

  gst_ring_fetch_post_error (GST_ELEMENT (self), error, reader, redirection);
}

static GCancellable *
ref_cancellable (GstRingFetchSrc *self)
{
  GCancellable *cancellable;

  GST_OBJECT_LOCK (self);
  cancellable = g_object_ref (self->cancellable);
  GST_OBJECT_UNLOCK (self);
  return cancellable;
}

/* Ends the stream. Safe to call when there is none. */
static void
drop_reader (GstRingFetchSrc *self)
{
  RfReader *reader;

  GST_OBJECT_LOCK (self);
  reader = g_steal_pointer (&self->reader);
  g_clear_pointer (&self->location, g_free);
  GST_OBJECT_UNLOCK (self);
  if (reader != NULL)
    {
      rf_reader_close (reader);
      g_object_unref (reader);
    }
}

/* The name of the ring goes at once and can be had again: the memory itself may stay for long, as
 * buffers and requests that are being cancelled hold on to it. */
static void
drop_ring (GstRingFetchSrc *self)
{
  if (self->allocator == NULL)
    return;
  rf_ring_buffer_close (
      gst_ring_fetch_allocator_get_ring (GST_RING_FETCH_ALLOCATOR (self->allocator)));
  gst_clear_object (&self->allocator);
}

/* The allocator, and so the ring, of the stream before, unless a setting of it has changed. */
static gboolean
prepare_ring (GstRingFetchSrc *self, const RfOptions *options, gboolean is_stale, GError **error)
{
  g_autoptr (RfRingBuffer) ring = NULL;

  if (is_stale)
    drop_ring (self);
  if (self->allocator != NULL)
    return TRUE;
  ring = rf_ring_buffer_new_for_options (options, error);
  if (ring == NULL)
    return FALSE;
  self->allocator = gst_ring_fetch_allocator_new (ring);
  return TRUE;
}

/* A reader as the settings are now, and the location it is for. */
static RfReader *
new_reader (GstRingFetchSrc *self, char **location, GError **error)
{
  g_autoptr (RfOptions) options = NULL;
  g_autoptr (GstStructure) extra_headers = NULL;
  g_auto (GStrv) lines = NULL;
  RfReader *reader = NULL;
  gboolean is_stale;

  GST_OBJECT_LOCK (self);
  options = rf_options_copy (self->settings.options);
  *location = g_strdup (self->settings.location);
  if (self->settings.extra_headers != NULL)
    extra_headers = gst_structure_copy (self->settings.extra_headers);
  is_stale = self->settings.ring_is_stale;
  self->settings.ring_is_stale = FALSE;
  GST_OBJECT_UNLOCK (self);

  lines = gst_ring_fetch_headers_to_lines (extra_headers, error);
  if (lines != NULL)
    rf_options_set_extra_headers (options, (const char *const *)lines);
  if (lines != NULL && prepare_ring (self, options, is_stale, error))
    reader = rf_reader_new (
        NULL, *location, options,
        gst_ring_fetch_allocator_get_ring (GST_RING_FETCH_ALLOCATOR (self->allocator)), error);
  /* Nothing stays behind of a start that failed. */
  if (reader == NULL)
    drop_ring (self);
  return reader;
}

static gboolean
gst_ring_fetch_src_start (GstBaseSrc *base)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (base);
  g_autoptr (GError) error = NULL;
  g_autofree char *location = NULL;
  RfReader *reader = new_reader (self, &location, &error);

  /* FALSE, although the base class adds an error of its own: only then does the state change fail, and
   * an application that waits for the pipeline to preroll does not wait for ever. */
  if (reader == NULL)
    {
      post_error (self, NULL, error);
      return FALSE;
    }
  GST_OBJECT_LOCK (self);
  self->reader = reader;
  self->location = g_steal_pointer (&location);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_ring_fetch_src_stop (GstBaseSrc *base)
{
  g_autoptr (GstStructure) stats = make_stats (GST_RING_FETCH_SRC (base));

  GST_INFO_OBJECT (base, "stopped: %" GST_PTR_FORMAT, stats);
  drop_reader (GST_RING_FETCH_SRC (base));
  return TRUE;
}

/* Ends every wait. */
static gboolean
gst_ring_fetch_src_unlock (GstBaseSrc *base)
{
  g_autoptr (GCancellable) cancellable = ref_cancellable (GST_RING_FETCH_SRC (base));

  g_cancellable_cancel (cancellable);
  return TRUE;
}

static gboolean
gst_ring_fetch_src_unlock_stop (GstBaseSrc *base)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (base);
  GCancellable *old;

  GST_OBJECT_LOCK (self);
  old = self->cancellable;
  self->cancellable = g_cancellable_new ();
  GST_OBJECT_UNLOCK (self);
  g_object_unref (old);
  return TRUE;
}

static gboolean
gst_ring_fetch_src_get_size (GstBaseSrc *base, guint64 *size)
{
  g_autoptr (RfReader) reader = ref_reader (GST_RING_FETCH_SRC (base));

  return reader != NULL && rf_reader_get_size (reader, size);
}

static gboolean
is_pulling (GstBaseSrc *base)
{
  return GST_PAD_MODE (GST_BASE_SRC_PAD (base)) == GST_PAD_MODE_PULL;
}

/* Who has chosen to pull before anything is known of the resource finds out with the first pull. */
static gboolean
gst_ring_fetch_src_is_seekable (GstBaseSrc *base)
{
  g_autoptr (RfReader) reader = ref_reader (GST_RING_FETCH_SRC (base));

  if (reader == NULL)
    return FALSE;
  return rf_reader_is_open (reader) ? rf_reader_is_seekable (reader) : is_pulling (base);
}

/* The first one comes from the base class, when the stream starts: it begins with the request, and if it
 * is refused the start fails without a word. A later one that is refused leaves the stream as it is. */
static gboolean
gst_ring_fetch_src_do_seek (GstBaseSrc *base, GstSegment *segment)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (base);
  g_autoptr (RfReader) reader = ref_reader (self);
  g_autoptr (GError) error = NULL;

  if (reader == NULL)
    return FALSE;
  /* Not the start, which a seek may leave as it is. */
  if (rf_reader_seek (reader, segment->position, segment->stop, &error))
    {
      self->position = segment->position;
      return TRUE;
    }
  GST_WARNING_OBJECT (self, "no seek: %s", error->message);
  if (GST_OBJECT_FLAG_IS_SET (base, GST_BASE_SRC_FLAG_STARTING))
    post_error (self, reader, error);
  return FALSE;
}

/* Whether an event is a seek that cannot be. To be asked first: the base class asks when it has flushed,
 * and a stream that goes on after that lacks a segment. */
static gboolean
is_impossible_seek (GstRingFetchSrc *self, GstEvent *event)
{
  g_autoptr (RfReader) reader = ref_reader (self);
  double rate;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return FALSE;
  gst_event_parse_seek (event, &rate, NULL, NULL, NULL, NULL, NULL, NULL);
  if (rate > 0.0
      && (reader == NULL || !rf_reader_is_open (reader) || rf_reader_is_seekable (reader)))
    return FALSE;
  GST_WARNING_OBJECT (self, "refused, it goes backwards or there are no ranges: %" GST_PTR_FORMAT,
                      event);
  return TRUE;
}

/* From the application. */
static gboolean
gst_ring_fetch_src_send_event (GstElement *element, GstEvent *event)
{
  if (is_impossible_seek (GST_RING_FETCH_SRC (element), event))
    {
      gst_event_unref (event);
      return FALSE;
    }
  return GST_ELEMENT_CLASS (gst_ring_fetch_src_parent_class)->send_event (element, event);
}

/* From downstream. */
static gboolean
gst_ring_fetch_src_event (GstBaseSrc *base, GstEvent *event)
{
  return !is_impossible_seek (GST_RING_FETCH_SRC (base), event)
         && GST_BASE_SRC_CLASS (gst_ring_fetch_src_parent_class)->event (base, event);
}

/* The base class would start and stop the element to answer this where it is not running. Whether there
 * are ranges to pull is known only when the answer has come, long after downstream has had to choose;
 * and a mode once chosen stays: a demuxer that is told otherwise later would activate a running pad. */
static void
answer_scheduling (GstBaseSrc *base, GstQuery *query)
{
  GstSchedulingFlags flags = GST_SCHEDULING_FLAG_SEQUENTIAL | GST_SCHEDULING_FLAG_BANDWIDTH_LIMITED;

  if (gst_ring_fetch_src_is_seekable (base))
    flags |= GST_SCHEDULING_FLAG_SEEKABLE;
  gst_query_set_scheduling (query, flags, 1, -1, 0);
  gst_query_add_scheduling_mode (query, is_pulling (base) ? GST_PAD_MODE_PULL : GST_PAD_MODE_PUSH);
}

/* What is relative in a playlist is so to where it really came from. */
static void
add_redirection (GstBaseSrc *base, GstQuery *query)
{
  g_autofree char *redirection = dup_redirection (GST_RING_FETCH_SRC (base));

  if (redirection != NULL)
    gst_query_set_uri_redirection (query, redirection);
}

static gboolean
gst_ring_fetch_src_query (GstBaseSrc *base, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_SCHEDULING)
    {
      answer_scheduling (base, query);
      return TRUE;
    }
  if (!GST_BASE_SRC_CLASS (gst_ring_fetch_src_parent_class)->query (base, query))
    return FALSE;
  if (GST_QUERY_TYPE (query) == GST_QUERY_URI)
    add_redirection (base, query);
  return TRUE;
}

static GstMemory *
wrap_loan (GstRingFetchSrc *self, RfLoan *loan)
{
  gsize size;
  const guint8 *data;

  if (rf_loan_get_slot (loan) >= 0)
    return gst_ring_fetch_allocator_wrap (GST_RING_FETCH_ALLOCATOR (self->allocator), loan);
  data = rf_loan_get_data (loan, &size);
  return gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, (gpointer)data, size, 0, size, loan,
                                 (GDestroyNotify)rf_loan_unref);
}

/* Appends the next bytes, `max` at most, to a buffer. Appends nothing at the end. */
static GstFlowReturn
append_bytes (GstRingFetchSrc *self,
              RfReader *reader,
              GCancellable *cancellable,
              gsize max,
              GstBuffer *buffer)
{
  g_autoptr (GError) error = NULL;
  RfLoan *loan = rf_reader_read (reader, max, cancellable, &error);
  gsize size;

  if (loan == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
          || g_error_matches (error, RF_ERROR, RF_ERROR_CLOSED))
        return GST_FLOW_FLUSHING;
      post_error (self, reader, error);
      return GST_FLOW_ERROR;
    }
  rf_loan_get_data (loan, &size);
  if (size == 0)
    {
      rf_loan_unref (loan);
      return GST_FLOW_EOS;
    }
  gst_buffer_append_memory (buffer, wrap_loan (self, loan));
  return GST_FLOW_OK;
}

/* The size is known with the first bytes, when the base class has long asked for it. */
static void
update_duration (GstRingFetchSrc *self, RfReader *reader)
{
  GstSegment *segment = &GST_BASE_SRC (self)->segment;
  gboolean has_changed = FALSE;
  guint64 size;

  if (!rf_reader_get_size (reader, &size))
    return;
  GST_OBJECT_LOCK (self);
  if (segment->duration != size)
    {
      segment->duration = size;
      has_changed = TRUE;
    }
  GST_OBJECT_UNLOCK (self);
  if (has_changed)
    gst_element_post_message (GST_ELEMENT (self),
                              gst_message_new_duration_changed (GST_OBJECT (self)));
}

/* Has the reader go on at the offset that the base class wants next: anywhere in pull mode, and in push
 * mode where it is already, unless a flush has dropped a buffer. Where there are no ranges that one is
 * lost, as flushed data are, and `offset` becomes where the reader is. */
static gboolean
go_to (GstRingFetchSrc *self, RfReader *reader, guint64 *offset)
{
  GstBaseSrc *base = GST_BASE_SRC (self);
  gboolean pull = is_pulling (base);
  g_autoptr (GError) error = NULL;

  if (!pull && *offset == self->position)
    return TRUE;
  if (rf_reader_seek (reader, *offset, pull ? RF_SIZE_UNKNOWN : base->segment.stop, &error))
    {
      self->position = *offset;
      return TRUE;
    }
  if (!pull && g_error_matches (error, RF_ERROR, RF_ERROR_NOT_SEEKABLE))
    {
      *offset = self->position;
      return TRUE;
    }
  post_error (self, reader, error);
  return FALSE;
}

/* In push mode a buffer is what the reader lends; in pull mode it has the length asked for, made of
 * as many loans as that takes. */
static GstFlowReturn
gst_ring_fetch_src_create (GstBaseSrc *base, guint64 offset, guint length, GstBuffer **buffer)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (base);
  gboolean pull = is_pulling (base);
  g_autoptr (GCancellable) cancellable = ref_cancellable (self);
  g_autoptr (RfReader) reader = ref_reader (self);
  g_autoptr (GstBuffer) filled = gst_buffer_new ();
  GstFlowReturn result = GST_FLOW_OK;
  gsize size = 0;

  if (reader == NULL)
    return GST_FLOW_FLUSHING;
  if (!go_to (self, reader, &offset))
    return GST_FLOW_ERROR;
  while (result == GST_FLOW_OK && (pull ? size < length : size == 0))
    {
      result = append_bytes (self, reader, cancellable, pull ? length - size : G_MAXSSIZE, filled);
      size = gst_buffer_get_size (filled);
    }
  update_duration (self, reader);
  self->position += size;

  if (result == GST_FLOW_EOS && size > 0)
    result = GST_FLOW_OK;
  if (result != GST_FLOW_OK)
    return result;
  GST_BUFFER_OFFSET (filled) = offset;
  GST_BUFFER_OFFSET_END (filled) = offset + size;
  *buffer = g_steal_pointer (&filled);
  return GST_FLOW_OK;
}

static GstStateChangeReturn
gst_ring_fetch_src_change_state (GstElement *element, GstStateChange transition)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (element);
  GstStateChangeReturn result
      = GST_ELEMENT_CLASS (gst_ring_fetch_src_parent_class)->change_state (element, transition);

  /* The ring is kept from stream to stream, and let go of with the element's other resources. */
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    drop_ring (self);
  return result;
}

static void
gst_ring_fetch_src_finalize (GObject *object)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (object);

  drop_ring (self);
  g_clear_object (&self->cancellable);
  gst_ring_fetch_settings_clear (&self->settings);

  G_OBJECT_CLASS (gst_ring_fetch_src_parent_class)->finalize (object);
}

static void
gst_ring_fetch_src_class_init (GstRingFetchSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  object_class->set_property = gst_ring_fetch_src_set_property;
  object_class->get_property = gst_ring_fetch_src_get_property;
  object_class->finalize = gst_ring_fetch_src_finalize;
  gst_ring_fetch_settings_install (object_class);
  /**
   * GstRingFetchSrc:stats:
   *
   * What has been done since the stream began: body bytes received (bytes), requests, connections,
   * retries, those among them after a request that was given up because nothing came (stalls), the most
   * requests in flight (workers), slots by what they are (slots-free, slots-filling, slots-lent), buffers
   * that were copied out of the ring (copied-buffers), and bytes delivered a second since the start or the
   * last seek (goodput). All zero where there is no stream.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "What has been done so far", GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  element_class->change_state = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_change_state);
  element_class->send_event = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_send_event);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (
      element_class, "Parallel ranged HTTP source", "Source/Network",
      "Streams one large remote object by parallel ranged requests through a shared-memory ring",
      "The RingFetch authors");

  base_class->start = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_start);
  base_class->stop = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_stop);
  base_class->unlock = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_unlock);
  base_class->unlock_stop = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_unlock_stop);
  base_class->get_size = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_get_size);
  base_class->is_seekable = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_is_seekable);
  base_class->do_seek = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_do_seek);
  base_class->event = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_event);
  base_class->query = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_query);
  base_class->create = GST_DEBUG_FUNCPTR (gst_ring_fetch_src_create);
}

static void
gst_ring_fetch_src_init (GstRingFetchSrc *self)
{
  gst_ring_fetch_settings_init (&self->settings);
  self->cancellable = g_cancellable_new ();
  /* The reader knows the end, which may not be known before it has come. */
  gst_base_src_set_automatic_eos (GST_BASE_SRC (self), FALSE);
}

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const char *const *
uri_get_protocols (GType type)
{
  static const char *const protocols[] = { "http", "https", NULL };

  return protocols;
}

static char *
uri_get_uri (GstURIHandler *handler)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (handler);
  char *uri;

  GST_OBJECT_LOCK (self);
  uri = g_strdup (self->settings.location);
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static gboolean
uri_set_uri (GstURIHandler *handler, const char *uri, GError **error)
{
  GstRingFetchSrc *self = GST_RING_FETCH_SRC (handler);
  gboolean running;

  GST_OBJECT_LOCK (self);
  running = GST_STATE (self) >= GST_STATE_PAUSED;
  if (!running)
    gst_ring_fetch_settings_set_location (&self->settings, uri);
  GST_OBJECT_UNLOCK (self);
  if (running)
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                         "The location can be changed in the states NULL and READY only");
  return !running;
}

static void
gst_ring_fetch_src_uri_handler_init (gpointer iface, gpointer iface_data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = uri_get_type;
  handler->get_protocols = uri_get_protocols;
  handler->get_uri = uri_get_uri;
  handler->set_uri = uri_set_uri;
}
