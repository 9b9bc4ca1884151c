/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server is told, byte for byte, and that libcurl tells it the same. */

#include "rf-request-head-private.h"

#include "rf-test-reader.h"
#include "rf-test-script.h"

#include <string.h>

#define AGENT "User-Agent: RingFetch/" RF_VERSION "\r\n"
#define ACCEPT "Accept: */*\r\n"
#define ENCODING "Accept-Encoding: identity\r\n"

/* The request for the bytes [5, 10) of a location. */
static RfRequest
make_request (RfLocation *location, const RfOptions *options)
{
  return (RfRequest){
    .location = location,
    .options = options,
    .is_trusted = TRUE,
    .range = { 5, 10 },
    .ranged = TRUE,
  };
}

static void
expect (const RfRequest *request, const char *expected)
{
  GString *head = rf_request_head_write (request);

  g_assert_cmpstr (head->str, ==, expected);
  g_assert_cmpuint (head->len, ==, strlen (expected));
  g_string_free (head, TRUE);
}

static void
test_locations (void)
{
  static const struct
  {
    const char *location;
    const char *target;
    const char *host;
  } cases[] = {
    { "http://host", "/", "host" },
    { "http://host?a", "/?a", "host" },
    { "http://host/", "/", "host" },
    { "http://host:80/a", "/a", "host" },
    { "https://host:443/a", "/a", "host" },
    { "http://host:443/a", "/a", "host:443" },
    { "https://host:80/a", "/a", "host:80" },
    { "http://host:0080/a", "/a", "host" },
    { "HTTP://Host:8080/A", "/A", "Host:8080" },
    { "http://[::1]/a", "/a", "[::1]" },
    { "http://[::1]:8080/a", "/a", "[::1]:8080" },
    { "http://127.0.0.1:81/a", "/a", "127.0.0.1:81" },
    { "http://user:password@host/a", "/a", "host" },
    { "http://host/a/../b%2fc//./?x=%2f&y=%7e?#z", "/a/../b%2fc//./?x=%2f&y=%7e?", "host" },
    { "http://host/a%20b'()*!$&+,;=:@", "/a%20b'()*!$&+,;=:@", "host" },
  };
  g_autoptr (RfOptions) options = rf_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RfLocation) location = rf_location_new (cases[i].location, &error);
      g_autofree char *expected = g_strdup_printf (
          "GET %s HTTP/1.1\r\nHost: %s\r\n" AGENT ACCEPT ENCODING "Range: bytes=5-9\r\n\r\n",
          cases[i].target, cases[i].host);
      RfRequest request;

      g_assert_no_error (error);
      request = make_request (location, options);
      expect (&request, expected);
    }
}

static void
test_fields (void)
{
  static const char *const extra[] = { "X-One:  1 ", "X-Empty: \t", "x-two:2", NULL };
  static const char *const cookies[] = { "a=1", "b=2", NULL };
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (RfLocation) location = rf_location_new ("http://host/a", NULL);
  RfRequest request = make_request (location, options);

  request.ranged = FALSE;
  expect (&request, "GET /a HTTP/1.1\r\nHost: host\r\n" AGENT ACCEPT ENCODING "\r\n");

  request.ranged = TRUE;
  request.if_match = "\"v\"";
  rf_options_set_user_agent (options, "me");
  rf_options_set_bearer_token (options, "token");
  rf_options_set_cookies (options, cookies);
  rf_options_set_extra_headers (options, extra);
  expect (&request, "GET /a HTTP/1.1\r\nHost: host\r\nUser-Agent: me\r\n" ACCEPT ENCODING
                    "If-Match: \"v\"\r\nRange: bytes=5-9\r\nAuthorization: Bearer token\r\n"
                    "Cookie: a=1; b=2\r\nX-One:  1 \r\nX-Empty:\r\nx-two:2\r\n\r\n");

  /* Another server is told nothing that is meant for this one. */
  request.is_trusted = FALSE;
  expect (&request, "GET /a HTTP/1.1\r\nHost: host\r\nUser-Agent: me\r\n" ACCEPT ENCODING
                    "If-Match: \"v\"\r\nRange: bytes=5-9\r\n\r\n");
}

