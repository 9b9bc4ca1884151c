/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a location may be, what is asked of the server, and what a log may show of it. */

#include "rf-location-private.h"

#include "rf-error.h"

#include <string.h>

static RfLocation *
new_location (const char *text)
{
  g_autoptr (GError) error = NULL;
  RfLocation *location = rf_location_new (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (location);
  return location;
}

static void
check_refused (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RfLocation) location = rf_location_new (text, &error);

  if (location != NULL)
    g_error ("accepted \"%s\"", text);
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_LOCATION);
}

static void
test_no_uri (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "/",
    "object",
    "//host/path",
    "http",
    "http:",
    "http:host",
    "http:/path",
    "http://",
    "http:///path",
    "http://:80/",
    "http://user@/",
    "http://user:secret@:80/",
    "http://?query",
    "http://#part",
    "http://[::1",
    "http://[::1]x/",
    "http://host:x/",
    "http://host:-1/",
    "http://host:65536/",
    "http://host:18446744073709551617/",
    "http://user:a@b@host/",
    "http://host%2fpath/",
    "http://host%0d%0a/",
    "http://host\\@other/",
    "http://ho$st/",
    "http//host/",
    " http://host/",
    "http://host/ ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    check_refused (texts[i]);
}

static void
test_other_schemes (void)
{
  static const char *const texts[] = {
    "ftp://host/",   "file:///etc/passwd", "file://host/x",
    "httpx://host/", "shttp://host/",      "gopher://host/",
    "data:,x",       "scp://host/x",       "ws://host/",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    check_refused (texts[i]);
}

/* Whatever could end a line of a request or a log, anywhere in the text. */
static void
test_control_characters (void)
{
  static const char *const places[]
      = { "http://host/a%sb", "http://host/?a%sb", "http://ho%sst/",    "http://a%sb@host/",
          "http://host%s",    "%shttp://host/",    "http://host/#a%sb", "ht%stp://host/" };
  static const char *const bad[] = { "\r", "\n", "\r\nX: y", "\t", "\x01", "\x1f", "\x7f" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    for (guint k = 0; k < G_N_ELEMENTS (bad); k++)
      {
        g_auto (GStrv) parts = g_strsplit (places[i], "%s", 2);
        g_autofree char *text = g_strconcat (parts[0], bad[k], parts[1], NULL);

        check_refused (text);
      }
}

/* Encoded in a path they stay encoded. */
static void
test_encoded_control_characters (void)
{
  g_autoptr (RfLocation) location = new_location ("http://host:81/a%0D%0AX:%20y%00z");

  g_assert_cmpstr (rf_location_get_uri (location), ==, "http://host:81/a%0D%0AX:%20y%00z");
  g_assert_cmpstr (rf_location_get_display (location), ==, "http://host:81/a%0D%0AX:%20y%00z");
}

static void
test_uri_is_kept (void)
{
  static const char *const texts[] = {
    "http://host:81/",
    "https://host:81/a/b%2Fc/d;e=f?g=h&i=%26",
    "http://127.0.0.1:1/x",
    "http://[::1]:81/a",
    "http://user:secret@host:81/a?b",
    "http://user:sec%40ret@host:81/a",
    "http://host:81/?",
    "http://host:81/?a?b=http://c/",
    "http://host:81//a//b",
    "http://host:81/a/../b/./c?d=../e",
    "http://host:81/%7e%2f%2F%c3%bc?X-Sig=%2b%2B",
    "http://host:81",
    "http://host:81?a",
    "http://[fe80::1%25eth0]:81/a",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RfLocation) location = new_location (texts[i]);

      g_assert_cmpstr (rf_location_get_uri (location), ==, texts[i]);
    }
}

static void
test_scheme_in_capitals (void)
{
  g_autoptr (RfLocation) location = new_location ("HTTPS://host:81/A");

  g_assert_cmpstr (rf_location_get_uri (location), ==, "https://host:81/A");
}

static void
test_fragment (void)
{
  static const char *const texts[] = { "http://host:81/a?b#c", "http://host:81/a?b#",
                                       "http://host:81/a?b#c?d", "http://host:81/a?b#/c" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RfLocation) location = new_location (texts[i]);

      g_assert_cmpstr (rf_location_get_uri (location), ==, "http://host:81/a?b");
      g_assert_null (strchr (rf_location_get_display (location), '#'));
    }
}

