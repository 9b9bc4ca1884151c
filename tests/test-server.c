/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What other tests measure against must itself be right: each promise of the test server, checked
 * with a client that sees raw bytes. */

#include <string.h>

#include "rf-test-client.h"
#include "rf-test-content.h"
#include "rf-test-request.h"
#include "rf-test-server.h"

#define SMALL_SIZE 1000
#define VERSION 7
#define SMALL_ETAG "\"v7-1000\""

static const RfTestServerConfig small_config = { .size = SMALL_SIZE, .version = VERSION };

static void
check_ranges (gboolean cached)
{
  static const struct
  {
    const char *range;
    const char *status;
    const char *field;
    guint64 start;
    guint64 end;
  } cases[] = {
    { "bytes=0-0", "206", "Content-Range: bytes 0-0/1000", 0, 1 },
    { "bytes=999-999", "206", "Content-Range: bytes 999-999/1000", 999, 1000 },
    { "bytes=999-", "206", "Content-Range: bytes 999-999/1000", 999, 1000 },
    { "bytes=0-999", "206", "Content-Length: 1000", 0, 1000 },
    { "bytes=0-", "206", "Content-Range: bytes 0-999/1000", 0, 1000 },
    { "Bytes=13-77", "206", "Content-Length: 65", 13, 78 },
    { "bytes=990-2000", "206", "Content-Range: bytes 990-999/1000", 990, 1000 },
    { "bytes=1-99999999999999999999999", "206", "Content-Range: bytes 1-999/1000", 1, 1000 },
    { "bytes=5-18446744073709551615", "206", "Content-Range: bytes 5-999/1000", 5, 1000 },
    { "bytes=-1", "206", "Content-Range: bytes 999-999/1000", 999, 1000 },
    { "bytes=-5000", "206", "Content-Range: bytes 0-999/1000", 0, 1000 },
    { "bytes=1000-", "416", "Content-Range: bytes */1000", 0, 0 },
    { "bytes=1000-1000", "416", "Content-Range: bytes */1000", 0, 0 },
    { "bytes=99999999999999999999999-", "416", "Content-Range: bytes */1000", 0, 0 },
    { "bytes=-0", "416", "Content-Range: bytes */1000", 0, 0 },
    { "bytes=5-4", "200", "Content-Length: 1000", 0, 1000 },
    { "bytes=0-1,5-6", "200", "Content-Length: 1000", 0, 1000 },
    { "bytes=-", "200", "Content-Length: 1000", 0, 1000 },
    { "bytes=", "200", "Content-Length: 1000", 0, 1000 },
    { "bytes=a-9", "200", "Content-Length: 1000", 0, 1000 },
    { "bytes=1-+9", "200", "Content-Length: 1000", 0, 1000 },
    { "items=1-9", "200", "Content-Length: 1000", 0, 1000 },
    { "", "200", "Content-Length: 1000", 0, 1000 },
  };
  RfTestServerConfig config = small_config;
  g_autoptr (RfTestServer) server = NULL;
  g_autoptr (RfTestClient) client = NULL;

  config.cached = cached;
  server = rf_test_server_new (&config);
  client = rf_test_client_connect (server);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fields = g_strdup_printf ("Range: %s\r\n", cases[i].range);

      rf_test_client_expect_answer (client, fields, cases[i].status, cases[i].field);
      if (cases[i].end > 0)
        rf_test_client_expect_body (client, VERSION, cases[i].start, cases[i].end);
      else
        rf_test_client_expect_text (client, "416 Range Not Satisfiable");
    }
}

static void
test_ranges (void)
{
  check_ranges (FALSE);
}

static void
test_ranges_cached (void)
{
  check_ranges (TRUE);
}

/* An object of more than there is memory for, of a content that repeats. */
static void
test_repeating (void)
{
  static const guint64 image_sizes[] = { 1000, 1 << 16, 3 << 20 };
  const guint64 size = G_GUINT64_CONSTANT (64) << 30;
  const gsize length = 200 * 1000;
  g_autofree guint8 *body = g_malloc (length);

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (image_sizes); i++)
    {
      const RfTestServerConfig config = {
        .size = size, .version = VERSION, .image_size = image_sizes[i / 2], .cached = i % 2 == 0
      };
      g_autoptr (RfTestServer) server = rf_test_server_new (&config);
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);

      for (guint64 start = size - 3 * config.image_size - length; start < size; start += length / 2)
        {
          gsize n = (gsize)MIN (length, size - start);
          g_autofree char *fields
              = g_strdup_printf ("Range: bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "\r\n",
                                 start, start + length - 1);

          rf_test_client_expect_answer (client, fields, "206", NULL);
          g_assert_cmpuint (rf_test_client_read (client, body, n), ==, n);
          g_assert_true (
              rf_test_content_check_repeating (VERSION, config.image_size, body, start, n, NULL));
        }
    }
}

