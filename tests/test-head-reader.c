/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Heads of answers as they come, and what is no head. */

#include "rf-head-reader-private.h"

#include <string.h>

#define OK "HTTP/1.1 206 Partial Content\r\n"

/* In memory of exactly that size, so that a sanitizer sees every byte that is read behind it. */
static RfHeadState
read_text (RfHead *head, const char *text, gsize length)
{
  g_autofree char *copy = g_memdup2 (text, length);

  return rf_head_read (head, copy, length);
}

/* It is complete at its last byte and not before, whatever follows. */
static void
read_whole (RfHead *head, const char *text)
{
  g_autofree char *longer = g_strconcat (text, "HTTP/1.1 500 Not mine\r\n\r\n", NULL);
  gsize length = strlen (text);

  for (gsize i = 1; i < length; i++)
    g_assert_cmpint (read_text (head, text, i), ==, RF_HEAD_PARTIAL);
  g_assert_cmpint (read_text (head, longer, strlen (longer)), ==, RF_HEAD_COMPLETE);
  g_assert_cmpuint (head->length, ==, length);
  rf_head_clear (head);
  g_assert_cmpint (read_text (head, text, length), ==, RF_HEAD_COMPLETE);
  g_assert_cmpuint (head->length, ==, length);
}

static void
test_fields (void)
{
  const RfResponseHead *response;
  RfHead head;

  read_whole (&head, OK "content-range: bytes 0-9/10\r\nContent-Length:10\r\n"
                        "CONTENT-ENCODING: \t identity \t\r\nContent-Type: a/b\r\n"
                        "ETag: \"a b\"\r\nLast-Modified: then\r\nLocation: /x\r\n"
                        "Retry-After: 3\r\nAis-Version: 1\r\nAis-Checksum-Value: 2\r\n"
                        "x-amz-version-id: 3\r\nX-Goog-Generation: 4\r\nX-Other: 5\r\n\r\n");
  response = &head.response;
  g_assert_cmpuint (response->status, ==, 206);
  g_assert_cmpstr (response->reason, ==, "Partial Content");
  g_assert_cmpstr (response->content_range, ==, "bytes 0-9/10");
  g_assert_cmpstr (response->content_length, ==, "10");
  g_assert_cmpstr (response->content_encoding, ==, "identity");
  g_assert_cmpstr (response->content_type, ==, "a/b");
  g_assert_cmpstr (response->etag, ==, "\"a b\"");
  g_assert_cmpstr (response->last_modified, ==, "then");
  g_assert_cmpstr (response->location, ==, "/x");
  g_assert_cmpstr (response->retry_after, ==, "3");
  g_assert_cmpstr (response->tokens[RF_TOKEN_AIS_VERSION], ==, "1");
  g_assert_cmpstr (response->tokens[RF_TOKEN_AIS_CHECKSUM], ==, "2");
  g_assert_cmpstr (response->tokens[RF_TOKEN_S3_VERSION], ==, "3");
  g_assert_cmpstr (response->tokens[RF_TOKEN_GS_GENERATION], ==, "4");
  g_assert_false (response->is_ambiguous);
  g_assert_cmpint (response->auth, ==, RF_AUTH_NONE);
  g_assert_cmpuint (head.body_length, ==, 10);
  g_assert_false (head.is_chunked);
  g_assert_true (head.keep_alive);
  rf_head_clear (&head);
}

static void
test_missing_fields (void)
{
  RfHead head;

  read_whole (&head, OK "Content-Length: 1\r\nETag:\r\nLocation: \t \r\n\r\n");

  g_assert_null (head.response.etag);
  g_assert_null (head.response.location);
  g_assert_null (head.response.content_range);
  rf_head_clear (&head);
}

