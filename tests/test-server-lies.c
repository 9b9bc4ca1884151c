/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each lie of the test server is told as described, when it should be, and to nobody else. */

#include <string.h>

#include "rf-test-liar.h"
#include "rf-test-lie.h"

#define EXCESS "sixteen bytes !!"

/* One answer on a connection that is kept: what its head has, and which bytes follow. */
typedef struct
{
  RfTestServerLie lie;
  const char *start;    /* of the head */
  const char *lines[2]; /* that it has */
  const char *absent;   /* what it has not; NULL: nothing */
  guint64 body_start;
  guint64 body_end;
  const char *behind; /* what follows these bytes */
} Case;

static const Case cases[] = {
  { RF_TEST_SERVER_NO_CONTENT_RANGE,
    "HTTP/1.1 206 ",
    { "Content-Length: 100" },
    "Content-Range",
    START,
    END,
    "" },
  { RF_TEST_SERVER_WRONG_START,
    "HTTP/1.1 206 ",
    { "Content-Range: bytes 101-200/1000", "Content-Length: 100" },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_WRONG_END,
    "HTTP/1.1 206 ",
    { "Content-Range: bytes 100-200/1000", "Content-Length: 100" },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_WRONG_TOTAL,
    "HTTP/1.1 206 ",
    { "Content-Range: bytes 100-199/1001", "Content-Length: 100" },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_LONG_LENGTH,
    "HTTP/1.1 206 ",
    { RANGE_LINE, "Content-Length: 116" },
    NULL,
    START,
    END,
    EXCESS },
  { RF_TEST_SERVER_SHORT_LENGTH,
    "HTTP/1.1 206 ",
    { RANGE_LINE, "Content-Length: 50" },
    NULL,
    START,
    START + 50,
    "" },
  { RF_TEST_SERVER_EXCESS,
    "HTTP/1.1 206 ",
    { RANGE_LINE, "Content-Length: 100" },
    NULL,
    START,
    END,
    EXCESS },
  { RF_TEST_SERVER_WHOLE,
    "HTTP/1.1 200 ",
    { "Content-Length: 1000", "Accept-Ranges: bytes" },
    "Content-Range",
    0,
    SIZE,
    "" },
  { RF_TEST_SERVER_GZIP,
    "HTTP/1.1 206 ",
    { RANGE_LINE, "Content-Encoding: gzip" },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_DENIES_RANGES,
    "HTTP/1.1 206 ",
    { RANGE_LINE, "Accept-Ranges: none" },
    "Accept-Ranges: bytes",
    START,
    END,
    "" },
  { RF_TEST_SERVER_UNSATISFIABLE,
    "HTTP/1.1 416 ",
    { "Content-Range: bytes */1000" },
    "ETag",
    0,
    0,
    "416 Range Not Satisfiable\n" },
  { RF_TEST_SERVER_NOT_ACCEPTABLE,
    "HTTP/1.1 406 ",
    { NULL },
    "Content-Range",
    0,
    0,
    "406 Not Acceptable\n" },
  { RF_TEST_SERVER_FOLDED_FIELD,
    "HTTP/1.1 206 ",
    { "X-Folded: this goes on\r\n Content-Range: bytes 1-2/3", RANGE_LINE },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_NEGATIVE_LENGTH,
    "HTTP/1.1 206 ",
    { "Content-Length: -100", RANGE_LINE },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_OVERFLOWING_LENGTH,
    "HTTP/1.1 206 ",
    { "Content-Length: 18446744073709551716", RANGE_LINE },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_BAD_LENGTH,
    "HTTP/1.1 206 ",
    { "Content-Length: 100 bytes", RANGE_LINE },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_NEGATIVE_RANGE,
    "HTTP/1.1 206 ",
    { "Content-Range: bytes -100-199/1000", "Content-Length: 100" },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_OVERFLOWING_RANGE,
    "HTTP/1.1 206 ",
    { "Content-Range: bytes 18446744073709551716-18446744073709551815/18446744073709552616",
      "Content-Length: 100" },
    NULL,
    START,
    END,
    "" },
  { RF_TEST_SERVER_BAD_RANGE,
    "HTTP/1.1 206 ",
    { "Content-Range: bytes 0x100-199/1000", "Content-Length: 100" },
    NULL,
    START,
    END,
    "" },
};

static void
test_kept_connection (gconstpointer data)
{
  const Case *it = data;
  g_autoptr (RfTestServer) server = rf_test_liar_new (it->lie);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autofree char *head = NULL;

  rf_test_liar_provoke (client);
  head = rf_test_client_read_head (client);
  g_assert_nonnull (head);
  g_assert_true (g_str_has_prefix (head, it->start));
  for (gsize i = 0; i < G_N_ELEMENTS (it->lines) && it->lines[i] != NULL; i++)
    rf_test_client_expect_line (head, it->lines[i]);
  if (it->absent != NULL)
    g_assert_null (strstr (head, it->absent));
  rf_test_client_expect_body (client, VERSION, it->body_start, it->body_end);
  rf_test_client_expect_bytes (client, it->behind);
  rf_test_liar_expect_honesty (client);
}

/* Near the end of the object what is beside lies before. */
static void
test_wrong_near_the_end (void)
{
  g_autoptr (RfTestServer) server = rf_test_liar_new (RF_TEST_SERVER_WRONG_START);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_liar_expect_honesty (client);
  rf_test_client_expect_answer (client, "Range: bytes=900-\r\n", "206",
                                "Content-Range: bytes 899-998/1000");
}

