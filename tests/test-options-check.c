/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which settings are refused, with which words, and that no secret is among these. */

#include "rf-options-private.h"

#include "rf-error.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* In each value that is refused here and may be secret. */
#define SECRET "s3cr3t"

static void
assert_accepted (const RfOptions *options)
{
  g_autoptr (GError) error = NULL;

  rf_options_check (options, &error);
  g_assert_no_error (error);
}

/* Refused by a message with these words, one of them the setting's name, and no secret. */
static void
assert_refused (const RfOptions *options, const char *name, const char *cure)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rf_options_check (options, NULL));
  g_assert_false (rf_options_check (options, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
  if (strstr (error->message, name) == NULL || strstr (error->message, cure) == NULL
      || strstr (error->message, SECRET) != NULL)
    g_error ("of %s and \"%s\": %s", name, cure, error->message);
}

static void
test_defaults (void)
{
  g_autoptr (RfOptions) options = rf_options_new ();

  assert_accepted (options);
}

static void
test_numbers (void)
{
  static const double no_waits[] = { -0.1, NAN, INFINITY, -INFINITY };
  g_autoptr (RfOptions) options = rf_options_new ();

  rf_options_set_retries (options, -2);
  assert_refused (options, "retries is -2", "-1 for no limit");
  rf_options_set_retries (options, -1);
  rf_options_set_max_redirect (options, -2);
  assert_refused (options, "max-redirect is -2", "-1 for no limit");
  rf_options_set_max_redirect (options, -1);
  assert_accepted (options);
  rf_options_set_max_bandwidth (options, 1);
  assert_refused (options, "max-bandwidth is 1 bytes", "0 (no limit) or to 1024");
  rf_options_set_max_bandwidth (options, 1023);
  assert_refused (options, "max-bandwidth is 1023 bytes", "0 (no limit) or to 1024");
  rf_options_set_max_bandwidth (options, 1024);
  assert_accepted (options);
  rf_options_set_max_bandwidth (options, G_MAXUINT64);
  assert_accepted (options);
  for (guint i = 0; i < G_N_ELEMENTS (no_waits); i++)
    {
      rf_options_set_retry_backoff_factor (options, no_waits[i]);
      assert_refused (options, "retry-backoff-factor", "0 or more");
      rf_options_set_retry_backoff_factor (options, 0.0);
      rf_options_set_retry_backoff_max (options, no_waits[i]);
      assert_refused (options, "retry-backoff-max", "0 or more");
      rf_options_set_retry_backoff_max (options, 0.0);
      assert_accepted (options);
    }
  rf_options_set_http_version (options, (RfHttpVersion)3);
  assert_refused (options, "http-version is 3", "RF_HTTP_VERSION_2");
}

static void
test_control_characters (void)
{
  static const struct
  {
    const char *name;
    void (*set) (RfOptions *self, const char *value);
    gboolean may_have_tab;
  } texts[] = {
    { "user-agent", rf_options_set_user_agent, TRUE },
    { "user-id", rf_options_set_user_id, FALSE },
    { "user-pw", rf_options_set_user_pw, FALSE },
    { "bearer-token", rf_options_set_bearer_token, FALSE },
    { "proxy", rf_options_set_proxy, FALSE },
    { "proxy-id", rf_options_set_proxy_id, FALSE },
    { "proxy-pw", rf_options_set_proxy_pw, FALSE },
  };
  static const char *const bad[] = { "\r\nX: " SECRET, SECRET "\n", "\r" SECRET, "\x1f", "\x7f" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RfOptions) options = rf_options_new ();

      for (guint k = 0; k < G_N_ELEMENTS (bad); k++)
        {
          texts[i].set (options, bad[k]);
          assert_refused (options, texts[i].name, "remove it");
        }
      texts[i].set (options, "a\tb");
      if (texts[i].may_have_tab)
        assert_accepted (options);
      else
        assert_refused (options, texts[i].name, "remove it");
    }
}

