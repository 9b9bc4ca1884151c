/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a run is to receive. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 size;       /* of the object */
  guint64 image_size; /* the content repeats after so many bytes; 0: it does not */
  gboolean verify;    /* check each byte */
} RfBenchContent;

/* Whether the @length bytes at @data are those at @offset of the object, as far as that is to be
 * checked. Pure; any thread. */
gboolean rf_bench_content_check (
    const RfBenchContent *self, const guint8 *data, guint64 offset, gsize length, GError **error);

/* The command-line options "size", "image-size" and "verify", which fill @self. (transfer full) */
GOptionGroup *rf_bench_content_get_options (RfBenchContent *self);

G_END_DECLS