static void
test_ambiguous (void)
{
  static const struct
  {
    const char *fields;
    gboolean is_ambiguous;
  } cases[] = {
    { "ETag: \"a\"\r\nETag: \"b\"\r\n", TRUE },
    { "ETag:\r\nETag: \"b\"\r\n", TRUE },
    { "Content-Range: bytes 0-0/1\r\nX: y\r\nContent-Range: bytes 0-0/2\r\n", TRUE },
    { "Ais-Version: 1\r\nais-version: 2\r\n", TRUE },
    { "ETag: \"a\"\r\nETag: \"a\" \r\n", FALSE },
    { "Content-Type: a/b\r\nContent-Type: c/d\r\n", FALSE },
    { "Retry-After: 1\r\nRetry-After: 2\r\n", FALSE },
    { "X: 1\r\nX: 2\r\n", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat (OK, cases[i].fields, "\r\n", NULL);
      RfHead head;

      read_whole (&head, text);

      g_assert_cmpint (head.response.is_ambiguous, ==, cases[i].is_ambiguous);
      rf_head_clear (&head);
    }
}

static void
test_bodies (void)
{
  static const struct
  {
    const char *text;
    guint64 length;
    gboolean is_chunked;
    gboolean keep_alive;
  } cases[] = {
    { OK "Content-Length: 0\r\n\r\n", 0, FALSE, TRUE },
    { OK "Content-Length: 9223372036854775808\r\n\r\n", (guint64)G_MAXINT64 + 1, FALSE, TRUE },
    { OK "Content-Length: 1\r\nConnection: close\r\n\r\n", 1, FALSE, FALSE },
    { OK "Transfer-Encoding: chunked\r\n\r\n", RF_SIZE_UNKNOWN, TRUE, TRUE },
    { OK "Transfer-Encoding: Chunked\r\nConnection: close\r\n\r\n", RF_SIZE_UNKNOWN, TRUE, FALSE },
    { OK "\r\n", RF_SIZE_UNKNOWN, FALSE, FALSE },
    { "HTTP/1.0 200 OK\r\n\r\n", RF_SIZE_UNKNOWN, FALSE, FALSE },
    { "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", 1, FALSE, FALSE },
    { "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n", 1, FALSE, TRUE },
    { "HTTP/1.1 204 No Content\r\n\r\n", 0, FALSE, TRUE },
    { "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 0, FALSE, TRUE },
    { "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n", 2, FALSE, TRUE },
    { "HTTP/1.1 200 OK\nContent-Length: 2\n\n", 2, FALSE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RfHead head;

      g_test_message ("%s", cases[i].text);
      read_whole (&head, cases[i].text);
      g_assert_cmpuint (head.body_length, ==, cases[i].length);
      g_assert_cmpint (head.is_chunked, ==, cases[i].is_chunked);
      g_assert_cmpint (head.keep_alive, ==, cases[i].keep_alive);
      rf_head_clear (&head);
    }
}

/* What answers of status 1xx say is not the answer's. */
static void
test_interim (void)
{
  RfHead head;

  read_whole (&head, "HTTP/1.1 100 Continue\r\n\r\n"
                     "HTTP/1.1 103 Early Hints\r\nETag: \"no\"\r\nContent-Length: 7\r\n\r\n" OK
                     "Content-Length: 2\r\n\r\n");

  g_assert_cmpuint (head.response.status, ==, 206);
  g_assert_null (head.response.etag);
  g_assert_cmpuint (head.body_length, ==, 2);
  rf_head_clear (&head);
}

static void
test_reason (void)
{
  g_autofree char *longest = g_strnfill (RF_MAX_REASON - 1, 'x');
  g_autofree char *text = g_strconcat ("HTTP/1.1 404 ", longest, "yz\r\n\r\n", NULL);
  RfHead head;

  read_whole (&head, text);
  g_assert_cmpstr (head.response.reason, ==, longest);
  rf_head_clear (&head);

  read_whole (&head, "HTTP/1.1 404 a\x1b[1mb\xe9\r\n\r\n");
  g_assert_cmpstr (head.response.reason, ==, "a[1mb");
  rf_head_clear (&head);
}

static void
test_strange (void)
{
  static const char *const texts[] = {
    OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    OK "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
    OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    OK "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
    OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
    OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    OK "Transfer-Encoding: identity\r\n\r\n",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    OK "Content-Length:\r\n\r\n",
    OK "Content-Length: -1\r\n\r\n",
    OK "Content-Length: 1 2\r\n\r\n",
    OK "Content-Length: 0x1\r\n\r\n",
    OK "Content-Length: 18446744073709551616\r\n\r\n",
    OK "Content-Length: 18446744073709551615\r\n\r\n",
    OK "ETag: \"a\r\n b\"\r\n\r\n",
    OK "ETag : \"a\"\r\n\r\n",
    OK "ETag: \"a\x01\"\r\n\r\n",
    OK "no colon\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "HTTP/1.1 99 Too Few\r\n\r\n",
    "HTTP/1.1 abc\r\n\r\n",
    "HTTP/1.2 200 OK\r\n\r\n",
    "HTTP/2 200 OK\r\n\r\n",
    "http/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nGarbage",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      RfHead head;

      g_test_message ("%s", texts[i]);
      g_assert_cmpint (read_text (&head, texts[i], strlen (texts[i])), ==, RF_HEAD_STRANGE);
    }
}

static void
test_alien (void)
{
  static const char *const texts[]
      = { "x", "HTTQ", "\r\nHTTP/1.1 200 OK\r\n\r\n", " HTTP/1.1 200 OK" };
  RfHead head;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpint (read_text (&head, texts[i], strlen (texts[i])), ==, RF_HEAD_ALIEN);
  g_assert_cmpint (read_text (&head, "\0", 1), ==, RF_HEAD_ALIEN);
}

/* No head makes us keep more than is left to libcurl to judge. */
static void
test_large (void)
{
  g_autofree char *value = g_strnfill (60 * 1024, 'x');
  g_autofree char *large = g_strconcat (OK, "X: ", value, "\r\nContent-Length: 1\r\n\r\n", NULL);
  g_autofree char *endless = g_strconcat (OK, "X: ", value, value, NULL);
  g_autoptr (GString) interim = g_string_new (NULL);
  RfHead head;

  g_assert_cmpint (read_text (&head, large, strlen (large)), ==, RF_HEAD_COMPLETE);
  g_assert_cmpuint (head.length, ==, strlen (large));
  rf_head_clear (&head);
  g_assert_cmpint (read_text (&head, endless, 64 * 1024 - 1), ==, RF_HEAD_PARTIAL);
  g_assert_cmpint (read_text (&head, endless, 64 * 1024), ==, RF_HEAD_STRANGE);
  while (interim->len < 64 * 1024)
    g_string_append (interim, "HTTP/1.1 102 Processing\r\n\r\n");
  g_assert_cmpint (read_text (&head, interim->str, interim->len), ==, RF_HEAD_STRANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head-reader/fields", test_fields);
  g_test_add_func ("/head-reader/missing-fields", test_missing_fields);
  g_test_add_func ("/head-reader/ambiguous", test_ambiguous);
  g_test_add_func ("/head-reader/bodies", test_bodies);
  g_test_add_func ("/head-reader/interim", test_interim);
  g_test_add_func ("/head-reader/reason", test_reason);
  g_test_add_func ("/head-reader/strange", test_strange);
  g_test_add_func ("/head-reader/alien", test_alien);
  g_test_add_func ("/head-reader/large", test_large);
  return g_test_run ();
}
