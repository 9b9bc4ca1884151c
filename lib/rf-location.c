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
#include "rf-uri.h"

#include <string.h>

#define HTTP_PORT 80
#define HTTPS_PORT 443

struct _RfLocation
{
  gatomicrefcount references;
  char *uri;
  char *bare; /* the same without user and password */
  char *user;
  char *password;
  char *host; /* in small letters */
  int port;
  gboolean is_encrypted;
  char *server;
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

/* Checks what stands before the path, [user[:password]@]host[:port], and tells where the host begins. */
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

/* Decodes a user or password. FALSE: it would be another one in a header, or none. */
static gboolean
decode (const char *start, const char *end, char **out, GError **error)
{
  gboolean is_plain;

  *out = g_uri_unescape_segment (start, end, NULL);
  is_plain = *out != NULL;
  for (const char *c = *out; is_plain && *c != '\0'; c++)
    is_plain = !g_ascii_iscntrl (*c);
  return is_plain
         || refuse (error,
                    "The user or password of the location has an encoded control character, or a % "
                    "that does not encode one; write a % as %25");
}

/* Takes user and password from what stands before the host, "user[:password]@" or nothing. */
static gboolean
take_user (RfLocation *self, const char *text, gsize length, GError **error)
{
  const char *end = text + length - 1;
  const char *colon;

  if (length == 0)
    return TRUE;
  colon = memchr (text, ':', length);
  return decode (text, colon != NULL ? colon : end, &self->user, error)
         && (colon == NULL || decode (colon + 1, end, &self->password, error));
}

RfLocation *
rf_location_new (const char *text, GError **error)
{
  g_autoptr (RfLocation) self = NULL;
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  const char *rest;
  gsize authority, host_at, rest_length;
  int port;

  if (text == NULL || *text == '\0')
    {
      refuse (error, "No location is set; set it to a URI such as http://host/path");
      return NULL;
    }
  if (!check_characters (text, error))
    return NULL;

  /* The parser's own messages may quote the text, which may hold a password: they are not shown. */
  if (!g_uri_split_network (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, &scheme,
                            &host, &port, NULL)
      || (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0) || *host == '\0')
    {
      refuse (error, "The location is not an absolute http:// or https:// URI with a host");
      return NULL;
    }

  rest = strstr (text, "://") + 3;
  rest_length = strcspn (rest, "#");
  authority = strcspn (rest, "/?#");
  if (!check_authority (rest, authority, &host_at, error))
    return NULL;

  self = g_new0 (RfLocation, 1);
  g_atomic_ref_count_init (&self->references);
  if (!take_user (self, rest, host_at, error))
    return NULL;
  self->uri = g_strdup_printf ("%s://%.*s", scheme, (int)rest_length, rest);
  self->bare = g_strdup_printf ("%s://%.*s", scheme, (int)(rest_length - host_at), rest + host_at);
  self->host = g_ascii_strdown (host, -1);
  self->port = port;
  self->is_encrypted = strcmp (scheme, "https") == 0;
  self->server = g_strdup_printf ("%s://%s:%d", scheme, self->host, port);
  self->display = rf_uri_redact (self->uri);
  return g_steal_pointer (&self);
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
  g_free (self->bare);
  g_free (self->user);
  g_free (self->password);
  g_free (self->host);
  g_free (self->server);
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

const char *
rf_location_get_bare_uri (const RfLocation *self)
{
  return self->bare;
}

const char *
rf_location_get_user (const RfLocation *self)
{
  return self->user;
}

const char *
rf_location_get_password (const RfLocation *self)
{
  return self->password;
}

const char *
rf_location_get_server (const RfLocation *self)
{
  return self->server;
}

gboolean
rf_location_is_encrypted (const RfLocation *self)
{
  return self->is_encrypted;
}

gboolean
rf_location_trusts (const RfLocation *self, const RfLocation *other)
{
  if (strcmp (self->host, other->host) != 0)
    return FALSE;
  if (self->is_encrypted == other->is_encrypted)
    return self->port == other->port;
  return other->is_encrypted && self->port == HTTP_PORT && other->port == HTTPS_PORT;
}

/* Servers write spaces and letters beyond ASCII into a Location as they are; everybody encodes them. */
static char *
encode_reference (const char *reference)
{
  GString *encoded = g_string_new (NULL);

  for (const char *c = reference; *c != '\0'; c++)
    if (*c == ' ' || (guchar)*c >= 0x80)
      g_string_append_printf (encoded, "%%%02X", (guint)(guchar)*c);
    else
      g_string_append_c (encoded, *c);
  return g_string_free (encoded, FALSE);
}

/* The URI that a reference stands for. The forms that servers use are kept letter for letter: what GLib
 * makes of a path without its dots may be another one than that which has been signed. */
static char *
resolve (const RfLocation *self, const char *reference)
{
  const char *authority = strstr (self->bare, "://") + 3;
  gsize scheme_length = (gsize)(authority - self->bare) - strlen ("//");
  g_autofree char *scheme = NULL;

  if (g_str_has_prefix (reference, "//"))
    return g_strdup_printf ("%.*s%s", (int)scheme_length, self->bare, reference);
  if (*reference == '/')
    return g_strdup_printf ("%.*s%s",
                            (int)((gsize)(authority - self->bare) + strcspn (authority, "/?")),
                            self->bare, reference);
  if (*reference == '?')
    return g_strdup_printf ("%.*s%s", (int)strcspn (self->bare, "?"), self->bare, reference);
  /* With a scheme it stands for itself, whatever that is: GLib warns of some that have one and no host. */
  scheme = g_uri_parse_scheme (reference);
  if (scheme != NULL)
    return g_strdup (reference);
  return g_uri_resolve_relative (self->bare, reference, G_URI_FLAGS_ENCODED, NULL);
}

RfLocation *
rf_location_follow (const RfLocation *self,
                    const char *reference,
                    const RfLocation *origin,
                    GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (reference));
  g_autofree char *encoded = encode_reference (trimmed);
  g_autofree char *uri = resolve (self, encoded);
  g_autofree char *with_user = NULL;
  g_autoptr (RfLocation) next = NULL;
  g_autoptr (GError) refusal = NULL;
  const char *user = strstr (origin->uri, "://") + 3;
  gsize user_length = strlen (origin->uri) - strlen (origin->bare);
  const char *host;

  next = uri != NULL ? rf_location_new (uri, &refusal) : NULL;
  if (next == NULL)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_PROTOCOL,
                   "The server redirected to what cannot be requested: %s",
                   refusal != NULL ? refusal->message : "it is no URI");
      return NULL;
    }
  if (user_length == 0 || next->user != NULL || !rf_location_trusts (origin, next))
    return g_steal_pointer (&next);
  host = strstr (next->uri, "://") + 3;
  with_user = g_strdup_printf ("%.*s%.*s%s", (int)(host - next->uri), next->uri, (int)user_length,
                               user, host);
  return rf_location_new (with_user, error);
}
