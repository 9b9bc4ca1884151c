/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locations come from users and redirects. One that is accepted must be safe to put into a request
 * line, and its display form safe to put into a log. */

#include "rf-location-private.h"

#include "rf-error.h"

#include <string.h>

#include "rf-fuzz.h"

static void
check_characters (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) || *c == ' ' || *c == '#')
      g_error ("character %u in \"%s\"", (guint)(guchar)*c, text);
}

/* What is behind "http://" or "https://". */
static const char *
get_authority (const char *uri)
{
  gsize scheme = strcspn (uri, ":");

  g_assert_true ((scheme == 4 && g_ascii_strncasecmp (uri, "http", scheme) == 0)
                 || (scheme == 5 && g_ascii_strncasecmp (uri, "https", scheme) == 0));
  g_assert_true (g_str_has_prefix (uri + scheme, "://"));
  return uri + scheme + strlen ("://");
}

static void
check_display (const char *display)
{
  const char *authority = get_authority (display);
  const char *query = strchr (display, '?');

  check_characters (display);
  if (memchr (authority, '@', strcspn (authority, "/?")) != NULL)
    g_error ("\"%s\" shows a user", display);
  if (query != NULL)
    g_assert_cmpstr (query, ==, "?…");
}

/* What is requested is a location as well, and no other one. */
static void
check_uri (const char *uri)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RfLocation) again = rf_location_new (uri, &error);

  check_characters (uri);
  get_authority (uri);
  if (again == NULL)
    g_error ("\"%s\" is refused: %s", uri, error->message);
  g_assert_cmpstr (rf_location_get_uri (again), ==, uri);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RfLocation) location = rf_location_new (text, &error);

  if (location == NULL)
    {
      g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_LOCATION);
      g_assert_cmpstr (error->message, !=, "");
      return 0;
    }
  g_assert_no_error (error);
  check_uri (rf_location_get_uri (location));
  check_display (rf_location_get_display (location));
  return 0;
}
