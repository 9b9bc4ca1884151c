/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Apart from the element, so that a new setting is one entry in each list here and nothing there. */

#include "gstringfetchsettings.h"

#include "gstringfetchaccess.h"

enum
{
  PROP_0,
  PROP_LOCATION,
  PROP_NUM_WORKERS,
  PROP_NUM_SLOTS,
  PROP_SLOT_SIZE,
  PROP_SHM_NAME,
  PROP_MAX_BANDWIDTH,
  PROP_TIMEOUT,
  PROP_RETRIES,
  PROP_RETRY_BACKOFF_FACTOR,
  PROP_RETRY_BACKOFF_MAX,
  PROP_AUTOMATIC_REDIRECT,
  PROP_MAX_REDIRECT,
  PROP_LAST,
};

G_STATIC_ASSERT (PROP_LAST == GST_RING_FETCH_FIRST_ACCESS_PROPERTY);

void
gst_ring_fetch_settings_init (GstRingFetchSettings *self)
{
  *self = (GstRingFetchSettings){ .options = rf_options_new () };
}

void
gst_ring_fetch_settings_clear (GstRingFetchSettings *self)
{
  g_clear_pointer (&self->location, g_free);
  gst_clear_structure (&self->extra_headers);
  g_clear_pointer (&self->options, rf_options_free);
}