static void
test_own_fields (void)
{
  static const char *const extra[] = { "accept: a/b", "USER-AGENT: x", NULL };
  static const char *const silent[] = { "Accept:", "User-Agent:", NULL };
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (RfLocation) location = rf_location_new ("http://host/a", NULL);
  RfRequest request = make_request (location, options);

  request.ranged = FALSE;
  rf_options_set_extra_headers (options, extra);
  expect (&request,
          "GET /a HTTP/1.1\r\nHost: host\r\n" ENCODING "accept: a/b\r\nUSER-AGENT: x\r\n\r\n");
  rf_options_set_extra_headers (options, silent);
  expect (&request, "GET /a HTTP/1.1\r\nHost: host\r\n" ENCODING "Accept:\r\nUser-Agent:\r\n\r\n");
  rf_options_set_extra_headers (options, NULL);
  rf_options_set_user_agent (options, "");
  expect (&request, "GET /a HTTP/1.1\r\nHost: host\r\n" ACCEPT ENCODING "\r\n");
}

static void
line_break (gpointer unused)
{
  static const char *const extra[] = { "X: 1\r\nY: 2", NULL };
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (RfLocation) location = rf_location_new ("http://host/a", NULL);
  RfRequest request = make_request (location, options);

  rf_options_set_extra_headers (options, extra);
  rf_request_head_write (&request);
}

/* It is refused before it comes here; if it does come, nothing is sent. */
static void
test_line_break (void)
{
  if (g_test_subprocess ())
    {
      line_break (NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*strpbrk*");
}

/* What comes to a server over both transports. */

static gboolean
keep_head (const RfTestScriptRequest *request, gpointer heads)
{
  g_ptr_array_add (heads, g_strdup (request->head));
  return rf_test_script_answer (request, 1);
}

static void
check_same (const char *path, RfOptions *options)
{
  g_autoptr (GPtrArray) heads = g_ptr_array_new_with_free_func (g_free);
  RfTestScript *script = rf_test_script_new (keep_head, heads);
  g_autofree char *uri
      = g_strdup_printf ("http://127.0.0.1:%u%s", rf_test_script_get_port (script), path);
  const char *const users[] = { NULL, "user" };

  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autoptr (RfReader) reader = NULL;
      g_autoptr (GError) error = NULL;

      /* Requests with a user are libcurl's. */
      rf_options_set_user_id (options, users[i]);
      reader = rf_test_reader_new_alone (uri, options);
      g_assert_true (rf_reader_open (reader, NULL, &error));
      g_assert_no_error (error);
    }
  rf_test_script_free (script);
  g_assert_cmpuint (heads->len, ==, 2);
  g_assert_cmpstr (heads->pdata[0], ==, heads->pdata[1]);
}

static void
test_same_as_libcurl (void)
{
  static const char *const paths[]
      = { "", "/", "?", "/?", "/a?", "?a=b", "/a/../b//./%7e%2F?x=[y]&z", "/a#b" };
  static const char *const extra[] = { "X-One:  1 ", "X-Empty: \t", "x-two:2", "accept:", NULL };
  static const char *const cookies[] = { "a=1", "b=2", NULL };
  g_autoptr (RfOptions) options = rf_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    check_same (paths[i], options);
  rf_options_set_user_agent (options, "");
  rf_options_set_cookies (options, cookies);
  rf_options_set_extra_headers (options, extra);
  check_same ("/", options);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request-head/locations", test_locations);
  g_test_add_func ("/request-head/fields", test_fields);
  g_test_add_func ("/request-head/own-fields", test_own_fields);
  g_test_add_func ("/request-head/line-break", test_line_break);
  g_test_add_func ("/request-head/same-as-libcurl", test_same_as_libcurl);
  return g_test_run ();
}
