/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the test server's object is come to: redirections, locations that expire, credentials, waits, and
 * what it is then. */

#include <string.h>

#include "rf-test-client.h"
#include "rf-test-server.h"

#define SIZE 1000

#define USER "Mufasa"
#define PASSWORD "Circle of Life"
#define TOKEN "mF_9.B5f-4.1JqM"

static void
get (RfTestClient *client, const char *target, const char *status, const char *field)
{
  g_autofree char *request
      = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: example.org:8080\r\n\r\n", target);

  g_assert_true (rf_test_client_send (client, request));
  rf_test_client_expect_head (client, status, field);
}

/* Asks for a target, and expects to be sent elsewhere by this line. */
static void
get_redirection (RfTestClient *client, const char *target, const char *line)
{
  get (client, target, "302", line);
  rf_test_client_expect_text (client, "302 Found");
}

static void
get_refusal (RfTestClient *client, const char *target)
{
  get (client, target, "403", NULL);
  rf_test_client_expect_text (client, "403 Forbidden");
}

static void
get_object (RfTestClient *client, const char *target)
{
  get (client, target, "200", NULL);
  rf_test_client_expect_body (client, 0, 0, SIZE);
}

static void
test_redirect_statuses (void)
{
  static const struct
  {
    guint status;
    const char *line;
    const char *text;
  } statuses[] = {
    { 0, "302", "302 Found" },
    { 301, "301", "301 Moved Permanently" },
    { 302, "302", "302 Found" },
    { 303, "303", "303 See Other" },
    { 307, "307", "307 Temporary Redirect" },
    { 308, "308", "308 Permanent Redirect" },
  };
  RfTestServerConfig config = { .size = SIZE, .redirect_to = "object?signed" };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      config.redirect_status = statuses[i].status;
      rf_test_server_set_config (server, &config);
      get (client, "/redirect?query", statuses[i].line, "Location: object?signed");
      rf_test_client_expect_text (client, statuses[i].text);
    }
}

static void
test_redirect_absolute (void)
{
  RfTestServerConfig config = { .size = SIZE, .redirect_to = "/object", .redirect_absolute = TRUE };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  get_redirection (client, "/redirect", "Location: http://example.org:8080/object");
  config.redirect_to = "https://example.net/";
  rf_test_server_set_config (server, &config);
  get (client, "/redirect", "302", "Location: https://example.net/");
}