/* Reads chunks up to the last one; returns how many bytes there were. */
static gsize
read_chunks (RfTestClient *client, guint8 *dest)
{
  gsize done = 0;
  guint64 length;

  do
    {
      g_autofree char *line = rf_test_client_read_line (client);
      g_autofree char *after = NULL;

      g_assert_nonnull (line);
      g_assert_true (g_ascii_string_to_unsigned (line, 16, 0, SIZE, &length, NULL));
      g_assert_cmpuint (rf_test_client_read (client, dest + done, length), ==, length);
      done += length;
      after = rf_test_client_read_line (client);
      g_assert_cmpstr (after, ==, "");
    }
  while (length > 0);
  return done;
}

static void
test_chunked (void)
{
  static const struct
  {
    RfTestServerLie lie;
    gsize length;
  } lies[] = { { RF_TEST_SERVER_CHUNKED_PART, 100 },
               { RF_TEST_SERVER_SHORT_CHUNKED, 50 },
               { RF_TEST_SERVER_LONG_CHUNKED, 116 } };

  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_liar_new (lies[i].lie);
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);
      g_autofree char *head = NULL;
      guint8 body[2 * SIZE];

      rf_test_liar_provoke (client);
      head = rf_test_client_read_head (client);
      rf_test_client_expect_line (head, "Transfer-Encoding: chunked");
      rf_test_client_expect_line (head, RANGE_LINE);
      g_assert_null (strstr (head, "Content-Length"));
      g_assert_cmpuint (read_chunks (client, body), ==, lies[i].length);
      rf_test_liar_expect_honesty (client);
    }
}

static void
test_unasked_part (void)
{
  g_autoptr (RfTestServer) server = rf_test_liar_new (RF_TEST_SERVER_UNASKED_PART);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_liar_expect_honesty (client);
  rf_test_client_expect_answer (client, "", "206", "Content-Range: bytes 0-999/1000");
  rf_test_client_expect_body (client, VERSION, 0, SIZE);
  rf_test_liar_expect_honesty (client);
}

static void
test_multipart (void)
{
  static const char before[] = "--part-of-the-object\r\nContent-Type: application/octet-stream\r\n"
                               "Content-Range: bytes 100-199/1000\r\n\r\n";
  static const char behind[] = "\r\n--part-of-the-object--\r\n";
  g_autoptr (RfTestServer) server = rf_test_liar_new (RF_TEST_SERVER_MULTIPART);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autofree char *length
      = g_strdup_printf ("Content-Length: %zu", strlen (before) + END - START + strlen (behind));

  rf_test_liar_provoke (client);
  {
    g_autofree char *head = rf_test_client_read_head (client);

    g_assert_true (g_str_has_prefix (head, "HTTP/1.1 206 "));
    rf_test_client_expect_line (head,
                                "Content-Type: multipart/byteranges; boundary=part-of-the-object");
    rf_test_client_expect_line (head, length);
    g_assert_null (strstr (head, "Content-Range"));
  }
  rf_test_client_expect_bytes (client, before);
  rf_test_client_expect_body (client, VERSION, START, END);
  rf_test_client_expect_bytes (client, behind);
  rf_test_liar_expect_honesty (client);
}

/* HEAD and answers without bytes of the object are never lied in, and every request is without
 * lie_every. */
static void
test_who_is_lied_to (void)
{
  const RfTestServerConfig config
      = { .size = SIZE, .version = VERSION, .lie = RF_TEST_SERVER_WRONG_TOTAL };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  for (guint i = 0; i < 3; i++)
    {
      rf_test_client_expect_answer (client, RANGE, "206", "Content-Range: bytes 100-199/1001");
      rf_test_client_expect_body (client, VERSION, START, END);
    }
  g_assert_true (rf_test_client_request (client, "HEAD", RANGE));
  rf_test_client_expect_head (client, "200", "Content-Length: 1000");
  rf_test_client_expect_answer (client, "Range: bytes=5000-\r\n", "416",
                                "Content-Range: bytes */1000");
}

static void
test_names (void)
{
  RfTestServerLie found;

  for (guint lie = RF_TEST_SERVER_HONEST; lie <= RF_TEST_SERVER_BARE_LF; lie++)
    {
      g_assert_nonnull (rf_test_lie_get_name ((RfTestServerLie)lie));
      g_assert_true (rf_test_lie_find (rf_test_lie_get_name ((RfTestServerLie)lie), &found));
      g_assert_cmpuint (found, ==, lie);
    }
  g_assert_false (rf_test_lie_find ("white", &found));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path
          = g_strconcat ("/test-server/lie/", rf_test_lie_get_name (cases[i].lie), NULL);

      g_test_add_data_func (path, &cases[i], test_kept_connection);
    }
  g_test_add_func ("/test-server/lie/wrong-near-the-end", test_wrong_near_the_end);
  g_test_add_func ("/test-server/lie/chunked", test_chunked);
  g_test_add_func ("/test-server/lie/unasked-part", test_unasked_part);
  g_test_add_func ("/test-server/lie/multipart", test_multipart);
  g_test_add_func ("/test-server/lie/who-is-lied-to", test_who_is_lied_to);
  g_test_add_func ("/test-server/lie/names", test_names);
  return g_test_run ();
}