static void
test_empty_object (void)
{
  const RfTestServerConfig config = { 0 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_client_expect_refusal (client, "Range: bytes=0-\r\n", "416 Range Not Satisfiable",
                                 "Content-Range: bytes */0");
  rf_test_client_expect_refusal (client, "Range: bytes=-5\r\n", "416 Range Not Satisfiable",
                                 "Content-Range: bytes */0");
  rf_test_client_expect_answer (client, "", "200", "Content-Length: 0");
  rf_test_client_expect_answer (client, "", "200", "ETag: \"v0-0\"");
}

static void
test_head (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (&small_config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  g_assert_true (rf_test_client_request (client, "HEAD", "Range: bytes=1-2\r\n"));
  rf_test_client_expect_head (client, "200", "Content-Length: 1000");
  g_assert_true (rf_test_client_request (client, "HEAD", "If-Match: \"other\"\r\n"));
  rf_test_client_expect_head (client, "412", NULL);
  g_assert_true (rf_test_client_request (client, "HEAD", "Connection: close\r\n"));
  rf_test_client_expect_head (client, "200", "ETag: " SMALL_ETAG);
  rf_test_client_expect_end (client);
}

static void
test_pipelined (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (&small_config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autoptr (GArray) ranges = NULL;
  RfTestServerRange *logged;

  g_assert_true (rf_test_client_send (
      client, "GET /a HTTP/1.1\r\nHost: x\r\nRange: bytes=1-2\r\n\r\n"
              "GET /b HTTP/1.1\r\nHost: x\r\nRange: bytes=-30\r\n\r\nGET /c HT"));
  rf_test_client_expect_head (client, "206", "Content-Range: bytes 1-2/1000");
  rf_test_client_expect_body (client, VERSION, 1, 3);
  rf_test_client_expect_head (client, "206", "Content-Range: bytes 970-999/1000");
  rf_test_client_expect_body (client, VERSION, 970, 1000);
  g_assert_true (rf_test_client_send (client, "TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  rf_test_client_expect_head (client, "200", "Connection: close");
  rf_test_client_expect_body (client, VERSION, 0, SMALL_SIZE);
  rf_test_client_expect_end (client);

  ranges = rf_test_server_dup_ranges (server);
  g_assert_cmpuint (ranges->len, ==, 3);
  logged = (RfTestServerRange *)ranges->data;
  g_assert_true (logged[0].start == 1 && logged[0].end == 3 && logged[0].connection == 1);
  g_assert_true (logged[1].start == 970 && logged[1].end == 1000);
  g_assert_true (logged[2].start == 0 && logged[2].end == G_MAXUINT64);
}

static void
test_malformed (void)
{
  static const char *const heads[] = {
    "GET /\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
    "GET / HTTP/1.1\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
    "\r\n\r\n",
  };
  g_autoptr (RfTestServer) server = rf_test_server_new (&small_config);
  g_autoptr (RfTestClient) client = NULL;
  g_autofree char *padding = g_strnfill (17 * 1024, 'x');
  RfTestRequest request;
  gsize head_length;

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (RfTestClient) bad = rf_test_client_connect (server);

      g_assert_true (rf_test_client_send (bad, heads[i]));
      rf_test_client_expect_head (bad, "400", "Connection: close");
      rf_test_client_expect_text (bad, "400 Bad Request");
      rf_test_client_expect_end (bad);
    }

  client = rf_test_client_connect (server);
  g_assert_true (rf_test_client_send (client, padding));
  rf_test_client_expect_head (client, "431", NULL);

  g_assert_cmpint (
      rf_test_request_parse ("GET / HTTP/1.1\r\nA\0: x\r\n\r\n", 25, &request, &head_length), ==,
      RF_TEST_PARSE_MALFORMED);
}

static void
test_conditions (void)
{
  RfTestServerConfig config = small_config;
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  RfTestServerCounts counts;

  rf_test_client_expect_answer (client, "If-Match: " SMALL_ETAG "\r\nRange: bytes=0-1\r\n", "206",
                                NULL);
  rf_test_client_expect_body (client, VERSION, 0, 2);
  rf_test_client_expect_answer (client, "If-Match: \"a\" , " SMALL_ETAG "\r\nRange: bytes=0-1\r\n",
                                "206", NULL);
  rf_test_client_expect_body (client, VERSION, 0, 2);
  rf_test_client_expect_refusal (client, "If-Match: W/" SMALL_ETAG "\r\n",
                                 "412 Precondition Failed", NULL);
  rf_test_client_expect_answer (client, "If-Range: " SMALL_ETAG "\r\nRange: bytes=0-1\r\n", "206",
                                NULL);
  rf_test_client_expect_body (client, VERSION, 0, 2);
  rf_test_client_expect_answer (client, "If-Range: \"other\"\r\nRange: bytes=0-1\r\n", "200", NULL);
  rf_test_client_expect_body (client, VERSION, 0, SMALL_SIZE);

  config.version++;
  rf_test_server_set_config (server, &config);
  rf_test_client_expect_refusal (client, "If-Match: " SMALL_ETAG "\r\n", "412 Precondition Failed",
                                 NULL);
  rf_test_client_expect_answer (client, "If-Match: *\r\n", "200", "ETag: \"v8-1000\"");
  rf_test_client_expect_body (client, VERSION + 1, 0, SMALL_SIZE);

  config.no_etag = TRUE;
  rf_test_server_set_config (server, &config);
  g_assert_true (rf_test_client_request (client, "HEAD", ""));
  {
    g_autofree char *head = rf_test_client_read_head (client);

    g_assert_nonnull (head);
    g_assert_null (strstr (head, "ETag"));
  }

  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.requests, ==, 8);
  g_assert_cmpuint (counts.conditional_requests, ==, 5);
  g_assert_cmpuint (counts.body_bytes, ==, 2 + 2 + 2 + 2 * SMALL_SIZE);
}

static void
test_no_ranges (void)
{
  RfTestServerConfig config = small_config;
  g_autoptr (RfTestServer) server = NULL;
  g_autoptr (RfTestClient) client = NULL;

  config.mode = RF_TEST_SERVER_NO_RANGES;
  server = rf_test_server_new (&config);
  client = rf_test_client_connect (server);
  rf_test_client_expect_answer (client, "Range: bytes=5-6\r\n", "200", "Accept-Ranges: none");
  rf_test_client_expect_body (client, VERSION, 0, SMALL_SIZE);
  rf_test_client_expect_answer (client, "", "200", "Content-Length: 1000");
}

static void
test_chunked (void)
{
  const RfTestServerConfig config = { .size = 1000003, .mode = RF_TEST_SERVER_CHUNKED };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  for (guint round = 0; round < 2; round++)
    {
      guint64 offset = 0;
      guint64 length;

      rf_test_client_expect_answer (client, "Range: bytes=5-6\r\n", "200",
                                    "Transfer-Encoding: chunked");
      do
        {
          g_autofree char *line = rf_test_client_read_line (client);
          g_autofree char *after = NULL;

          g_assert_nonnull (line);
          g_assert_true (g_ascii_string_to_unsigned (line, 16, 0, config.size, &length, NULL));
          rf_test_client_expect_body (client, 0, offset, offset + length);
          offset += length;
          after = rf_test_client_read_line (client);
          g_assert_cmpstr (after, ==, "");
        }
      while (length > 0);
      g_assert_cmpuint (offset, ==, config.size);
    }
}

static void
test_close_delimited (void)
{
  RfTestServerConfig config = small_config;
  g_autoptr (RfTestServer) server = NULL;
  g_autoptr (RfTestClient) client = NULL;
  g_autofree char *head = NULL;

  config.mode = RF_TEST_SERVER_CLOSE_DELIMITED;
  server = rf_test_server_new (&config);
  client = rf_test_client_connect (server);
  g_assert_true (rf_test_client_request (client, "GET", "Range: bytes=5-6\r\n"));
  head = rf_test_client_read_head (client);
  g_assert_nonnull (head);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.0 200 OK\r\n"));
  g_assert_null (strstr (head, "Content-Length"));
  rf_test_client_expect_body (client, VERSION, 0, SMALL_SIZE);
  rf_test_client_expect_end (client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-server/ranges", test_ranges);
  g_test_add_func ("/test-server/ranges-cached", test_ranges_cached);
  g_test_add_func ("/test-server/repeating", test_repeating);
  g_test_add_func ("/test-server/empty-object", test_empty_object);
  g_test_add_func ("/test-server/head", test_head);
  g_test_add_func ("/test-server/pipelined", test_pipelined);
  g_test_add_func ("/test-server/malformed", test_malformed);
  g_test_add_func ("/test-server/conditions", test_conditions);
  g_test_add_func ("/test-server/no-ranges", test_no_ranges);
  g_test_add_func ("/test-server/chunked", test_chunked);
  g_test_add_func ("/test-server/close-delimited", test_close_delimited);
  return g_test_run ();
}
