/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Checking costs more than receiving, so that it is asked for where time does not count. */

#include "rf-bench-content.h"

#include <gio/gio.h>

#include "rf-test-content.h"

#define CONTENT_VERSION 0

gboolean
rf_bench_content_check (
    const RfBenchContent *self, const guint8 *data, guint64 offset, gsize length, GError **error)
{
  guint64 period = self->image_size != 0 ? self->image_size : G_MAXUINT64;

  if (!self->verify)
    return TRUE;
  while (length > 0)
    {
      guint64 place = offset % period;
      gsize n = (gsize)MIN (length, period - place);

      if (!rf_test_content_check (CONTENT_VERSION, data, place, n, NULL))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "wrong content after byte %" G_GUINT64_FORMAT, offset);
          return FALSE;
        }
      data += n;
      offset += n;
      length -= n;
    }
  return TRUE;
}

GOptionGroup *
rf_bench_content_get_options (RfBenchContent *self)
{
  const GOptionEntry entries[] = {
    { "size", 0, 0, G_OPTION_ARG_INT64, &self->size, "Bytes of the object", "N" },
    { "image-size", 0, 0, G_OPTION_ARG_INT64, &self->image_size, "The content repeats after these",
      "N" },
    { "verify", 0, 0, G_OPTION_ARG_NONE, &self->verify, "Check each byte", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionGroup *group = g_option_group_new ("content", "", "", NULL, NULL);

  g_option_group_add_entries (group, entries);
  return group;
}
