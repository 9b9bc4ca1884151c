/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-object.h"

RfTestObject
rf_test_object_get (const RfTestServerConfig *config, guint64 number)
{
  gboolean changed = config->change_from != 0 && number >= config->change_from;
  RfTestObject object = {
    .version = changed ? config->changed_version : config->version,
    .last_modified = changed ? config->changed_last_modified : config->last_modified,
    .fields = changed ? config->changed_fields : config->fields,
  };

  if (!config->no_etag)
    g_snprintf (object.etag, sizeof object.etag, "\"v%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "\"",
                object.version, config->size);
  return object;
}
