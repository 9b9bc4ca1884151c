/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstringfetchredirection.h"

#include <string.h>

/* A reader knows its location without the fragment and with the scheme in small letters. */
static gboolean
is_location (const char *uri, const char *location)
{
  gsize length = strcspn (location, "#");
  gsize scheme = MIN (strcspn (location, ":"), length);

  return strlen (uri) == length && g_ascii_strncasecmp (uri, location, scheme) == 0
         && memcmp (uri + scheme, location + scheme, length - scheme) == 0;
}

char *
gst_ring_fetch_dup_redirection (RfReader *reader, const char *location)
{
  g_autofree char *uri = rf_reader_dup_uri (reader);

  if (uri == NULL || is_location (uri, location))
    return NULL;
  return g_steal_pointer (&uri);
}