static void
test_redirect_chain (void)
{
  RfTestServerConfig config = { .size = SIZE, .redirect_to = "/object", .redirect_chain = 2 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  get_redirection (client, "/redirect", "Location: /redirect/1");
  get_redirection (client, "/redirect/1", "Location: /redirect/2");
  get_redirection (client, "/redirect/2", "Location: /object");
  get_object (client, "/redirect/3");
  get_object (client, "/redirected");

  config.redirect_to = "/redirect";
  rf_test_server_set_config (server, &config);
  get (client, "/redirect/2", "302", "Location: /redirect");
}

/* The first request's location is good for the next two, and then another one has to be asked for. */
static void
test_redirect_expires (void)
{
  RfTestServerConfig config = { .size = SIZE, .redirect_to = "/object", .redirect_expires = 2 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  get_redirection (client, "/redirect", "Location: /object?token=1");
  for (guint i = 0; i < 2; i++)
    get_object (client, "/object?token=1");
  get_refusal (client, "/object?token=1");
  get_redirection (client, "/redirect", "Location: /object?token=5");
  get_refusal (client, "/object?token=1");
  get_object (client, "/object?a=b&token=5");
  get_object (client, "/object");

  config.redirect_to = "/object?a=b";
  rf_test_server_set_config (server, &config);
  get (client, "/redirect", "302", "Location: /object?a=b&token=1");
}

/* Asks with these fields, and expects all of this version in an answer with this line. */
static void
expect_version (RfTestClient *client, const char *fields, guint64 version, const char *line)
{
  rf_test_client_expect_answer (client, fields, "200", line);
  rf_test_client_expect_body (client, version, 0, SIZE);
}

/* Asks with these credentials and expects to be let in, or not. */
static void
check_credentials (RfTestClient *client, const char *credentials, gboolean good)
{
  g_autofree char *field = g_strdup_printf ("Authorization: %s\r\n", credentials);

  if (good)
    expect_version (client, field, 0, NULL);
  else
    rf_test_client_expect_refusal (client, field, "401 Unauthorized", NULL);
}

/* Asks without any, and expects to be asked for them. */
static void
check_challenge (RfTestClient *client, const char *line)
{
  rf_test_client_expect_refusal (client, "", "401 Unauthorized", line);
}

#define BASIC "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"
#define BEARER "Bearer " TOKEN
#define NONCE "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcC"
#define DIGEST(user, realm, nonce, uri, qop, response)                                             \
  "Digest username=\"" user "\", realm=\"" realm "\", nonce=\"" nonce "\", uri=\"" uri             \
  "\", cnonce=\"0a4f113b\", nc=00000001, qop=" qop ", response=\"" response "\", algorithm=MD5"

/* MD5 of MD5(user:realm:password):nonce:nc:cnonce:qop:MD5(GET:/object), and the same for HEAD. */
#define GET_RESPONSE "3ce3be03095a31d7412d86c05c529540"
#define HEAD_RESPONSE "bed72985e004cb82fd904190f9bdcd08"
#define GOOD_DIGEST DIGEST (USER, "RingFetch", NONCE, "/object", "auth", GET_RESPONSE)

static RfTestServer *
new_guarded (guint auth)
{
  return rf_test_server_new (&(RfTestServerConfig){ .size = SIZE,
                                                    .auth = auth,
                                                    .auth_user = USER,
                                                    .auth_password = PASSWORD,
                                                    .auth_token = TOKEN });
}

static void
test_basic (void)
{
  g_autoptr (RfTestServer) server = new_guarded (RF_TEST_SERVER_AUTH_BASIC);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  RfTestServerCounts counts;

  check_challenge (client, "WWW-Authenticate: Basic realm=\"RingFetch\"");
  check_credentials (client, BASIC, TRUE);
  check_credentials (client, "Basic TXVmYXNhOkNpcmNsZQ==", FALSE);
  check_credentials (client, "Basic", FALSE);
  check_credentials (client, BEARER, FALSE);
  check_credentials (client, GOOD_DIGEST, FALSE);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.requests, ==, 6);
  g_assert_cmpuint (counts.authorized_requests, ==, 5);
}

static void
test_bearer (void)
{
  g_autoptr (RfTestServer) server = new_guarded (RF_TEST_SERVER_AUTH_BEARER);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  check_challenge (client, "WWW-Authenticate: Bearer realm=\"RingFetch\"");
  check_credentials (client, BEARER, TRUE);
  check_credentials (client, "Bearer " TOKEN "x", FALSE);
  check_credentials (client, BASIC, FALSE);
}

static void
test_digest (void)
{
  g_autoptr (RfTestServer) server = new_guarded (RF_TEST_SERVER_AUTH_DIGEST);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  check_challenge (client, "WWW-Authenticate: Digest realm=\"RingFetch\", qop=\"auth\", "
                           "algorithm=MD5, nonce=\"" NONCE "\"");
  check_credentials (client, GOOD_DIGEST, TRUE);
  check_credentials (client, DIGEST ("Simba", "RingFetch", NONCE, "/object", "auth", GET_RESPONSE),
                     FALSE);
  check_credentials (client, DIGEST (USER, "Other", NONCE, "/object", "auth", GET_RESPONSE), FALSE);
  check_credentials (client, DIGEST (USER, "RingFetch", "x", "/object", "auth", GET_RESPONSE),
                     FALSE);
  check_credentials (client, DIGEST (USER, "RingFetch", NONCE, "/", "auth", GET_RESPONSE), FALSE);
  check_credentials (client, DIGEST (USER, "RingFetch", NONCE, "/object", "x", GET_RESPONSE),
                     FALSE);
  check_credentials (client, DIGEST (USER, "RingFetch", NONCE, "/object", "auth", HEAD_RESPONSE),
                     FALSE);
  check_credentials (client, "Digest username=\"" USER "\"", FALSE);
  check_credentials (client, "Digest ,\"=,,", FALSE);
  check_credentials (client, BASIC, FALSE);
}

static void
test_several_schemes (void)
{
  g_autoptr (RfTestServer) server
      = new_guarded (RF_TEST_SERVER_AUTH_BASIC | RF_TEST_SERVER_AUTH_DIGEST);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  check_challenge (client, "WWW-Authenticate: Basic realm=\"RingFetch\"");
  check_credentials (client, BASIC, TRUE);
  check_credentials (client, GOOD_DIGEST, TRUE);
  check_credentials (client, BEARER, FALSE);
}

static void
test_retry_after (void)
{
  RfTestServerConfig config = { .mode = RF_TEST_SERVER_STATUS, .retry_after = 120 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_client_expect_refusal (client, "", "503 Service Unavailable", "Retry-After: 120");
  config.retry_after_text = "Fri, 31 Dec 1999 23:59:59 GMT";
  rf_test_server_set_config (server, &config);
  rf_test_client_expect_answer (client, "", "503", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT");
}

/* The third request finds another object, and is told so in each way. */
static void
check_change (gboolean cached)
{
  static const char before[] = "If-Match: \"v1-1000\"\r\n";
  const RfTestServerConfig config = { .size = SIZE,
                                      .version = 1,
                                      .cached = cached,
                                      .last_modified = "Fri, 31 Dec 1999 23:59:59 GMT",
                                      .fields = "Ais-Version: 4\r\nX-Other: a\r\n",
                                      .change_from = 3,
                                      .changed_version = 2,
                                      .changed_last_modified = "Sat, 01 Jan 2000 00:00:00 GMT",
                                      .changed_fields = "Ais-Version: 5\r\n" };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  expect_version (client, before, 1, "Ais-Version: 4\r\nX-Other: a");
  expect_version (client, before, 1, "Last-Modified: Fri, 31 Dec 1999 23:59:59 GMT");
  expect_version (client, "", 2, "ETag: \"v2-1000\"");
  expect_version (client, "", 2, "Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT");
  expect_version (client, "", 2, "Ais-Version: 5");
  rf_test_client_expect_answer (client, before, "412", NULL);
}

static void
test_change (void)
{
  check_change (FALSE);
  check_change (TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-server/redirect-statuses", test_redirect_statuses);
  g_test_add_func ("/test-server/redirect-absolute", test_redirect_absolute);
  g_test_add_func ("/test-server/redirect-chain", test_redirect_chain);
  g_test_add_func ("/test-server/redirect-expires", test_redirect_expires);
  g_test_add_func ("/test-server/basic", test_basic);
  g_test_add_func ("/test-server/bearer", test_bearer);
  g_test_add_func ("/test-server/digest", test_digest);
  g_test_add_func ("/test-server/several-schemes", test_several_schemes);
  g_test_add_func ("/test-server/retry-after", test_retry_after);
  g_test_add_func ("/test-server/change", test_change);
  return g_test_run ();
}
