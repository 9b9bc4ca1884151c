/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is wrong with the settings, said before anything is sent: a header field that splits a request
 * in two, or a credential that is sent twice, is not for the server to find out. Messages name the
 * setting and never its value, which may be secret; they name files, which are not. */

#include "rf-options-private.h"

#include "rf-error.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (RF_ERROR, RF_ERROR_INVALID_ARGUMENT, format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
check_numbers (const RfOptions *self, GError **error)
{
  const struct
  {
    const char *name;
    double value;
  } waits[] = {
    { "retry-backoff-factor", self->retry_backoff_factor },
    { "retry-backoff-max", self->retry_backoff_max },
  };

  if (self->retries < -1)
    return refuse (error, "retries is %d; set it to 0 or more, or to -1 for no limit",
                   self->retries);
  if (self->max_redirect < -1)
    return refuse (error, "max-redirect is %d; set it to 0 or more, or to -1 for no limit",
                   self->max_redirect);
  if (self->max_bandwidth != 0 && self->max_bandwidth < RF_MIN_BANDWIDTH)
    return refuse (error,
                   "max-bandwidth is %" G_GUINT64_FORMAT
                   " bytes a second; set it to 0 (no limit) or to %u at least",
                   self->max_bandwidth, RF_MIN_BANDWIDTH);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    if (!isfinite (waits[i].value) || waits[i].value < 0.0)
      return refuse (error, "%s is %g; set it to a number of seconds, 0 or more", waits[i].name,
                     waits[i].value);
  if (self->http_version != RF_HTTP_VERSION_1_1 && self->http_version != RF_HTTP_VERSION_2)
    return refuse (error, "http-version is %d; set it to RF_HTTP_VERSION_1_1 or RF_HTTP_VERSION_2",
                   (int)self->http_version);
  return TRUE;
}

static gboolean
has_control (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

/* A tab is white space in a header field. */
static gboolean
has_control_but_tab (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text) && *text != '\t')
      return TRUE;
  return FALSE;
}

static gboolean
check_texts (const RfOptions *self, GError **error)
{
  const struct
  {
    const char *name;
    const char *value;
  } texts[] = {
    { "user-id", self->user_id },           { "user-pw", self->user_pw },
    { "bearer-token", self->bearer_token }, { "proxy", self->proxy },
    { "proxy-id", self->proxy_id },         { "proxy-pw", self->proxy_pw },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].value != NULL && has_control (texts[i].value))
      return refuse (error, "%s has a control character, such as a line break; remove it",
                     texts[i].name);
  if (self->user_agent != NULL && has_control_but_tab (self->user_agent))
    return refuse (error, "user-agent has a control character, such as a line break, which a "
                          "header field cannot have; remove it");
  return TRUE;
}

static gboolean
check_credentials (const RfOptions *self, GError **error)
{
  const struct
  {
    const char *name;
    const char *value;
  } users[] = { { "user-id", self->user_id }, { "proxy-id", self->proxy_id } };

  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    if (users[i].value != NULL && strchr (users[i].value, ':') != NULL)
      return refuse (error,
                     "%s has a colon, which would end the name of the user; set the password apart",
                     users[i].name);
  if (self->bearer_token == NULL)
    return TRUE;
  if (*self->bearer_token == '\0')
    return refuse (error, "bearer-token is empty; set it to a token, or leave it unset");
  if (self->user_id != NULL)
    return refuse (error, "bearer-token and user-id are both set, and one Authorization can be "
                          "sent; leave one of them unset");
  return TRUE;
}

/* RFC 9110: a name is a token. */
static gboolean
is_token (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL)
      return FALSE;
  return length > 0;
}

static gboolean
is_name (const char *name, gsize length, const char *other)
{
  return strlen (other) == length && g_ascii_strncasecmp (name, other, length) == 0;
}