void
gst_ring_fetch_settings_install (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  /**
   * GstRingFetchSrc:location:
   *
   * The URI of the object, http or https. It is requested as it is written. It reads back without user,
   * password and query, because whoever draws or prints a pipeline shows it; gst_uri_handler_get_uri()
   * has it whole.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_LOCATION,
      g_param_spec_string (
          "location", "Location",
          "URI of the object to read (reads back without user, password and query)", NULL, flags));
  /**
   * GstRingFetchSrc:num-workers:
   *
   * How many bodies may come at a time, 1 to 256, each on a connection of its own; up to as many connections
   * more wait for the next answer. 0 lets the library choose: as many as pay, up to 64.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_NUM_WORKERS,
      g_param_spec_uint ("num-workers", "Number of workers",
                         "Bodies that may come at a time, 1 to 256 (0 = automatic)", 0, G_MAXUINT,
                         0, flags));
  /**
   * GstRingFetchSrc:num-slots:
   *
   * The number of slots of the ring; 0 lets the library choose, for a ring of 256 MiB at most. Two slots
   * are always kept for fetching: while downstream holds all others, buffers are copies.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_NUM_SLOTS,
                                   g_param_spec_uint ("num-slots", "Number of slots",
                                                      "Slots of the ring (0 = automatic)", 0,
                                                      G_MAXUINT, 0, flags));
  /**
   * GstRingFetchSrc:slot-size:
   *
   * The size of a slot in bytes, 4096 at least, which is also the most that one request asks for and that
   * a buffer holds; 0 lets the library choose, and ask for less where that is better.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_SLOT_SIZE,
      g_param_spec_uint64 ("slot-size", "Slot size",
                           "Bytes of a slot, 4096 at least (0 = automatic)", 0, G_MAXUINT64, 0,
                           flags));
  /**
   * GstRingFetchSrc:shm-name:
   *
   * The name of a POSIX shared-memory object to make for the ring, to which other processes can attach;
   * %NULL for anonymous memory. The name is removed with the state NULL.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_SHM_NAME,
      g_param_spec_string ("shm-name", "Shared-memory name",
                           "Name of a POSIX shared-memory object to make for the ring "
                           "(NULL = anonymous memory)",
                           NULL, flags));
  /**
   * GstRingFetchSrc:max-bandwidth:
   *
   * The most bytes a second that all requests of the element together ask for, 1024 at least; 0 for no
   * limit. Bytes of the object are counted, not heads of messages. No more than a quarter of a second's worth
   * is asked for at once, also after a pause; of a slow stream up to 16 KiB more, as one request is for that
   * much.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_MAX_BANDWIDTH,
      g_param_spec_uint64 ("max-bandwidth", "Maximum bandwidth",
                           "Most bytes to ask for in a second, 1024 at least (0 = no limit)", 0,
                           G_MAXUINT64, 0, flags));
  /**
   * GstRingFetchSrc:timeout:
   *
   * The longest time to wait without one byte arriving, in seconds; 0 for no limit. The whole transfer may
   * take as long as it takes.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_TIMEOUT,
      g_param_spec_uint ("timeout", "Timeout",
                         "Longest time without any byte, in seconds (0 = no limit)", 0, G_MAXUINT,
                         15, flags));
  /**
   * GstRingFetchSrc:retries:
   *
   * How many requests for a part may fail one after another without a new byte before the stream fails;
   * 0 to repeat none, -1 for no limit. Requests that are abandoned because nothing comes do not count, and
   * those that cannot reach a server which has answered before: #GstRingFetchSrc:timeout bounds both.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_RETRIES,
      g_param_spec_int ("retries", "Retries",
                        "Requests for a part that may fail in a row without a new byte "
                        "(0 = none, -1 = no limit)",
                        -1, G_MAXINT, 8, flags));
  /**
   * GstRingFetchSrc:retry-backoff-factor:
   *
   * The wait before the n-th repetition in a row is random, between 0 and this times 2^(n-1) seconds; 0 to
   * repeat at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_RETRY_BACKOFF_FACTOR,
      g_param_spec_double (
          "retry-backoff-factor", "Retry backoff factor",
          "Bound of the wait before the first repetition, in seconds; it doubles with each", 0.0,
          G_MAXDOUBLE, 0.1, flags));
  /**
   * GstRingFetchSrc:retry-backoff-max:
   *
   * The longest wait before a repetition, in seconds, and never more than a third of
   * #GstRingFetchSrc:timeout. What a server asks for by Retry-After is waited for in any case, unless it is
   * longer than the timeout, which is an error at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_RETRY_BACKOFF_MAX,
      g_param_spec_double ("retry-backoff-max", "Retry backoff maximum",
                           "Longest wait before a repetition, in seconds", 0.0, G_MAXDOUBLE, 10.0,
                           flags));
  /**
   * GstRingFetchSrc:automatic-redirect:
   *
   * Whether to follow redirections. %FALSE: one is the end of the stream, without data; the URI query tells
   * where it leads.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_AUTOMATIC_REDIRECT,
      g_param_spec_boolean ("automatic-redirect", "Automatic redirection",
                            "Follow redirections (FALSE = end the stream)", TRUE, flags));
  /**
   * GstRingFetchSrc:max-redirect:
   *
   * How many redirections in a row to follow before the stream fails; -1 for no limit. A location that comes
   * up a second time is an error in any case.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_MAX_REDIRECT,
      g_param_spec_int ("max-redirect", "Maximum of redirections",
                        "Redirections in a row to follow (-1 = no limit)", -1, G_MAXINT, 10,
                        flags));
  gst_ring_fetch_access_install (klass);
}

gboolean
gst_ring_fetch_settings_set (GstRingFetchSettings *self, guint id, const GValue *value)
{
  switch (id)
    {
    case PROP_LOCATION:
      gst_ring_fetch_settings_set_location (self, g_value_get_string (value));
      break;
    case PROP_NUM_WORKERS:
      rf_options_set_num_workers (self->options, g_value_get_uint (value));
      self->ring_is_stale = TRUE;
      break;
    case PROP_NUM_SLOTS:
      rf_options_set_num_slots (self->options, g_value_get_uint (value));
      self->ring_is_stale = TRUE;
      break;
    case PROP_SLOT_SIZE:
      rf_options_set_slot_size (self->options, g_value_get_uint64 (value));
      self->ring_is_stale = TRUE;
      break;
    case PROP_SHM_NAME:
      rf_options_set_shm_name (self->options, g_value_get_string (value));
      self->ring_is_stale = TRUE;
      break;
    case PROP_MAX_BANDWIDTH:
      rf_options_set_max_bandwidth (self->options, g_value_get_uint64 (value));
      break;
    case PROP_TIMEOUT:
      rf_options_set_timeout (self->options, g_value_get_uint (value));
      break;
    case PROP_RETRIES:
      rf_options_set_retries (self->options, g_value_get_int (value));
      break;
    case PROP_RETRY_BACKOFF_FACTOR:
      rf_options_set_retry_backoff_factor (self->options, g_value_get_double (value));
      break;
    case PROP_RETRY_BACKOFF_MAX:
      rf_options_set_retry_backoff_max (self->options, g_value_get_double (value));
      break;
    case PROP_AUTOMATIC_REDIRECT:
      rf_options_set_automatic_redirect (self->options, g_value_get_boolean (value));
      break;
    case PROP_MAX_REDIRECT:
      rf_options_set_max_redirect (self->options, g_value_get_int (value));
      break;
    default:
      return gst_ring_fetch_access_set (self, id, value);
    }
  return TRUE;
}

gboolean
gst_ring_fetch_settings_get (const GstRingFetchSettings *self, guint id, GValue *value)
{
  switch (id)
    {
    case PROP_LOCATION:
      g_value_take_string (value, rf_uri_redact (self->location));
      break;
    case PROP_NUM_WORKERS:
      g_value_set_uint (value, rf_options_get_num_workers (self->options));
      break;
    case PROP_NUM_SLOTS:
      g_value_set_uint (value, rf_options_get_num_slots (self->options));
      break;
    case PROP_SLOT_SIZE:
      g_value_set_uint64 (value, rf_options_get_slot_size (self->options));
      break;
    case PROP_SHM_NAME:
      g_value_set_string (value, rf_options_get_shm_name (self->options));
      break;
    case PROP_MAX_BANDWIDTH:
      g_value_set_uint64 (value, rf_options_get_max_bandwidth (self->options));
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, rf_options_get_timeout (self->options));
      break;
    case PROP_RETRIES:
      g_value_set_int (value, rf_options_get_retries (self->options));
      break;
    case PROP_RETRY_BACKOFF_FACTOR:
      g_value_set_double (value, rf_options_get_retry_backoff_factor (self->options));
      break;
    case PROP_RETRY_BACKOFF_MAX:
      g_value_set_double (value, rf_options_get_retry_backoff_max (self->options));
      break;
    case PROP_AUTOMATIC_REDIRECT:
      g_value_set_boolean (value, rf_options_get_automatic_redirect (self->options));
      break;
    case PROP_MAX_REDIRECT:
      g_value_set_int (value, rf_options_get_max_redirect (self->options));
      break;
    default:
      return gst_ring_fetch_access_get (self, id, value);
    }
  return TRUE;
}

void
gst_ring_fetch_settings_set_location (GstRingFetchSettings *self, const char *location)
{
  char *copy = g_strdup (location);

  g_free (self->location);
  self->location = copy;
}