static void
test_display (void)
{
  static const char *const texts[] = {
    "http://host:81/a%20b",
    "http://host:81/a%20b?secret=1",
    "http://host:81/a%20b?x=/secret@y",
    "http://secret@host:81/a%20b",
    "http://secret:@host:81/a%20b",
    "http://user:secret@host:81/a%20b",
    "http://user:secret%40x@host:81/a%20b",
    "http://user:secret@host:81/a%20b?secret#secret",
    "http://secret%3a:secret@host:81/a%20b#secret?secret",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RfLocation) location = new_location (texts[i]);

      g_assert_true (g_str_has_prefix (rf_location_get_display (location), "http://host:81/a%20b"));
      g_assert_null (strstr (rf_location_get_display (location), "secret"));
    }
}

/* The refusal goes into messages and logs as well. */
static void
test_refusal_keeps_secrets (void)
{
  static const char *const texts[] = {
    "http://user:secret@host:99999/a",  "http://user:secret@/a",
    "http://host:x/a?sig=secret",       "ftp://user:secret@host/a?sig=secret",
    "https://host/a b?sig=secret",      "user:secret@host/a",
    "http://user:secret@secret@host/a", "host/a?sig=secret",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rf_location_new (texts[i], &error));
      g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_LOCATION);
      if (strstr (error->message, "secret") != NULL)
        g_error ("\"%s\" shows a secret", error->message);
    }
}

/* Where redirections lead to, letter for letter where servers write it so. The password goes to the server
 * that it was given for, and to no other. */
static void
test_follow (void)
{
  static const struct
  {
    const char *location;
    const char *reference;
    const char *expected;
  } rows[] = {
    { "http://h/a", "http://g/b", "http://g/b" },
    { "http://h/a", " http://g/b ", "http://g/b" },
    { "http://h/a", "HTTPS://g/a/../b//c?x=%2f#y", "https://g/a/../b//c?x=%2f" },
    { "http://h/a/b?c", "//g/b", "http://g/b" },
    { "https://h/a/b?c", "//g/b", "https://g/b" },
    { "http://h:81/a/b?c", "/d/../e//f?g", "http://h:81/d/../e//f?g" },
    { "http://h?a/b", "/c", "http://h/c" },
    { "http://h/a/b?c", "d", "http://h/a/d" },
    { "http://h/a/b?c", "../d?e", "http://h/d?e" },
    { "http://h/a/b?c", "?d", "http://h/a/b?d" },
    { "http://h/a", "/b c\xc3\xa4", "http://h/b%20c%C3%A4" },
    { "http://h/a", "//g/b c?d e", "http://g/b%20c?d%20e" },
    { "http://h/a?b", "", "http://h/a?b" },
    { "http://h/a?b", "#c", "http://h/a?b" },
    { "http://h/a?b", "./", "http://h/" },
    { "http://h", "b", "http://h/b" },
    { "http://h?a", "b", "http://h/b" },
    { "http://h/a/b/c/d", "../../e", "http://h/a/e" },
    { "http://h/a", "../../../b", "http://h/b" },
    { "http://h/a%2Fb/c", "d%2Fe?f%2F", "http://h/a%2Fb/d%2Fe?f%2F" },
    { "http://h/a", "./b:c", "http://h/b:c" },
    { "http://h/a", "?b=http://g/", "http://h/a?b=http://g/" },
    { "http://h/a", "/http://g/b", "http://h/http://g/b" },
    { "http://h/a", "/b@g", "http://h/b@g" },
    { "http://u:p@[::1]:81/a/b", "c", "http://u:p@[::1]:81/a/c" },
    { "http://u:p@[::1]/a", "http://[::1]:80/b", "http://u:p@[::1]:80/b" },
    { "http://u:p@h/a", "//h@g/b", "http://h@g/b" },
    { "http://u:p@h/a", "http://h./b", "http://h./b" },
    { "http://u:p@h/a", "http://h:/b", "http://u:p@h:/b" },
    { "https://u:p@h/a", "https://h:80/b", "https://h:80/b" },
    { "http://u:p@h/a", "http://h/b?c#d", "http://u:p@h/b?c" },
    { "http://u:p@h/a", "/b", "http://u:p@h/b" },
    { "http://u:p@h/a", "http://u:p@h/b", "http://u:p@h/b" },
    { "http://u:p@h/a", "HTTP://H:80/b", "http://u:p@H:80/b" },
    { "http://u@h:81", "http://h:81?x=@", "http://u@h:81?x=@" },
    { "http://u:p@h/a", "http://other@h/b", "http://other@h/b" },
    { "http://u:p@h/a", "http://g/b", "http://g/b" },
    { "http://u:p@h/a", "http://h:81/b", "http://h:81/b" },
    { "http://u:p@h/a", "https://h/b", "https://u:p@h/b" },
    { "http://u:p@h:81/a", "https://h/b", "https://h/b" },
    { "https://u:p@h/a", "http://h/b", "http://h/b" },
    { "http://u:p@h/a", "http://h.g/b", "http://h.g/b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RfLocation) location = new_location (rows[i].location);
      g_autoptr (GError) error = NULL;
      g_autoptr (RfLocation) next
          = rf_location_follow (location, rows[i].reference, location, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (rf_location_get_uri (next), ==, rows[i].expected);
    }
}

/* The credentials are those of the place where all began, whoever redirects. */
static void
test_follow_from_elsewhere (void)
{
  static const struct
  {
    const char *location;
    const char *reference;
    const char *expected;
  } rows[] = {
    { "http://g/a", "/b", "http://g/b" },
    { "http://v:q@g/a", "/b", "http://g/b" },
    { "http://g/a", "http://h/b", "http://u:p@h/b" },
    { "http://g/a", "//h/b", "http://u:p@h/b" },
    { "https://g/a", "//h/b", "https://u:p@h/b" },
    { "https://g/a", "http://h/b", "http://u:p@h/b" },
    { "http://v:q@g/a", "http://w@g/b", "http://w@g/b" },
  };
  g_autoptr (RfLocation) origin = new_location ("http://u:p@h/");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RfLocation) location = new_location (rows[i].location);
      g_autoptr (RfLocation) next = rf_location_follow (location, rows[i].reference, origin, NULL);

      g_assert_cmpstr (rf_location_get_uri (next), ==, rows[i].expected);
    }
}