/* Whether a field may be set, `number` being its place, from 1. */
static gboolean
check_name (const RfOptions *self, const char *name, gsize length, guint number, GError **error)
{
  /* A second one, or another value, would break the fetching or the framing of messages. */
  static const char *const own[] = {
    "Range",
    "If-Range",
    "If-Match",
    "If-None-Match",
    "Accept-Encoding",
    "If-Modified-Since",
    "Transfer-Encoding",
    "If-Unmodified-Since",
    "Connection",
    "Content-Length",
    "TE",
    "Upgrade",
    "Expect",
    "Host",
  };

  if (!is_token (name, length))
    return refuse (error,
                   "Field %u of extra-headers has a name that a header field cannot have; use "
                   "letters, digits and hyphens",
                   number);
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (is_name (name, length, own[i]))
      return refuse (error, "extra-headers has %s, which RingFetch writes itself; remove it",
                     own[i]);
  if (is_name (name, length, "Proxy-Authorization"))
    return refuse (error, "extra-headers has Proxy-Authorization, which would go to the server; "
                          "set proxy-id and proxy-pw instead");
  if (is_name (name, length, "Authorization")
      && (self->bearer_token != NULL || self->user_id != NULL))
    return refuse (error, "extra-headers has Authorization beside %s; leave one of them unset",
                   self->bearer_token != NULL ? "bearer-token" : "user-id");
  if (is_name (name, length, "Cookie") && self->cookies != NULL)
    return refuse (error, "extra-headers has Cookie beside cookies; put all into cookies");
  return TRUE;
}

static gboolean
check_extra_headers (const RfOptions *self, GError **error)
{
  for (guint i = 0; self->extra_headers != NULL && self->extra_headers[i] != NULL; i++)
    {
      const char *line = self->extra_headers[i];
      const char *colon = strchr (line, ':');

      if (colon == NULL)
        return refuse (error, "Field %u of extra-headers has no colon; write \"Name: value\"",
                       i + 1);
      if (!check_name (self, line, (gsize)(colon - line), i + 1, error))
        return FALSE;
      if (has_control_but_tab (colon))
        return refuse (error,
                       "The value of %.*s in extra-headers has a control character, such as a line "
                       "break; remove it",
                       (int)(colon - line), line);
    }
  return TRUE;
}

static gboolean
check_cookies (const RfOptions *self, GError **error)
{
  for (guint i = 0; self->cookies != NULL && self->cookies[i] != NULL; i++)
    {
      const char *cookie = self->cookies[i];

      if (has_control (cookie))
        return refuse (error,
                       "Cookie %u of cookies has a control character, such as a line break; remove "
                       "it",
                       i + 1);
      if (*cookie == '=' || strchr (cookie, '=') == NULL)
        return refuse (error, "Cookie %u of cookies has no name; write \"name=value\"", i + 1);
    }
  return TRUE;
}

static gboolean
check_proxy (const RfOptions *self, GError **error)
{
  static const char *const schemes[]
      = { "http", "https", "socks4", "socks4a", "socks5", "socks5h", NULL };
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;

  if (self->proxy == NULL || *self->proxy == '\0')
    return TRUE;
  /* The parser's own messages may quote the text, which may hold a password: they are not shown. */
  if (strstr (self->proxy, "://") != NULL
      && g_uri_split_network (self->proxy, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE,
                              &scheme, &host, NULL, NULL)
      && *host != '\0' && g_strv_contains (schemes, scheme))
    return TRUE;
  return refuse (error, "proxy is no absolute URI of a proxy; write http://host:port, or https, "
                        "socks4, socks4a, socks5 or socks5h for http, or \"\" for no proxy");
}

/* A directory can be opened, and a pipe must not be waited for nor lose what it holds. */
static int
try_to_read (const char *file)
{
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  int result = 0;

  if (fd < 0)
    return errno;
  if (fstat (fd, &status) == 0 && S_ISDIR (status.st_mode))
    result = EISDIR;
  close (fd);
  return result;
}

static gboolean
check_files (const RfOptions *self, GError **error)
{
  const struct
  {
    const char *name;
    const char *file;
  } files[] = {
    { "ssl-ca-file", self->ssl_ca_file },
    { "ssl-cert-file", self->ssl_cert_file },
    { "ssl-key-file", self->ssl_key_file },
  };

  if (self->ssl_key_file != NULL && self->ssl_cert_file == NULL)
    return refuse (error, "ssl-key-file is set without a certificate; set ssl-cert-file too");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      int reason = files[i].file != NULL ? try_to_read (files[i].file) : 0;
      g_autofree char *shown = NULL;

      if (reason == 0)
        continue;
      shown = g_filename_display_name (files[i].file);
      return refuse (error, "%s \"%s\" cannot be read: %s; set it to a readable PEM file",
                     files[i].name, shown, g_strerror (reason));
    }
  return TRUE;
}

gboolean
rf_options_check (const RfOptions *self, GError **error)
{
  return check_numbers (self, error) && check_texts (self, error) && check_credentials (self, error)
         && check_extra_headers (self, error) && check_cookies (self, error)
         && check_proxy (self, error) && check_files (self, error);
}
