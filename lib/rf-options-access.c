/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings of what the requests say, of who asks and by which way, and of whom to trust. */

#include "rf-options-private.h"

static void
assign_strv (GStrv *field, const char *const *value)
{
  GStrv copy = value != NULL && *value != NULL ? g_strdupv ((GStrv)value) : NULL;

  g_strfreev (*field);
  *field = copy;
}

/**
 * rf_options_get_user_agent:
 * @self: settings
 *
 * Returns: (nullable): the value of the User-Agent header; %NULL: none is sent
 *
 * Since: 0.1
 */
const char *
rf_options_get_user_agent (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->user_agent;
}

/**
 * rf_options_set_user_agent:
 * @self: settings
 * @user_agent: (nullable): the value of the User-Agent header; %NULL to send none. The default is
 *   "RingFetch/" and the version.
 *
 * Since: 0.1
 */
void
rf_options_set_user_agent (RfOptions *self, const char *user_agent)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->user_agent, user_agent);
}

/**
 * rf_options_get_extra_headers:
 * @self: settings
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): header fields to send
 *   with each request, "Name: value" each; %NULL: none
 *
 * Since: 0.1
 */
const char *const *
rf_options_get_extra_headers (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return (const char *const *)self->extra_headers;
}

/**
 * rf_options_set_extra_headers:
 * @self: settings
 * @extra_headers: (nullable) (array zero-terminated=1): header fields to send with each request,
 *   "Name: value" each; a name may come more than once. %NULL (the default) or an empty list for none.
 *   They go to the server of the location only, never to another one that a redirection leads to.
 *   Fields that the library writes itself, such as Range, are refused, and so are Authorization and
 *   Cookie beside the settings for them.
 *
 * Since: 0.1
 */
void
rf_options_set_extra_headers (RfOptions *self, const char *const *extra_headers)
{
  g_return_if_fail (self != NULL);
  assign_strv (&self->extra_headers, extra_headers);
}

/**
 * rf_options_get_cookies:
 * @self: settings
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): the cookies to send,
 *   "name=value" each; %NULL: none
 *
 * Since: 0.1
 */
const char *const *
rf_options_get_cookies (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return (const char *const *)self->cookies;
}

/**
 * rf_options_set_cookies:
 * @self: settings
 * @cookies: (nullable) (array zero-terminated=1): the cookies to send, "name=value" each, as one
 *   field; %NULL (the default) or an empty list for none. They go to the server of the location only,
 *   never to another one that a redirection leads to.
 *
 * Since: 0.1
 */
void
rf_options_set_cookies (RfOptions *self, const char *const *cookies)
{
  g_return_if_fail (self != NULL);
  assign_strv (&self->cookies, cookies);
}

/**
 * rf_options_get_http_version:
 * @self: settings
 *
 * Returns: the version of HTTP to speak
 *
 * Since: 0.1
 */
RfHttpVersion
rf_options_get_http_version (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, RF_HTTP_VERSION_1_1);
  return self->http_version;
}

/**
 * rf_options_set_http_version:
 * @self: settings
 * @http_version: the version of HTTP to speak. The default is %RF_HTTP_VERSION_1_1.
 *
 * Since: 0.1
 */
void
rf_options_set_http_version (RfOptions *self, RfHttpVersion http_version)
{
  g_return_if_fail (self != NULL);
  self->http_version = http_version;
}

/**
 * rf_options_get_user_id:
 * @self: settings
 *
 * Returns: (nullable): the user for the server; %NULL: that in the location, if any
 *
 * Since: 0.1
 */
const char *
rf_options_get_user_id (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->user_id;
}

/**
 * rf_options_set_user_id:
 * @self: settings
 * @user_id: (nullable): the user for the server, by the Basic or the Digest scheme as the server asks;
 *   %NULL (the default) for that in the location, if any. It goes to the server of the location only,
 *   never to another one that a redirection leads to. It cannot have a colon, and not go together with
 *   a bearer token.
 *
 * Since: 0.1
 */
void
rf_options_set_user_id (RfOptions *self, const char *user_id)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->user_id, user_id);
}

/**
 * rf_options_get_user_pw:
 * @self: settings
 *
 * Returns: (nullable): the password for the server; %NULL: that in the location, if any
 *
 * Since: 0.1
 */
const char *
rf_options_get_user_pw (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->user_pw;
}

/**
 * rf_options_set_user_pw:
 * @self: settings
 * @user_pw: (nullable): the password of the user; %NULL (the default) for that in the location, if any
 *
 * Since: 0.1
 */
void
rf_options_set_user_pw (RfOptions *self, const char *user_pw)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->user_pw, user_pw);
}

/**
 * rf_options_get_bearer_token:
 * @self: settings
 *
 * Returns: (nullable): the token for the server; %NULL: none
 *
 * Since: 0.1
 */
const char *
rf_options_get_bearer_token (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->bearer_token;
}

/**
 * rf_options_set_bearer_token:
 * @self: settings
 * @bearer_token: (nullable): a token for the server, sent as "Authorization: Bearer"; %NULL (the
 *   default) for none. It goes to the server of the location only, never to another one that a
 *   redirection leads to.
 *
 * Since: 0.1
 */
