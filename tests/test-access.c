/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who proves what to whom: a password goes out in the way that its server wants, and in no other. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"

#include <string.h>

#define SLOT_SIZE 65536
#define OBJECT_SIZE (64 * SLOT_SIZE + 1)

/* One worker: one request after another. */
static RfOptions *
new_options (void)
{
  RfOptions *options = rf_options_new ();

  rf_options_set_num_workers (options, 1);
  rf_options_set_slot_size (options, SLOT_SIZE);
  rf_options_set_num_slots (options, 4);
  rf_options_set_proxy (options, "");
  return options;
}

static guint64
read_all (const char *uri, const RfOptions *options, GError **error)
{
  g_autoptr (RfReader) reader = rf_reader_new (NULL, uri, options, NULL, error);

  g_assert_no_error (*error);
  return rf_test_reader_check (reader, 0, error);
}

static gboolean
demand (const RfTestScriptRequest *request, const char *challenge)
{
  g_autofree char *field = g_strdup_printf ("WWW-Authenticate: %s\r\n", challenge);

  return rf_test_script_say_status (request, "401 Unauthorized", field);
}

/* A store that refuses the third request which has the password that its redirection has. */
typedef struct
{
  RfTestScript *script;
  gint proved; /* atomic */
} Store;

static gboolean
answer_as_store (const RfTestScriptRequest *request, gpointer data)
{
  Store *store = data;

  /* "x:y" in base 64. */
  if (!rf_test_script_has_field (request, "Authorization: Basic eDp5"))
    return demand (request, "Basic realm=\"store\"");
  if (g_atomic_int_add (&store->proved, 1) == 2)
    return rf_test_script_say_status (request, "403 Forbidden", "");
  return rf_test_script_answer (request, OBJECT_SIZE);
}

static gboolean
answer_as_front (const RfTestScriptRequest *request, gpointer data)
{
  Store *store = data;
  const char *proof = strstr (request->head, "\r\nAuthorization: ");
  g_autofree char *reference
      = g_strdup_printf ("http://x:y@127.0.0.1:%u/object", rf_test_script_get_port (store->script));

  if (proof == NULL)
    return demand (request, "Digest realm=\"front\", nonce=\"n\", qop=\"auth\", algorithm=MD5");
  g_assert_true (g_str_has_prefix (proof, "\r\nAuthorization: Digest username=\"u\""));
  return rf_test_script_redirect (request, 307, reference);
}

/* That the end of the way wants Basic is no reason to send the front's password like that. */
static void
test_front_and_store_want_other_proofs (void)
{
  Store store = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_store, &store);
  g_autoptr (RfTestScript) front = NULL;
  g_autoptr (RfOptions) options = new_options ();
  g_autoptr (GError) error = NULL;

  store.script = script;
  front = rf_test_script_new (answer_as_front, &store);
  rf_options_set_user_id (options, "u");
  rf_options_set_user_pw (options, "p");
  g_assert_cmpuint (read_all (rf_test_script_get_uri (front), options, &error), ==, OBJECT_SIZE);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_test_script_get_num_requests (front), ==, 4);
}

/* The refusal of a server that nobody has a password for is known with its head, which is all of it. */
static gboolean
demand_without_end (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say (request, "HTTP/1.1 401 Unauthorized\r\n"
                               "WWW-Authenticate: Basic realm=\"here\"\r\n\r\n");
  return rf_test_script_hang (request);
}

static void
test_demand_without_end (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (demand_without_end, NULL);
  g_autoptr (RfOptions) options = new_options ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (read_all (rf_test_script_get_uri (script), options, &error), ==, 0);
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_AUTHORIZED);
}

static gboolean
answer_as_proxy (const RfTestScriptRequest *request, gpointer field)
{
  if (strstr (request->head, "\r\nProxy-Authorization: ") == NULL)
    return rf_test_script_say_status (request, "407 Proxy Authentication Required",
                                      "Proxy-Authenticate: Basic realm=\"proxy\"\r\n");
  g_assert_true (rf_test_script_has_field (request, field));
  return rf_test_script_answer (request, OBJECT_SIZE);
}

/* What is set counts for more than what the proxy's URI says, each by itself. */
static void
test_proxy_users (void)
{
  static const struct
  {
    const char *in_uri;
    const char *id;
    const char *pw;
    const char *field;
  } users[] = {
    { "x:y@", NULL, NULL, "Proxy-Authorization: Basic eDp5" },
    { "x:y@", "u", "p", "Proxy-Authorization: Basic dTpw" },
    { "x@", NULL, "p", "Proxy-Authorization: Basic eDpw" },
    { "%78:y@", NULL, "p", "Proxy-Authorization: Basic eDpw" },
    { "", "u", "p", "Proxy-Authorization: Basic dTpw" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autoptr (RfTestScript) script
          = rf_test_script_new (answer_as_proxy, (gpointer)users[i].field);
      g_autofree char *proxy = g_strdup_printf ("http://%s127.0.0.1:%u", users[i].in_uri,
                                                rf_test_script_get_port (script));
      g_autoptr (RfOptions) options = new_options ();
      g_autoptr (GError) error = NULL;

      rf_options_set_proxy (options, proxy);
      rf_options_set_proxy_id (options, users[i].id);
      rf_options_set_proxy_pw (options, users[i].pw);
      g_assert_cmpuint (read_all ("http://host.invalid/object", options, &error), ==, OBJECT_SIZE);
      g_assert_no_error (error);
    }
}

static gboolean
answer_with_fields (const RfTestScriptRequest *request, gpointer fields)
{
  for (char **field = fields; *field != NULL; field++)
    g_assert_true (rf_test_script_has_field (request, *field));
  return rf_test_script_answer (request, OBJECT_SIZE);
}

/* Also those that the HTTP library takes for something else. */
static void
test_odd_extra_headers (void)
{
  static const char *const lines[] = { "X-Colon: :", "X-Colons::: ", "X-Semicolon: ;", NULL };
  const char *fields[] = { "X-Colon: :", "X-Colons::: ", "X-Semicolon: ;", NULL };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_fields, fields);
  g_autoptr (RfOptions) options = new_options ();
  g_autoptr (GError) error = NULL;

  rf_options_set_extra_headers (options, lines);
  g_assert_cmpuint (read_all (rf_test_script_get_uri (script), options, &error), ==, OBJECT_SIZE);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/access/front-and-store-want-other-proofs",
                   test_front_and_store_want_other_proofs);
  g_test_add_func ("/access/demand-without-end", test_demand_without_end);
  g_test_add_func ("/access/proxy-users", test_proxy_users);
  g_test_add_func ("/access/odd-extra-headers", test_odd_extra_headers);
  return g_test_run ();
}
