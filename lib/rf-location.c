/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A location is checked where it is set, so that a bad one is an error at once and not a surprise of
 * the HTTP library, and so that nothing secret in it can reach a message: messages use the display
 * form only. */

#include "rf-location-private.h"

#include "rf-error.h"

struct _RfLocation
{
  gatomicrefcount references;
  char *uri;
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

RfLocation *
rf_location_new (const char *text, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GError) parse_error = NULL;
  RfLocation *self;
  const char *scheme;

  if (text == NULL || *text == '\0')
    {
      g_set_error_literal (error, RF_ERROR, RF_ERROR_INVALID_LOCATION,
                           "No location is set; set it to a URI such as http://host/path");
      return NULL;
    }
  if (!check_characters (text, error))
    return NULL;

  /* The parser's own messages may quote the text, which may hold a password: they are not shown. */
  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, &parse_error);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  if (uri == NULL || (g_strcmp0 (scheme, "http") != 0 && g_strcmp0 (scheme, "https") != 0)
      || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_set_error_literal (error, RF_ERROR, RF_ERROR_INVALID_LOCATION,
                           "The location is not an absolute http:// or https:// URI with a host");
      return NULL;
    }

  self = g_new0 (RfLocation, 1);
  g_atomic_ref_count_init (&self->references);
  self->uri = g_uri_join (G_URI_FLAGS_ENCODED, scheme, g_uri_get_userinfo (uri),
                          g_uri_get_host (uri), g_uri_get_port (uri),
                          *g_uri_get_path (uri) != '\0' ? g_uri_get_path (uri) : "/",
                          g_uri_get_query (uri), NULL);
  self->display
      = g_uri_join (G_URI_FLAGS_ENCODED, scheme, NULL, g_uri_get_host (uri), g_uri_get_port (uri),
                    g_uri_get_path (uri), g_uri_get_query (uri) != NULL ? "…" : NULL, NULL);
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
