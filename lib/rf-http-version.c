/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Registered by hand, for the nicks: bindings make names of them, which cannot begin with a digit. */

#include "rf-http-version.h"

GType
rf_http_version_get_type (void)
{
  static const GEnumValue values[] = {
    { RF_HTTP_VERSION_1_1, "RF_HTTP_VERSION_1_1", "http-1-1" },
    { RF_HTTP_VERSION_2, "RF_HTTP_VERSION_2", "http-2" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("RfHttpVersion", values));
  return type;
}
