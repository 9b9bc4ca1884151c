/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What may be shown of a URI, and of what is none. */

#include <ringfetch.h>

static void
test_redact (void)
{
  static const struct
  {
    const char *uri;
    const char *shown;
  } uris[] = {
    { "http://host/path", "http://host/path" },
    { "http://host", "http://host" },
    { "https://user:secret@host:81/a@b", "https://host:81/a@b" },
    { "https://secret@host/", "https://host/" },
    { "http://user:sec@ret@[::1]/", "http://[::1]/" },
    { "http://user:secret@", "http://" },
    { "http://@host", "http://host" },
    { "http://user:secret@host", "http://host" },
    { "http://host/path?sig=secret", "http://host/path?…" },
    { "http://host?sig=secret@host/", "http://host?…" },
    { "http://user:secret@host?a?b#c", "http://host?…" },
    { "http://host/path?", "http://host/path?…" },
    { "http://host/path#secret", "http://host/path" },
    { "http://host/path#secret?secret", "http://host/path" },
    { "http://host#secret@host", "http://host" },
    { "/path?to=http://user:secret@host", "/path?…" },
    { "nonsense", "nonsense" },
    { "user:secret@host:3128", "host:3128" },
    { "http://user:sec/ret@host/x", "http://host/x" },
    { "http://user:sec?ret@host/x?y", "http://host/x?…" },
    { "http://user:sec#ret@host/x#y", "http://host/x" },
    { "http://host:81/a@b:c", "http://host:81/a@b:c" },
    { "http://[::1]/a@b", "http://[::1]/a@b" },
    { "user:secret@host/a@b", "host/a@b" },
    { "//user:secret@host/", "//host/" },
    { "/a@b", "/a@b" },
    { "a/b//c@d", "a/b//c@d" },
    { "http://host//a@b", "http://host//a@b" },
    { "://user:secret@host", "://host" },
    { "http://us\xff"
      "er:secret@h\xffst/\xc3\xa9",
      "http://h\xffst/\xc3\xa9" },
    { "?secret", "?…" },
    { "#secret", "" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autofree char *shown = rf_uri_redact (uris[i].uri);
      g_autofree char *again = rf_uri_redact (shown);

      g_assert_cmpstr (shown, ==, uris[i].shown);
      g_assert_cmpstr (again, ==, uris[i].shown);
    }
  g_assert_null (rf_uri_redact (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uri/redact", test_redact);
  return g_test_run ();
}
