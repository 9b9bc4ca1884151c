/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A location is checked where it is set, so that a bad one is an error at once and not a surprise of
 * the HTTP library, and so that nothing secret in it can reach a message: messages use the display
 * form only.
 *
 * What is requested is the text as it was given. A presigned URI is signed as it is written, so nothing
 * may be decoded, encoded or simplified in it; and whatever parsers could disagree about, in the part
 * that says which host gets a password, is refused. */

#include "rf-location-private.h"

#include "rf-error.h"

#include <string.h>

struct _RfLocation
{
  gatomicrefcount references;
  char *uri;
  gsize host_at; /* where in it the host begins */
  char *display;
};

static gboolean
check_characters (const char *text, GError **error)
{
  for (const char *c = text; *c != '\0'; c++)
    {
      if (g_ascii_isgraph (*c))
        continue;
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_LOCATION,
                   "The location has a character (code %u at byte %u) that a URI cannot have; "
                   "write it percent-encoded",
                   (guint)(guchar)*c, (guint)(c - text));
      return FALSE;
    }
  return TRUE;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, RF_ERROR, RF_ERROR_INVALID_LOCATION, message);
  return FALSE;
}

/* Checks what stands before the path: [user[:password]@]host[:port]. */
static gboolean
check_authority (const char *authority, gsize length, gsize *host_at, GError **error)
{
  const char *at = memchr (authority, '@', length);
  const char *host = at != NULL ? at + 1 : authority;
  const char *end = authority + length;

  if (memchr (host, '@', (gsize)(end - host)) != NULL)
    return refuse (error,
                   "The location has a second @ before its path; write one that belongs to a "
                   "user name or password as %40");
  if (memchr (authority, '\\', length) != NULL)
    return refuse (error, "The location has a backslash before its path; write it as %5C or /");
  *host_at = (gsize)(host - authority);
  if (host < end && *host == '[')
    return TRUE;
  for (; host < end && *host != ':'; host++)
    if (!g_ascii_isalnum (*host) && strchr ("-._~", *host) == NULL)
      return refuse (error, "The host of the location has a character that a host cannot have");
  return TRUE;
}

RfLocation *
rf_location_new (const char *text, GError **error)
{
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  const char *rest, *path;
  gsize authority, host_at, path_length;
  RfLocation *self;

  if (text == NULL || *text == '\0')
    {
      refuse (error, "No location is set; set it to a URI such as http://host/path");
      return NULL;
    }
  if (!check_characters (text, error))
    return NULL;

  /* The parser's own messages may quote the text, which may hold a password: they are not shown. */
  if (!g_uri_split_network (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, &scheme,
                            &host, NULL, NULL)
      || (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0) || *host == '\0')
    {
      refuse (error, "The location is not an absolute http:// or https:// URI with a host");
      return NULL;
    }

  rest = strstr (text, "://") + 3;
  authority = strcspn (rest, "/?#");
  path = rest + authority;
  path_length = strcspn (path, "?#");
  if (!check_authority (rest, authority, &host_at, error))
    return NULL;

  self = g_new0 (RfLocation, 1);
  g_atomic_ref_count_init (&self->references);
  self->uri = g_strdup_printf ("%s://%.*s", scheme, (int)strcspn (rest, "#"), rest);
  self->host_at = strlen (scheme) + strlen ("://") + host_at;
  self->display = g_strdup_printf ("%s://%.*s%s", scheme, (int)(authority + path_length - host_at),
                                   rest + host_at, path[path_length] == '?' ? "?…" : "");
  return self;
}

RfLocation *
rf_location_ref (RfLocation *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rf_location_unref (RfLocation *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->uri);
  g_free (self->display);
  g_free (self);
}

const char *
rf_location_get_uri (const RfLocation *self)
{
  return self->uri;
}

const char *
rf_location_get_display (const RfLocation *self)
{
  return self->display;
}

static gboolean
is_same_server (const char *uri, const char *other)
{
  g_autofree char *scheme = NULL;
  g_autofree char *other_scheme = NULL;
  g_autofree char *host = NULL;
  g_autofree char *other_host = NULL;
  int port, other_port;

  return g_uri_split_network (uri, G_URI_FLAGS_SCHEME_NORMALIZE, &scheme, &host, &port, NULL)
         && g_uri_split_network (other, G_URI_FLAGS_SCHEME_NORMALIZE, &other_scheme, &other_host,
                                 &other_port, NULL)
         && strcmp (scheme, other_scheme) == 0 && g_ascii_strcasecmp (host, other_host) == 0
         && port == other_port;
}

char *
rf_location_resolve (const RfLocation *self, const char *effective_uri)
{
  const char *user = strstr (self->uri, "://") + 3;
  gsize user_length = self->host_at - (gsize)(user - self->uri);
  const char *rest = strstr (effective_uri, "://");

  if (user_length == 0 || rest == NULL || memchr (rest, '@', strcspn (rest + 3, "/?#") + 3) != NULL
      || !is_same_server (self->uri, effective_uri))
    return g_strdup (effective_uri);
  rest += 3;
  return g_strdup_printf ("%.*s%.*s%s", (int)(rest - effective_uri), effective_uri,
                          (int)user_length, user, rest);
}

char *
rf_location_split (const char *uri, char **user, char **password)
{
  const char *authority = strstr (uri, "://") + 3;
  const char *at = g_strrstr_len (authority, (gssize)strcspn (authority, "/?#"), "@");
  const char *colon = at != NULL ? memchr (authority, ':', (gsize)(at - authority)) : NULL;
  g_autofree char *scheme = g_strndup (uri, (gsize)(authority - uri));

  *user = *password = NULL;
  if (at == NULL)
    return g_strdup (uri);
  *user = g_uri_unescape_segment (authority, colon != NULL ? colon : at, NULL);
  if (colon != NULL)
    *password = g_uri_unescape_segment (colon + 1, at, NULL);
  return g_strconcat (scheme, at + 1, NULL);
}