static void
test_credentials (void)
{
  g_autoptr (RfOptions) options = rf_options_new ();

  /* The location may have the user. */
  rf_options_set_user_pw (options, "pass:word\xc3\xa9");
  assert_accepted (options);
  rf_options_set_user_id (options, "user@host\xc3\xa9");
  assert_accepted (options);
  rf_options_set_bearer_token (options, SECRET);
  assert_refused (options, "bearer-token and user-id", "leave one");
  rf_options_set_user_id (options, NULL);
  assert_accepted (options);
  rf_options_set_bearer_token (options, "");
  assert_refused (options, "bearer-token", "unset");
  rf_options_set_bearer_token (options, NULL);
  rf_options_set_user_id (options, "user:" SECRET);
  assert_refused (options, "user-id", "set the password apart");
  rf_options_set_user_id (options, NULL);
  rf_options_set_proxy_id (options, "user:" SECRET);
  assert_refused (options, "proxy-id", "set the password apart");
}

static void
set_header (RfOptions *options, const char *line)
{
  const char *const lines[] = { "X-First: 1", line, NULL };

  rf_options_set_extra_headers (options, lines);
}

static void
test_extra_headers (void)
{
  static const char *const good[] = { "X-A: b",      "x-a:b",          "X!#$%&'*+-.^_`|~1: ",
                                      "X-A:",        "X-First: again", "X-A: \xc3\xa9\t",
                                      "X: a:b",      "Ranges: x",      "Authorization: Negotiate x",
                                      "Cookie: a=b", "Rang: x" };
  static const char *const bad_names[]
      = { ": " SECRET,     "X A: " SECRET,       "X-A : " SECRET,  " X-A: " SECRET,
          "X\nB: " SECRET, "X\xc3\xa9: " SECRET, SECRET "\r\nX: y" };
  static const char *const own[] = {
    "Range",   "If-Range",        "If-Match",   "If-None-Match",       "If-Modified-Since",
    "TE",      "Accept-Encoding", "Connection", "Content-Length",      "Transfer-Encoding",
    "Upgrade", "Expect",          "Host",       "If-Unmodified-Since", "Proxy-Authorization"
  };
  g_autoptr (RfOptions) options = rf_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      set_header (options, good[i]);
      assert_accepted (options);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_names); i++)
    {
      set_header (options, bad_names[i]);
      assert_refused (options, "Field 2 of extra-headers", "use letters");
    }
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      g_autofree char *line = g_strconcat (own[i], ": " SECRET, NULL);
      g_autofree char *small = g_ascii_strdown (line, -1);

      set_header (options, line);
      assert_refused (options, own[i], i == G_N_ELEMENTS (own) - 1 ? "set proxy-id" : "remove it");
      set_header (options, small);
      assert_refused (options, own[i], "extra-headers has");
    }
  set_header (options, SECRET);
  assert_refused (options, "Field 2 of extra-headers", "Name: value");
  set_header (options, "");
  assert_refused (options, "Field 2 of extra-headers", "Name: value");
  set_header (options, "X-A: " SECRET "\r\nX-B: c");
  assert_refused (options, "X-A in extra-headers", "remove it");
  set_header (options, "X-A: \x7f");
  assert_refused (options, "X-A in extra-headers", "remove it");
}

/* What has a setting of its own is not set twice. */
static void
test_headers_beside_settings (void)
{
  static const char *const cookies[] = { "a=b", NULL };
  g_autoptr (RfOptions) options = rf_options_new ();

  set_header (options, "authorization: " SECRET);
  rf_options_set_user_id (options, "user");
  assert_refused (options, "Authorization beside user-id", "unset");
  rf_options_set_user_id (options, NULL);
  rf_options_set_bearer_token (options, "token");
  assert_refused (options, "Authorization beside bearer-token", "unset");
  rf_options_set_cookies (options, cookies);
  set_header (options, "X-A: b");
  assert_accepted (options);
  set_header (options, "cookie: " SECRET);
  assert_refused (options, "Cookie beside cookies", "put all into cookies");
}