static void
test_trusts (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean expected;
    gboolean the_other_way;
  } rows[] = {
    { "http://h/a", "http://u:p@h/b?c", TRUE, TRUE },
    { "http://h", "http://H:80", TRUE, TRUE },
    { "https://h", "https://h:443/", TRUE, TRUE },
    { "http://h", "http://h:080", TRUE, TRUE },
    { "http://h", "https://h", TRUE, FALSE },
    { "http://h:80", "https://h:443", TRUE, FALSE },
    { "http://h", "https://h:80", FALSE, FALSE },
    { "http://h:443", "https://h", FALSE, FALSE },
    { "http://h:81", "https://h:81", FALSE, FALSE },
    { "http://h", "https://g", FALSE, FALSE },
    { "http://h", "http://h:81", FALSE, FALSE },
    { "http://h", "http://h.", FALSE, FALSE },
    { "http://h", "http://hh", FALSE, FALSE },
    { "http://h", "http://www.h", FALSE, FALSE },
    { "http://localhost", "http://127.0.0.1", FALSE, FALSE },
    { "http://[::1]", "http://[::1]:80", TRUE, TRUE },
    { "http://[::1]", "http://[::2]", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RfLocation) one = new_location (rows[i].a);
      g_autoptr (RfLocation) other = new_location (rows[i].b);

      g_assert_true (rf_location_trusts (one, one));
      if (rf_location_trusts (one, other) != rows[i].expected
          || rf_location_trusts (other, one) != rows[i].the_other_way)
        g_error ("%s and %s", rows[i].a, rows[i].b);
    }
}

