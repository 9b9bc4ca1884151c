/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/answers.md says of secrets and the server of the location: what is sent when, what each way to
 * prove who asks costs, and what a refusal shows. Other servers are in test-redirect.c. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#include <string.h>

#define SLOT_SIZE 65536
#define NUM_PARTS 10
#define SIZE (NUM_PARTS * SLOT_SIZE)

#define BASIC RF_TEST_SERVER_AUTH_BASIC
#define DIGEST RF_TEST_SERVER_AUTH_DIGEST
#define BEARER RF_TEST_SERVER_AUTH_BEARER

/* Of the server. */
#define USER "secret-user"
#define PASSWORD "secret:pass word"
#define TOKEN "secret.token"

typedef struct
{
  const char *name;
  guint auth;           /* what the server takes */
  const char *userinfo; /* in the location; NULL: none */
  const char *user_id;
  const char *user_pw;
  const char *token;
  guint requests;   /* one after another, for all parts, or until the refusal */
  guint authorized; /* of these */
  gboolean is_refused;
} Case;

static const Case cases[] = {
  /* Nothing is told to who does not ask. */
  { "not-asked", 0, NULL, USER, PASSWORD, NULL, NUM_PARTS, 0, FALSE },
  { "not-asked-location", 0, "secret-user:x", NULL, NULL, NULL, NUM_PARTS, 0, FALSE },

  /* One request more, for all of them. */
  { "basic", BASIC, NULL, USER, PASSWORD, NULL, NUM_PARTS + 1, NUM_PARTS, FALSE },
  { "basic-location", BASIC, "secret-user:secret%3Apass%20word", NULL, NULL, NULL, NUM_PARTS + 1,
    NUM_PARTS, FALSE },
  { "basic-option-wins", BASIC, "secret-other:secret", USER, PASSWORD, NULL, NUM_PARTS + 1,
    NUM_PARTS, FALSE },

  /* One request more, for each of them; and it is preferred. */
  { "digest", DIGEST, NULL, USER, PASSWORD, NULL, 2 * NUM_PARTS, NUM_PARTS, FALSE },
  { "digest-location", DIGEST, "secret-user:secret%3Apass%20word", NULL, NULL, NULL, 2 * NUM_PARTS,
    NUM_PARTS, FALSE },
  { "basic-or-digest", BASIC | DIGEST, NULL, USER, PASSWORD, NULL, 2 * NUM_PARTS, NUM_PARTS,
    FALSE },

  { "bearer", BEARER, NULL, NULL, NULL, TOKEN, NUM_PARTS, NUM_PARTS, FALSE },

  /* A refusal is not asked again. */
  { "nobody-basic", BASIC, NULL, NULL, NULL, NULL, 1, 0, TRUE },
  { "nobody-digest", DIGEST, NULL, NULL, NULL, NULL, 1, 0, TRUE },
  { "nobody-bearer", BEARER, NULL, NULL, NULL, NULL, 1, 0, TRUE },
  { "wrong-basic", BASIC, NULL, USER, "secret", NULL, 2, 1, TRUE },
  { "wrong-basic-user", BASIC, NULL, "secret", PASSWORD, NULL, 2, 1, TRUE },
  { "wrong-basic-location", BASIC, "secret-user:secret", NULL, NULL, NULL, 2, 1, TRUE },
  { "wrong-digest", DIGEST, NULL, USER, "secret", NULL, 2, 1, TRUE },
  { "wrong-bearer", BEARER, NULL, NULL, NULL, "secret", 1, 1, TRUE },
  { "password-where-a-token-is-wanted", BEARER, NULL, USER, PASSWORD, NULL, 1, 0, TRUE },
};

static RfTestServer *
new_server (guint auth)
{
  return rf_test_server_new (&(RfTestServerConfig){ .size = SIZE,
                                                    .version = 1,
                                                    .auth = auth,
                                                    .auth_user = USER,
                                                    .auth_password = PASSWORD,
                                                    .auth_token = TOKEN });
}

static RfReader *
new_reader (RfTestServer *server, const Case *it, guint num_workers)
{
  const char *rest = rf_test_server_get_uri (server) + strlen ("http://");
  const char *userinfo = it->userinfo != NULL ? it->userinfo : "";
  g_autofree char *uri
      = g_strdup_printf ("http://%s%s%s?secret", userinfo, *userinfo != '\0' ? "@" : "", rest);
  g_autoptr (RfOptions) options = rf_test_reader_new_options (
      &(RfTestSettings){ .workers = num_workers, .slots = 8, .slot_size = SLOT_SIZE });

  rf_options_set_user_id (options, it->user_id);
  rf_options_set_user_pw (options, it->user_pw);
  rf_options_set_bearer_token (options, it->token);
  return rf_test_reader_new_alone (uri, options);
}

