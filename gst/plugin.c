/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The plugin: one element. */

#include "gstringfetchsrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (ringfetchsrc, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR,
                   GST_VERSION_MINOR,
                   ringfetch,
                   "One large remote object by parallel ranged requests",
                   plugin_init,
                   PACKAGE_VERSION,
                   "LGPL",
                   "RingFetch",
                   "Unknown package origin")
