/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an application sets of the element: its properties but for the read-only ones. */

#pragma once

#include <gst/gst.h>
#include <ringfetch.h>

G_BEGIN_DECLS

/* Not thread-safe: the element guards it by its object lock. */
typedef struct
{
  char *location;
  GstStructure
      *extra_headers; /* as they were set: what is wrong with them is for the start to say */
  RfOptions *options; /* but for the extra headers */
  gboolean
      ring_is_stale; /* a setting that the ring depends on has changed since this was cleared */
} GstRingFetchSettings;

/* Ids of properties. Up to here, they are in gstringfetchsettings.c; then in gstringfetchaccess.c. */
#define GST_RING_FETCH_FIRST_ACCESS_PROPERTY 13

/* Ids of properties from here on are free. */
#define GST_RING_FETCH_FIRST_FREE_PROPERTY 27

void gst_ring_fetch_settings_init (GstRingFetchSettings *self);
void gst_ring_fetch_settings_clear (GstRingFetchSettings *self);

void gst_ring_fetch_settings_install (GObjectClass *klass);

/* FALSE: this is no property of the settings. */
gboolean gst_ring_fetch_settings_set (GstRingFetchSettings *self, guint id, const GValue *value);
gboolean gst_ring_fetch_settings_get (const GstRingFetchSettings *self, guint id, GValue *value);

void gst_ring_fetch_settings_set_location (GstRingFetchSettings *self, const char *location);

G_END_DECLS