static void
check_end (RfReader *reader, const Case *it, guint64 start)
{
  g_autoptr (GError) error = NULL;
  guint64 end = rf_test_reader_check (reader, start, &error);

  if (it->is_refused)
    {
      rf_test_reader_expect_error (error, RF_ERROR_NOT_AUTHORIZED, "401 Unauthorized");
      g_assert_cmpuint (end, ==, start);
      g_assert_cmpuint (rf_reader_get_error_status (reader), ==, 401);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (end, ==, SIZE);
}

static void
test_one_worker (gconstpointer data)
{
  const Case *it = data;
  g_autoptr (RfTestServer) server = new_server (it->auth);
  g_autoptr (RfReader) reader = new_reader (server, it, 1);
  RfTestServerCounts counts;

  check_end (reader, it, 0);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.requests, ==, it->requests);
  g_assert_cmpuint (counts.authorized_requests, ==, it->authorized);
}

/* Also for a first request that is not for the beginning, and for seeks. */
static void
test_several_workers (gconstpointer data)
{
  static const guint64 offsets[] = { 5 * SLOT_SIZE + 1, 0, SIZE - 1 };
  const Case *it = data;
  g_autoptr (RfTestServer) server = new_server (it->auth);
  g_autoptr (RfReader) reader = new_reader (server, it, 4);

  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      g_assert_true (rf_reader_seek (reader, offsets[i], RF_SIZE_UNKNOWN, NULL));
      check_end (reader, it, offsets[i]);
    }
}

/* Credentials that do not do any more under way. */
static void
test_revoked (void)
{
  static const guint ways[] = { BASIC, DIGEST, BEARER };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      const Case it = { .user_id = ways[i] != BEARER ? USER : NULL,
                        .user_pw = ways[i] != BEARER ? PASSWORD : NULL,
                        .token = ways[i] == BEARER ? TOKEN : NULL };
      g_autoptr (RfTestServer) server = new_server (ways[i]);
      g_autoptr (RfReader) reader = new_reader (server, &it, 1);
      g_autoptr (GError) error = NULL;

      g_assert_true (rf_reader_open (reader, NULL, &error));
      rf_test_server_set_config (server, &(RfTestServerConfig){ .size = SIZE,
                                                                .version = 1,
                                                                .auth = ways[i],
                                                                .auth_user = "another",
                                                                .auth_password = "one",
                                                                .auth_token = "here" });
      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SLOT_SIZE);
      rf_test_reader_expect_error (error, RF_ERROR_NOT_AUTHORIZED, "401 Unauthorized");
      g_assert_cmpuint (rf_reader_get_error_status (reader), ==, 401);
    }
}

/* Another server, whose user and password the redirection itself tells. */

/* "guest:entry" in base 64. */
#define GUEST "Authorization: Basic Z3Vlc3Q6ZW50cnk="

static gboolean
answer_guest (const RfTestScriptRequest *request, gpointer unused)
{
  g_assert_null (strstr (request->head, "secret"));
  if (!rf_test_script_has_field (request, GUEST))
    {
      g_assert_null (strstr (request->head, "Authorization"));
      return rf_test_script_say_status (request, "401 Unauthorized",
                                        "WWW-Authenticate: Basic realm=\"there\"\r\n");
    }
  return rf_test_script_answer (request, SIZE);
}

static gboolean
answer_with_user (const RfTestScriptRequest *request, gpointer other)
{
  g_autofree char *reference
      = g_strdup_printf ("http://guest:entry@127.0.0.1:%u/object", rf_test_script_get_port (other));

  return rf_test_script_redirect (request, 302, reference);
}

static void
test_redirection_with_user (void)
{
  g_autoptr (RfTestScript) other = rf_test_script_new (answer_guest, NULL);
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_user, other);
  g_autofree char *uri = g_strdup_printf ("http://secret:secret@127.0.0.1:%u/object?secret=secret",
                                          rf_test_script_get_port (script));
  g_autoptr (RfOptions) options = rf_test_reader_new_options (
      &(RfTestSettings){ .workers = 1, .slots = 8, .slot_size = SLOT_SIZE });
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;

  rf_options_set_user_id (options, USER);
  rf_options_set_user_pw (options, PASSWORD);
  reader = rf_test_reader_new_alone (uri, options);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_test_script_get_num_requests (other), ==, NUM_PARTS + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *one = g_strconcat ("/credentials/one-worker/", cases[i].name, NULL);
      g_autofree char *several = g_strconcat ("/credentials/several-workers/", cases[i].name, NULL);

      g_test_add_data_func (one, &cases[i], test_one_worker);
      g_test_add_data_func (several, &cases[i], test_several_workers);
    }
  g_test_add_func ("/credentials/revoked", test_revoked);
  g_test_add_func ("/credentials/redirection-with-user", test_redirection_with_user);
  return g_test_run ();
}
