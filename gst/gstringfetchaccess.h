/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Those of the settings that say what the requests have in them, who asks and by which way, and whom
 * to trust. Only gstringfetchsettings.c calls these. */

#pragma once

#include "gstringfetchsettings.h"

G_BEGIN_DECLS

void gst_ring_fetch_access_install (GObjectClass *klass);

/* FALSE: this is no property of the access. */
gboolean gst_ring_fetch_access_set (GstRingFetchSettings *self, guint id, const GValue *value);
gboolean gst_ring_fetch_access_get (const GstRingFetchSettings *self, guint id, GValue *value);

G_END_DECLS
