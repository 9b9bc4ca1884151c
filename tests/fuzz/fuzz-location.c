/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locations come from users and redirects. One that is accepted must be safe to put into a request
 * line, and its display form safe to put into a log; and no redirection may carry the user's
 * credentials to another server.
 *
 * The first text of an input is the location, the others are references that redirections give, one
 * after another. */

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

/* It is shown in messages. Seeds have this word where a user, password or query is. */
static void
check_error (const GError *error, RfError code)
{
  g_assert_error (error, RF_ERROR, (int)code);
  g_assert_cmpstr (error->message, !=, "");
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strstr (error->message, "secret"));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_false (g_ascii_iscntrl (*c));
}

/* The forms of one location: they differ in user, password and query only. */
static void
check_forms (const RfLocation *location)
{
  const char *uri = rf_location_get_uri (location);
  const char *bare = rf_location_get_bare_uri (location);
  const char *display = rf_location_get_display (location);
  const char *authority = get_authority (bare);
  gsize shown = strcspn (bare, "?");
  gsize scheme = (gsize)(authority - bare);

  check_uri (uri);
  if (strcmp (uri, bare) != 0)
    check_uri (bare);
  check_display (display);
  g_assert_true (strncmp (uri, bare, scheme) == 0 && g_str_has_suffix (uri, authority));
  g_assert_cmpint (strcmp (uri, bare) != 0, ==, rf_location_get_user (location) != NULL);
  g_assert_true (rf_location_get_user (location) != NULL
                 || rf_location_get_password (location) == NULL);
  g_assert_null (memchr (authority, '@', strcspn (authority, "/?")));
  g_assert_true (strncmp (display, bare, shown) == 0);
  g_assert_cmpstr (display + shown, ==, bare[shown] == '?' ? "?…" : "");
  g_assert_true (rf_location_trusts (location, location));
}

/* "host:port" of a location, in one form, and whether it is an encrypted one. */
static char *
get_server (const RfLocation *location, gboolean *is_encrypted)
{
  const char *bare = rf_location_get_bare_uri (location);
  const char *authority = get_authority (bare);
  gsize length = strcspn (authority, "/?");
  g_autofree char *host = g_ascii_strdown (authority, (gssize)length);
  char *colon = strrchr (host, ':');
  guint64 port;

  *is_encrypted = g_ascii_strncasecmp (bare, "https", 5) == 0;
  port = *is_encrypted ? 443 : 80;
  if (colon != NULL && strchr (colon, ']') == NULL)
    {
      if (colon[1] != '\0')
        port = g_ascii_strtoull (colon + 1, NULL, 10);
      *colon = '\0';
    }
  return g_strdup_printf ("%s:%" G_GUINT64_FORMAT, host, port);
}

/* The rule, once more: the same server, or on the usual ports its encrypted side. */
static gboolean
is_for (const RfLocation *origin, const RfLocation *other)
{
  gboolean is_encrypted, other_is_encrypted;
  g_autofree char *server = get_server (origin, &is_encrypted);
  g_autofree char *other_server = get_server (other, &other_is_encrypted);

  if (is_encrypted == other_is_encrypted)
    return strcmp (server, other_server) == 0;
  return other_is_encrypted && g_str_has_suffix (server, ":80")
         && g_str_has_suffix (other_server, ":443")
         && strlen (server) - strlen (":80") == strlen (other_server) - strlen (":443")
         && strncmp (server, other_server, strlen (server) - strlen ("80")) == 0;
}

/* More find nothing new, and take the time that other inputs need. */
#define MAX_REFERENCES 4

/* A redirection has led from one location to the next one. */
static void
check_followed (const RfLocation *from,
                const char *reference,
                const RfLocation *origin,
                const RfLocation *next)
{
  gboolean is_trusted = rf_location_trusts (origin, next);
  g_autoptr (RfLocation) again = NULL;

  check_forms (next);
  g_assert_cmpint (is_trusted, ==, is_for (origin, next));
  /* The reference may have a user of its own. */
  if (strchr (reference, '@') == NULL)
    {
      g_assert_cmpstr (rf_location_get_user (next), ==,
                       is_trusted ? rf_location_get_user (origin) : NULL);
      g_assert_cmpstr (rf_location_get_password (next), ==,
                       is_trusted ? rf_location_get_password (origin) : NULL);
    }
  /* Written in full, it leads to the same place, from wherever. */
  again = rf_location_follow (from, rf_location_get_uri (next), origin, NULL);
  g_assert_cmpstr (rf_location_get_uri (again), ==, rf_location_get_uri (next));
}

static void
follow_all (RfLocation *origin, char **references)
{
  g_autoptr (RfLocation) current = rf_location_ref (origin);

  for (guint i = 0; i < MAX_REFERENCES && references[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      RfLocation *next = rf_location_follow (current, references[i], origin, &error);

      if (next == NULL)
        {
          check_error (error, RF_ERROR_PROTOCOL);
          continue;
        }
      g_assert_no_error (error);
      check_followed (current, references[i], origin, next);
      rf_location_unref (current);
      current = next;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (GStrv) texts = rf_fuzz_split (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RfLocation) origin = rf_location_new (texts[0], &error);

  if (origin == NULL)
    {
      check_error (error, RF_ERROR_INVALID_LOCATION);
      return 0;
    }
  g_assert_no_error (error);
  check_forms (origin);
  follow_all (origin, texts + 1);
  return 0;
}
