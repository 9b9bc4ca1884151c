/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which fields a request has is decided here, whoever sends it. Written is what libcurl would write, byte for
 * byte, and it is libcurl that takes the location apart: who is asked is who has been connected to. */

#include "rf-request-head-private.h"

#include <curl/curl.h>
#include <string.h>

static void
add_field (GPtrArray *fields, const char *name, const char *value)
{
  g_ptr_array_add (fields, g_strconcat (name, ": ", value, NULL));
}

/* What only the server of the location is told. */
static void
add_secrets (GPtrArray *fields, const RfOptions *options)
{
  const char *token = rf_options_get_bearer_token (options);
  const char *const *extra = rf_options_get_extra_headers (options);
  const char *const *cookies = rf_options_get_cookies (options);

  if (token != NULL)
    g_ptr_array_add (fields, g_strconcat ("Authorization: Bearer ", token, NULL));
  if (cookies != NULL && cookies[0] != NULL)
    {
      g_autofree char *value = g_strjoinv ("; ", (char **)cookies);

      add_field (fields, "Cookie", value);
    }
  for (gsize i = 0; extra != NULL && extra[i] != NULL; i++)
    g_ptr_array_add (fields, g_strdup (extra[i]));
}

GPtrArray *
rf_request_head_list_fields (const RfRequest *request)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);
  char range[RF_RANGE_HEADER_SIZE];

  add_field (fields, "Accept-Encoding", "identity");
  if (request->if_match != NULL)
    add_field (fields, "If-Match", request->if_match);
  if (request->ranged)
    {
      rf_range_to_header (request->range, range);
      add_field (fields, "Range", range);
    }
  if (request->is_trusted)
    add_secrets (fields, request->options);
  return fields;
}

static gboolean
has_field (GPtrArray *fields, const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; i < fields->len; i++)
    {
      const char *line = fields->pdata[i];

      if (g_ascii_strncasecmp (line, name, length) == 0 && line[length] == ':')
        return TRUE;
    }
  return FALSE;
}

/* Whoever set it has been refused a line break long before: here it would be a request of somebody else's. */
static void
append_line (GString *head, const char *line)
{
  g_assert (strpbrk (line, "\r\n") == NULL);
  g_string_append (head, line);
  g_string_append (head, "\r\n");
}

static void
append_field (GString *head, const char *line)
{
  const char *value = strchr (line, ':') + 1;
  g_autofree char *empty = NULL;

  /* Of a field without a value libcurl sends no blanks either. */
  if (value[strspn (value, " \t")] == '\0')
    empty = g_strndup (line, (gsize)(value - line));
  append_line (head, empty != NULL ? empty : line);
}

/* A part of the location, to be freed by curl_free(). NULL: it has none. */
static char *
get_part (CURLU *url, CURLUPart part, guint flags)
{
  char *text = NULL;

  return curl_url_get (url, part, &text, flags) == CURLUE_OK ? text : NULL;
}

static void
append_host (GString *head, CURLU *url)
{
  char *host = get_part (url, CURLUPART_HOST, 0);
  char *port = get_part (url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  g_autofree char *line
      = g_strconcat ("Host: ", host, port != NULL ? ":" : "", port != NULL ? port : "", NULL);

  append_line (head, line);
  curl_free (port);
  curl_free (host);
}

static void
append_request_line (GString *head, CURLU *url)
{
  char *path = get_part (url, CURLUPART_PATH, CURLU_URLENCODE);
  char *query = get_part (url, CURLUPART_QUERY, 0);
  g_autofree char *line = g_strconcat ("GET ", path, query != NULL ? "?" : "",
                                       query != NULL ? query : "", " HTTP/1.1", NULL);

  append_line (head, line);
  curl_free (query);
  curl_free (path);
}

GString *
rf_request_head_write (const RfRequest *request)
{
  g_autoptr (GPtrArray) fields = rf_request_head_list_fields (request);
  const char *agent = rf_options_get_user_agent (request->options);
  CURLU *url = curl_url ();
  GString *head;

  if (curl_url_set (url, CURLUPART_URL, rf_location_get_bare_uri (request->location),
                    CURLU_PATH_AS_IS)
      != CURLUE_OK)
    {
      curl_url_cleanup (url);
      return NULL;
    }
  head = g_string_new (NULL);
  append_request_line (head, url);
  append_host (head, url);
  if (agent != NULL && *agent != '\0' && !has_field (fields, "User-Agent"))
    {
      g_autofree char *line = g_strconcat ("User-Agent: ", agent, NULL);

      append_line (head, line);
    }
  if (!has_field (fields, "Accept"))
    append_line (head, "Accept: */*");
  for (guint i = 0; i < fields->len; i++)
    append_field (head, fields->pdata[i]);
  append_line (head, "");
  curl_url_cleanup (url);
  return head;
}