static void
test_cookies (void)
{
  static const char *const good[] = { "a=b", "a=", "a=b; c=d", "a==", "a=\xc3\xa9" };
  static const struct
  {
    const char *cookie;
    const char *cure;
  } bad[] = {
    { SECRET, "name=value" },          { "", "name=value" },
    { "=" SECRET, "name=value" },      { "a=" SECRET "\r\nX: y", "remove it" },
    { "a=" SECRET "\t", "remove it" },
  };
  g_autoptr (RfOptions) options = rf_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      const char *const list[] = { "x=y", good[i], NULL };

      rf_options_set_cookies (options, list);
      assert_accepted (options);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *const list[] = { "x=y", bad[i].cookie, NULL };

      rf_options_set_cookies (options, list);
      assert_refused (options, "Cookie 2 of cookies", bad[i].cure);
    }
}

static void
test_proxy (void)
{
  static const char *const good[] = { "",
                                      "http://proxy:3128",
                                      "HTTP://proxy",
                                      "https://user:" SECRET "@[::1]:3128/",
                                      "socks4://127.0.0.1:1080",
                                      "socks4a://proxy",
                                      "socks5://proxy",
                                      "socks5h://user@proxy:1080" };
  static const char *const bad[] = { "proxy:3128",
                                     "127.0.0.1:3128",
                                     "proxy",
                                     "//user:" SECRET "@proxy:3128",
                                     "http:proxy",
                                     "http://",
                                     "http://:3128",
                                     "http://user:" SECRET "@:3128",
                                     "ftp://user:" SECRET "@proxy",
                                     "socks://proxy",
                                     "http://proxy:s3cr3t",
                                     "http://proxy:99999" };
  g_autoptr (RfOptions) options = rf_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      rf_options_set_proxy (options, good[i]);
      assert_accepted (options);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      rf_options_set_proxy (options, bad[i]);
      assert_refused (options, "proxy", "write http://host:port");
    }
}

static void
test_files (void)
{
  static const struct
  {
    const char *name;
    void (*set) (RfOptions *self, const char *file);
  } files[] = {
    { "ssl-ca-file", rf_options_set_ssl_ca_file },
    { "ssl-cert-file", rf_options_set_ssl_cert_file },
    { "ssl-key-file", rf_options_set_ssl_key_file },
  };
  g_autofree char *folder = g_dir_make_tmp ("rf-XXXXXX", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  g_autofree char *there = g_build_filename (folder, "there", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  g_autoptr (RfOptions) options = rf_options_new ();

  g_assert_true (g_file_set_contents (there, "PEM", -1, NULL));
  g_assert_cmpint (mkfifo (pipe, S_IRUSR | S_IWUSR), ==, 0);

  rf_options_set_ssl_key_file (options, there);
  assert_refused (options, "ssl-key-file", "set ssl-cert-file too");
  rf_options_set_ssl_cert_file (options, there);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      files[i].set (options, missing);
      assert_refused (options, files[i].name, missing);
      assert_refused (options, files[i].name, g_strerror (ENOENT));
      files[i].set (options, folder);
      assert_refused (options, files[i].name, g_strerror (EISDIR));
      files[i].set (options, "");
      assert_refused (options, files[i].name, g_strerror (ENOENT));
      files[i].set (options, pipe);
      assert_accepted (options);
      files[i].set (options, there);
      assert_accepted (options);
    }
  g_unlink (there);
  g_unlink (pipe);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options-check/defaults", test_defaults);
  g_test_add_func ("/options-check/numbers", test_numbers);
  g_test_add_func ("/options-check/control-characters", test_control_characters);
  g_test_add_func ("/options-check/credentials", test_credentials);
  g_test_add_func ("/options-check/extra-headers", test_extra_headers);
  g_test_add_func ("/options-check/headers-beside-settings", test_headers_beside_settings);
  g_test_add_func ("/options-check/cookies", test_cookies);
  g_test_add_func ("/options-check/proxy", test_proxy);
  g_test_add_func ("/options-check/files", test_files);
  return g_test_run ();
}
