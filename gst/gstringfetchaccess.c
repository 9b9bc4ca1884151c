/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is secret among these can be written only: a drawing of a pipeline, and whoever prints its
 * properties, shows all that can be read. */

#include "gstringfetchaccess.h"

enum
{
  PROP_USER_AGENT = GST_RING_FETCH_FIRST_ACCESS_PROPERTY,
  PROP_EXTRA_HEADERS,
  PROP_COOKIES,
  PROP_USER_ID,
  PROP_USER_PW,
  PROP_BEARER_TOKEN,
  PROP_PROXY,
  PROP_PROXY_ID,
  PROP_PROXY_PW,
  PROP_SSL_STRICT,
  PROP_SSL_CA_FILE,
  PROP_SSL_CERT_FILE,
  PROP_SSL_KEY_FILE,
  PROP_HTTP_VERSION,
  PROP_LAST,
};

G_STATIC_ASSERT (PROP_LAST == GST_RING_FETCH_FIRST_FREE_PROPERTY);

#define GST_TYPE_RING_FETCH_HTTP_VERSION (http_version_get_type ())

/* RfHttpVersion by the numbers that people write, which no nick of the library's own type can be. */
static GType
http_version_get_type (void)
{
  static const GEnumValue values[] = {
    { RF_HTTP_VERSION_1_1, "HTTP/1.1", "1.1" },
    { RF_HTTP_VERSION_2, "HTTP/2 over TLS where the server speaks it", "2" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstRingFetchHttpVersion", values));
  return type;
}

void
gst_ring_fetch_access_install (GObjectClass *klass)
{
  const GParamFlags secret_flags
      = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags flags = secret_flags | G_PARAM_READABLE;

  gst_type_mark_as_plugin_api (GST_TYPE_RING_FETCH_HTTP_VERSION, 0);
  /**
   * GstRingFetchSrc:user-agent:
   *
   * The value of the User-Agent header; %NULL to send none.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_USER_AGENT,
                                   g_param_spec_string ("user-agent", "User agent",
                                                        "Value of the User-Agent header",
                                                        "RingFetch/" PACKAGE_VERSION, flags));
  /**
   * GstRingFetchSrc:extra-headers:
   *
   * Header fields to send with each request: the fields of a structure of any name. A value is a string or a
   * number, or an array or list of such, for one field each. They go to the server of the location only,
   * never to another one that a redirection leads to. Fields that the element writes itself, such as Range,
   * are refused, and so are Authorization and Cookie beside the properties for them. They cannot be read,
   * because whoever draws or prints a pipeline shows what can be.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_EXTRA_HEADERS,
                                   g_param_spec_boxed ("extra-headers", "Extra headers",
                                                       "Header fields to send with each request",
                                                       GST_TYPE_STRUCTURE, secret_flags));
  /**
   * GstRingFetchSrc:cookies:
   *
   * The cookies to send, "name=value" each. They go to the server of the location only, never to another one
   * that a redirection leads to. They cannot be read, as #GstRingFetchSrc:extra-headers. A command line,
   * which cannot write a list of texts, can set a Cookie there.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_COOKIES,
                                   g_param_spec_boxed ("cookies", "Cookies",
                                                       "Cookies to send, \"name=value\" each",
                                                       G_TYPE_STRV, secret_flags));
  /**
   * GstRingFetchSrc:user-id:
   *
   * The user for the server, by the Basic or the Digest scheme as the server asks; %NULL for that in the
   * location, if any. It goes to the server of the location only, never to another one that a redirection
   * leads to. It cannot have a colon, and not go together with a bearer token.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_USER_ID,
      g_param_spec_string ("user-id", "User", "User for the server (NULL = that in the location)",
                           NULL, flags));
  /**
   * GstRingFetchSrc:user-pw:
   *
   * The password of the user; %NULL for that in the location, if any. It cannot be read, as
   * #GstRingFetchSrc:extra-headers.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_USER_PW,
      g_param_spec_string ("user-pw", "Password",
                           "Password for the server (NULL = that in the location)", NULL,
                           secret_flags));
  /**
   * GstRingFetchSrc:bearer-token:
   *
   * A token for the server, sent as "Authorization: Bearer". It goes to the server of the location only,
   * never to another one that a redirection leads to. It cannot be read, as #GstRingFetchSrc:extra-headers.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BEARER_TOKEN,
                                   g_param_spec_string ("bearer-token", "Bearer token",
                                                        "Token for the server (NULL = none)", NULL,
                                                        secret_flags));
  /**
   * GstRingFetchSrc:proxy:
   *
   * The absolute URI of a proxy for every host, of the scheme http, https, socks4, socks4a, socks5 or
   * socks5h; the empty text for none; %NULL for what http_proxy, https_proxy, all_proxy and no_proxy of the
   * environment say. It reads back without user and password.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_PROXY,
      g_param_spec_string ("proxy", "Proxy",
                           "URI of the proxy (NULL = that of the environment, empty = none)", NULL,
                           flags));
  /**
   * GstRingFetchSrc:proxy-id:
   *
   * The user for the proxy; %NULL for that in its URI, if any. It cannot have a colon.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_PROXY_ID,
      g_param_spec_string ("proxy-id", "Proxy user", "User for the proxy (NULL = that in its URI)",
                           NULL, flags));
  /**
   * GstRingFetchSrc:proxy-pw:
   *
   * The password for the proxy; %NULL for that in its URI, if any. It cannot be read, as
   * #GstRingFetchSrc:extra-headers.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_PROXY_PW,
      g_param_spec_string ("proxy-pw", "Proxy password",
                           "Password for the proxy (NULL = that in its URI)", NULL, secret_flags));
  /**
   * GstRingFetchSrc:ssl-strict:
   *
   * Whether to verify the certificate of the server, and that it is for its host; %FALSE to trust anybody.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SSL_STRICT,
                                   g_param_spec_boolean ("ssl-strict", "Strict TLS",
                                                         "Verify the certificate of the server",
                                                         TRUE, flags));
  /**
   * GstRingFetchSrc:ssl-ca-file:
   *
   * A file of PEM certificates of the authorities to trust; %NULL for those of the system.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_SSL_CA_FILE,
      g_param_spec_string ("ssl-ca-file", "Authorities",
                           "PEM file of the authorities to trust (NULL = those of the system)",
                           NULL, flags));
  /**
   * GstRingFetchSrc:ssl-cert-file:
   *
   * A PEM file of a certificate to show to the server, which may have its key too; %NULL for none.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_SSL_CERT_FILE,
      g_param_spec_string ("ssl-cert-file", "Client certificate",
                           "PEM file of a certificate to show to the server (NULL = none)", NULL,
                           flags));
  /**
   * GstRingFetchSrc:ssl-key-file:
   *
   * A PEM file of the key of the certificate, without a passphrase; %NULL if it is in the file of the
   * certificate.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_SSL_KEY_FILE,
      g_param_spec_string ("ssl-key-file", "Client key",
                           "PEM file of the key of the certificate (NULL = it is in that file)",
                           NULL, flags));
  /**
   * GstRingFetchSrc:http-version:
   *
   * The version of HTTP to speak. 2 is spoken over TLS where the server speaks it, otherwise 1.1; still one
   * connection a request.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, PROP_HTTP_VERSION,
      g_param_spec_enum ("http-version", "HTTP version", "Version of HTTP to speak",
                         GST_TYPE_RING_FETCH_HTTP_VERSION, RF_HTTP_VERSION_1_1, flags));
}

gboolean
gst_ring_fetch_access_set (GstRingFetchSettings *self, guint id, const GValue *value)
{
  switch (id)
    {
    case PROP_USER_AGENT:
      rf_options_set_user_agent (self->options, g_value_get_string (value));
      break;
    case PROP_EXTRA_HEADERS:
      gst_clear_structure (&self->extra_headers);
      self->extra_headers = g_value_dup_boxed (value);
      break;
    case PROP_COOKIES:
      rf_options_set_cookies (self->options, g_value_get_boxed (value));
      break;
    case PROP_USER_ID:
      rf_options_set_user_id (self->options, g_value_get_string (value));
      break;
    case PROP_USER_PW:
      rf_options_set_user_pw (self->options, g_value_get_string (value));
      break;
    case PROP_BEARER_TOKEN:
      rf_options_set_bearer_token (self->options, g_value_get_string (value));
      break;
    case PROP_PROXY:
      rf_options_set_proxy (self->options, g_value_get_string (value));
      break;
    case PROP_PROXY_ID:
      rf_options_set_proxy_id (self->options, g_value_get_string (value));
      break;
    case PROP_PROXY_PW:
      rf_options_set_proxy_pw (self->options, g_value_get_string (value));
      break;
    case PROP_SSL_STRICT:
      rf_options_set_ssl_strict (self->options, g_value_get_boolean (value));
      break;
    case PROP_SSL_CA_FILE:
      rf_options_set_ssl_ca_file (self->options, g_value_get_string (value));
      break;
    case PROP_SSL_CERT_FILE:
      rf_options_set_ssl_cert_file (self->options, g_value_get_string (value));
      break;
    case PROP_SSL_KEY_FILE:
      rf_options_set_ssl_key_file (self->options, g_value_get_string (value));
      break;
    case PROP_HTTP_VERSION:
      rf_options_set_http_version (self->options, (RfHttpVersion)g_value_get_enum (value));
      break;
    default:
      return FALSE;
    }
  return TRUE;
}

gboolean
gst_ring_fetch_access_get (const GstRingFetchSettings *self, guint id, GValue *value)
{
  switch (id)
    {
    case PROP_USER_AGENT:
      g_value_set_string (value, rf_options_get_user_agent (self->options));
      break;
    case PROP_USER_ID:
      g_value_set_string (value, rf_options_get_user_id (self->options));
      break;
    case PROP_PROXY:
      g_value_take_string (value, rf_uri_redact (rf_options_get_proxy (self->options)));
      break;
    case PROP_PROXY_ID:
      g_value_set_string (value, rf_options_get_proxy_id (self->options));
      break;
    case PROP_SSL_STRICT:
      g_value_set_boolean (value, rf_options_get_ssl_strict (self->options));
      break;
    case PROP_SSL_CA_FILE:
      g_value_set_string (value, rf_options_get_ssl_ca_file (self->options));
      break;
    case PROP_SSL_CERT_FILE:
      g_value_set_string (value, rf_options_get_ssl_cert_file (self->options));
      break;
    case PROP_SSL_KEY_FILE:
      g_value_set_string (value, rf_options_get_ssl_key_file (self->options));
      break;
    case PROP_HTTP_VERSION:
      g_value_set_enum (value, rf_options_get_http_version (self->options));
      break;
    default:
      return FALSE;
    }
  return TRUE;
}