static void
test_follow_to_nowhere (void)
{
  static const char *const references[]
      = { "ftp://h/secret",    "http:///secret",  "http:secret",
          "/a\tsecret",        "mailto:secret",   "//u:secret@v:secret@h/",
          "http://u:secret@/", "///secret",       "x:/..//secret",
          "http:/..//secret",  "/secret\r\nX: y", "http://h:secret/",
          "//h:99999/secret",  "secret:81/b",     "http://u:%00secret@h/",
          "//h\\@secret/",     "/secret\x7f",     "http://h%2fsecret/" };
  g_autoptr (RfLocation) location = new_location ("http://h/a");

  for (guint i = 0; i < G_N_ELEMENTS (references); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rf_location_follow (location, references[i], location, &error));
      g_assert_error (error, RF_ERROR, RF_ERROR_PROTOCOL);
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_user (void)
{
  static const struct
  {
    const char *uri;
    const char *bare;
    const char *user;
    const char *password;
  } rows[] = {
    { "http://h/a@b:c", "http://h/a@b:c", NULL, NULL },
    { "http://h?a@b", "http://h?a@b", NULL, NULL },
    { "http://u@h/a#b", "http://h/a", "u", NULL },
    { "http://u:@h/a", "http://h/a", "u", "" },
    { "http://:p@h/a", "http://h/a", "", "p" },
    { "http://@h/a", "http://h/a", "", NULL },
    { "http://u:p:q@h:81/a", "http://h:81/a", "u", "p:q" },
    { "http://%75%40:p%3a%20@[::1]/", "http://[::1]/", "u@", "p: " },
    { "http://u:%ff@h/", "http://h/", "u", "\xff" },
  };
  static const char *const bad[] = { "http://u%00:p@h/", "http://u:p%00@h/", "http://u:p%0d%0a@h/",
                                     "http://u%0ax@h/",  "http://u%@h/",     "http://u:%zz@h/" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RfLocation) location = new_location (rows[i].uri);

      g_assert_cmpstr (rf_location_get_bare_uri (location), ==, rows[i].bare);
      g_assert_cmpstr (rf_location_get_user (location), ==, rows[i].user);
      g_assert_cmpstr (rf_location_get_password (location), ==, rows[i].password);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rf_location_new (bad[i], &error));
      g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_LOCATION);
    }
}

static void
test_references (void)
{
  RfLocation *location = new_location ("http://host:81/a");
  RfLocation *other = rf_location_ref (location);

  g_assert_true (other == location);
  rf_location_unref (location);
  g_assert_cmpstr (rf_location_get_uri (other), ==, "http://host:81/a");
  rf_location_unref (other);
}

static void
test_server (void)
{
  static const struct
  {
    const char *uri;
    const char *server;
  } rows[] = {
    { "http://host", "http://host:80" },
    { "HTTP://HOST:80/path", "http://host:80" },
    { "http://host:/", "http://host:80" },
    { "https://user:secret@Host/path?secret", "https://host:443" },
    { "http://host:443/", "http://host:443" },
    { "https://host:8443/", "https://host:8443" },
    { "http://[::1]:81/", "http://::1:81" },
    { "http://127.0.0.1/", "http://127.0.0.1:80" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RfLocation) location = new_location (rows[i].uri);

      g_assert_cmpstr (rf_location_get_server (location), ==, rows[i].server);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/location/no-uri", test_no_uri);
  g_test_add_func ("/location/other-schemes", test_other_schemes);
  g_test_add_func ("/location/control-characters", test_control_characters);
  g_test_add_func ("/location/encoded-control-characters", test_encoded_control_characters);
  g_test_add_func ("/location/uri-is-kept", test_uri_is_kept);
  g_test_add_func ("/location/scheme-in-capitals", test_scheme_in_capitals);
  g_test_add_func ("/location/fragment", test_fragment);
  g_test_add_func ("/location/display", test_display);
  g_test_add_func ("/location/refusal-keeps-secrets", test_refusal_keeps_secrets);
  g_test_add_func ("/location/follow", test_follow);
  g_test_add_func ("/location/follow-from-elsewhere", test_follow_from_elsewhere);
  g_test_add_func ("/location/trusts", test_trusts);
  g_test_add_func ("/location/follow-to-nowhere", test_follow_to_nowhere);
  g_test_add_func ("/location/user", test_user);
  g_test_add_func ("/location/server", test_server);
  g_test_add_func ("/location/references", test_references);
  return g_test_run ();
}