void
rf_options_set_bearer_token (RfOptions *self, const char *bearer_token)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->bearer_token, bearer_token);
}

/**
 * rf_options_get_proxy:
 * @self: settings
 *
 * Returns: (nullable): the URI of the proxy; "": none; %NULL: that of the environment
 *
 * Since: 0.1
 */
const char *
rf_options_get_proxy (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->proxy;
}

/**
 * rf_options_set_proxy:
 * @self: settings
 * @proxy: (nullable): the absolute URI of a proxy for every host, of the scheme http, https, socks4,
 *   socks4a, socks5 or socks5h; "" for none; %NULL (the default) for what http_proxy, https_proxy,
 *   all_proxy and no_proxy of the environment say
 *
 * Since: 0.1
 */
void
rf_options_set_proxy (RfOptions *self, const char *proxy)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->proxy, proxy);
}

/**
 * rf_options_get_proxy_id:
 * @self: settings
 *
 * Returns: (nullable): the user for the proxy; %NULL: that in its URI, if any
 *
 * Since: 0.1
 */
const char *
rf_options_get_proxy_id (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->proxy_id;
}

/**
 * rf_options_set_proxy_id:
 * @self: settings
 * @proxy_id: (nullable): the user for the proxy; %NULL (the default) for that in its URI, if any. It
 *   cannot have a colon.
 *
 * Since: 0.1
 */
void
rf_options_set_proxy_id (RfOptions *self, const char *proxy_id)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->proxy_id, proxy_id);
}

/**
 * rf_options_get_proxy_pw:
 * @self: settings
 *
 * Returns: (nullable): the password for the proxy; %NULL: that in its URI, if any
 *
 * Since: 0.1
 */
const char *
rf_options_get_proxy_pw (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->proxy_pw;
}

/**
 * rf_options_set_proxy_pw:
 * @self: settings
 * @proxy_pw: (nullable): the password for the proxy; %NULL (the default) for that in its URI, if any
 *
 * Since: 0.1
 */
void
rf_options_set_proxy_pw (RfOptions *self, const char *proxy_pw)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->proxy_pw, proxy_pw);
}

/**
 * rf_options_get_ssl_strict:
 * @self: settings
 *
 * Returns: whether the certificate of the server is verified
 *
 * Since: 0.1
 */
gboolean
rf_options_get_ssl_strict (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->ssl_strict;
}

/**
 * rf_options_set_ssl_strict:
 * @self: settings
 * @ssl_strict: whether to verify the certificate of the server, and that it is for its host, which
 *   is the default; %FALSE to trust anybody
 *
 * Since: 0.1
 */
void
rf_options_set_ssl_strict (RfOptions *self, gboolean ssl_strict)
{
  g_return_if_fail (self != NULL);
  self->ssl_strict = ssl_strict;
}

/**
 * rf_options_get_ssl_ca_file:
 * @self: settings
 *
 * Returns: (nullable) (type filename): the file of the authorities to trust; %NULL: those of the
 *   system
 *
 * Since: 0.1
 */
const char *
rf_options_get_ssl_ca_file (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->ssl_ca_file;
}

/**
 * rf_options_set_ssl_ca_file:
 * @self: settings
 * @ssl_ca_file: (nullable) (type filename): a file of PEM certificates of the authorities to trust;
 *   %NULL (the default) for those of the system
 *
 * Since: 0.1
 */
void
rf_options_set_ssl_ca_file (RfOptions *self, const char *ssl_ca_file)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->ssl_ca_file, ssl_ca_file);
}

/**
 * rf_options_get_ssl_cert_file:
 * @self: settings
 *
 * Returns: (nullable) (type filename): the file of the client's certificate; %NULL: none
 *
 * Since: 0.1
 */
const char *
rf_options_get_ssl_cert_file (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->ssl_cert_file;
}

/**
 * rf_options_set_ssl_cert_file:
 * @self: settings
 * @ssl_cert_file: (nullable) (type filename): a PEM file of a certificate to show to the server, which
 *   may have its key too; %NULL (the default) for none
 *
 * Since: 0.1
 */
void
rf_options_set_ssl_cert_file (RfOptions *self, const char *ssl_cert_file)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->ssl_cert_file, ssl_cert_file);
}

/**
 * rf_options_get_ssl_key_file:
 * @self: settings
 *
 * Returns: (nullable) (type filename): the file of the key of the client's certificate; %NULL: it
 *   is in the file of the certificate
 *
 * Since: 0.1
 */
const char *
rf_options_get_ssl_key_file (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->ssl_key_file;
}

/**
 * rf_options_set_ssl_key_file:
 * @self: settings
 * @ssl_key_file: (nullable) (type filename): a PEM file of the key of the certificate, without a
 *   passphrase; %NULL (the default) if it is in the file of the certificate
 *
 * Since: 0.1
 */
void
rf_options_set_ssl_key_file (RfOptions *self, const char *ssl_key_file)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->ssl_key_file, ssl_key_file);
}
