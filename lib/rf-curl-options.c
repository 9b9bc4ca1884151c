/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What libcurl is told of a request: all in one place, so that it can be seen what a server and a proxy learn
 * of us. Redirections it does not follow: only we know who may be told what. */

#include "rf-curl-options-private.h"

#include "rf-request-head-private.h"

#include <limits.h>
#include <string.h>

/* libcurl reads up to this much of a body at a time. It is memory of every running request. */
#define READ_SIZE (256L * 1024)

/* The longest time to connect that libcurl takes, in milliseconds. It has a default of its own for 0. */
#define MAX_CONNECT_TIMEOUT ((gint64)INT_MAX)

/* libcurl takes a field without a value for one that is not to be sent, unless it ends with a semicolon. */
static void
add_line (struct curl_slist **headers, const char *line)
{
  gsize name_length = strcspn (line, ":");
  g_autofree char *empty = g_strdup_printf ("%.*s;", (int)name_length, line);
  const char *value = line + name_length + strlen (":");
  gboolean is_empty = value[strspn (value, " \t")] == '\0';

  *headers = curl_slist_append (*headers, is_empty ? empty : line);
}

/* The ways to prove who asks that libcurl is to choose from: without a request in vain if one is known. */
static long
get_auth_mask (RfAuth known)
{
  long mask = 0;

  if (known == RF_AUTH_NONE)
    return CURLAUTH_BASIC | CURLAUTH_DIGEST;
  if (known & RF_AUTH_BASIC)
    mask |= CURLAUTH_BASIC;
  if (known & RF_AUTH_DIGEST)
    mask |= CURLAUTH_DIGEST;
  return mask;
}

/* Who asks: what is set counts for the server of the location, and what a location says, for its own. */
static const char *
get_user (const RfRequest *request, const char **password)
{
  const RfOptions *options = request->options;

  *password = rf_location_get_password (request->location);
  if (request->is_trusted && rf_options_get_user_id (options) != NULL)
    {
      *password = rf_options_get_user_pw (options);
      return rf_options_get_user_id (options);
    }
  if (request->is_trusted && rf_options_get_user_pw (options) != NULL)
    *password = rf_options_get_user_pw (options);
  return rf_location_get_user (request->location);
}

gboolean
rf_curl_options_have_user (const RfRequest *request)
{
  const char *password;

  return get_user (request, &password) != NULL || password != NULL;
}

static void
set_user (CURL *easy, const RfRequest *request)
{
  const char *password;
  const char *user = get_user (request, &password);

  curl_easy_setopt (easy, CURLOPT_USERNAME, user);
  curl_easy_setopt (easy, CURLOPT_PASSWORD, password);
  curl_easy_setopt (easy, CURLOPT_HTTPAUTH, get_auth_mask (request->auth));
}

/* The proxy without the user in its URI, which would count for more than what is set. That user is the one
 * whose password is set, where no other one is. */
static char *
dup_proxy (const RfOptions *options, char **user)
{
  const char *proxy = rf_options_get_proxy (options);
  const char *id = rf_options_get_proxy_id (options);
  g_autoptr (GUri) uri = NULL;

  *user = g_strdup (id);
  if (proxy == NULL || *proxy == '\0' || (id == NULL && rf_options_get_proxy_pw (options) == NULL))
    return g_strdup (proxy);
  uri = g_uri_parse (proxy, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
  if (uri == NULL)
    return g_strdup (proxy);
  if (id == NULL)
    *user = g_uri_unescape_string (g_uri_get_user (uri), NULL);
  return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
}

static void
set_proxy (CURL *easy, const RfOptions *options)
{
  g_autofree char *user = NULL;
  g_autofree char *proxy = dup_proxy (options, &user);

  curl_easy_setopt (easy, CURLOPT_PROXY, proxy);
  /* One that is named is meant for all hosts, whatever the environment says. */
  if (proxy != NULL)
    curl_easy_setopt (easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt (easy, CURLOPT_PROXYAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
  if (user == NULL)
    return;
  curl_easy_setopt (easy, CURLOPT_PROXYUSERNAME, user);
  curl_easy_setopt (easy, CURLOPT_PROXYPASSWORD, rf_options_get_proxy_pw (options));
}

static void
set_tls (CURL *easy, const RfOptions *options)
{
  gboolean strict = rf_options_get_ssl_strict (options);

  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, strict ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, strict ? 2L : 0L);
  /* NULL would be none, and not the system's. */
  if (rf_options_get_ssl_ca_file (options) != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, rf_options_get_ssl_ca_file (options));
  curl_easy_setopt (easy, CURLOPT_SSLCERT, rf_options_get_ssl_cert_file (options));
  curl_easy_setopt (easy, CURLOPT_SSLKEY, rf_options_get_ssl_key_file (options));
}

static long
get_http_version (const RfOptions *options)
{
  switch (rf_options_get_http_version (options))
    {
    case RF_HTTP_VERSION_1_1:
      break;
    case RF_HTTP_VERSION_2:
      return CURL_HTTP_VERSION_2TLS;
    }
  return CURL_HTTP_VERSION_1_1;
}

gboolean
rf_curl_options_may_have_proxy (const RfOptions *options)
{
  static const char *const variables[]
      = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

  if (rf_options_get_proxy (options) != NULL)
    return *rf_options_get_proxy (options) != '\0';
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (g_getenv (variables[i]) != NULL)
      return TRUE;
  return FALSE;
}

void
rf_curl_options_set_connection (CURL *easy, RfCurlShare *share, const RfRequest *request)
{
  gint64 connect_timeout = request->connect_timeout / G_TIME_SPAN_MILLISECOND;

  curl_easy_setopt (easy, CURLOPT_URL, rf_location_get_bare_uri (request->location));
  curl_easy_setopt (easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, get_http_version (request->options));
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS,
                    (long)CLAMP (connect_timeout, 1, MAX_CONNECT_TIMEOUT));
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  /* Or removing a handle whose name is being resolved would block the thread until it is. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt (easy, CURLOPT_SHARE, rf_curl_share_get_handle (share));
  set_proxy (easy, request->options);
  set_tls (easy, request->options);
}

struct curl_slist *
rf_curl_options_set (CURL *easy, RfCurlShare *share, const RfRequest *request)
{
  g_autoptr (GPtrArray) fields = rf_request_head_list_fields (request);
  struct curl_slist *headers = NULL;

  rf_curl_options_set_connection (easy, share, request);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, rf_options_get_user_agent (request->options));
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, READ_SIZE);
  curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, request->is_fresh ? 1L : 0L);
  /* What a proxy says to CONNECT is not the head of the answer. */
  curl_easy_setopt (easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set_user (easy, request);
  for (guint i = 0; i < fields->len; i++)
    add_line (&headers, fields->pdata[i]);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, headers);
  return headers;
}
