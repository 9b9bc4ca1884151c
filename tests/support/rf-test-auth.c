/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-auth.h"

#include "rf-test-head.h"

#include <string.h>

#define REALM "RingFetch"
#define NONCE "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcC"

static char *
dup_text (RfTestText text)
{
  return g_strndup (text.data, text.length);
}

static gboolean
accepts_basic (const RfTestServerConfig *config, RfTestText credentials)
{
  g_autofree char *plain = g_strconcat (config->auth_user, ":", config->auth_password, NULL);
  g_autofree char *expected = g_base64_encode ((const guchar *)plain, strlen (plain));

  return rf_test_text_equal (credentials, expected);
}

/* What the Digest field has to have, as it stands there, without quotes. */
typedef struct
{
  RfTestText username;
  RfTestText realm;
  RfTestText nonce;
  RfTestText uri;
  RfTestText qop;
  RfTestText nc;
  RfTestText cnonce;
  RfTestText response;
} Digest;

/* Cuts off and returns the next value, which may be quoted and have commas then. Escapes are no part of
 * any value here. */
static RfTestText
take_value (RfTestText *rest)
{
  RfTestText value;

  if (rest->length == 0 || rest->data[0] != '"')
    return rf_test_text_trim (rf_test_text_take_until (rest, ','));
  rf_test_text_take_until (rest, '"');
  value = rf_test_text_take_until (rest, '"');
  rf_test_text_take_until (rest, ',');
  return value;
}

static void
parse_digest (RfTestText text, Digest *digest)
{
  const struct
  {
    const char *name;
    RfTestText *value;
  } parameters[] = {
    { "username", &digest->username }, { "realm", &digest->realm },
    { "nonce", &digest->nonce },       { "uri", &digest->uri },
    { "qop", &digest->qop },           { "nc", &digest->nc },
    { "cnonce", &digest->cnonce },     { "response", &digest->response },
  };

  while (text.length > 0)
    {
      RfTestText name = rf_test_text_trim (rf_test_text_take_until (&text, '='));
      RfTestText value = take_value (&text);

      for (gsize i = 0; i < G_N_ELEMENTS (parameters); i++)
        if (rf_test_text_equal_nocase (name, parameters[i].name))
          *parameters[i].value = value;
    }
}

static char *
hash (const char *a, const char *b, const char *c)
{
  g_autofree char *text = g_strjoin (":", a, b, c, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
}

static gboolean
accepts_digest (const RfTestServerConfig *config,
                const RfTestRequest *request,
                RfTestText credentials)
{
  Digest digest = { 0 };
  g_autofree char *who = hash (config->auth_user, REALM, config->auth_password);
  g_autofree char *target = dup_text (request->target);
  g_autofree char *what
      = hash (request->method == RF_TEST_METHOD_HEAD ? "HEAD" : "GET", target, NULL);
  g_autofree char *nc = NULL;
  g_autofree char *cnonce = NULL;
  g_autofree char *once = NULL;
  g_autofree char *expected = NULL;

  parse_digest (credentials, &digest);
  if (!rf_test_text_equal (digest.username, config->auth_user)
      || !rf_test_text_equal (digest.realm, REALM) || !rf_test_text_equal (digest.nonce, NONCE)
      || !rf_test_text_equal (digest.uri, target) || !rf_test_text_equal (digest.qop, "auth"))
    return FALSE;

  nc = dup_text (digest.nc);
  cnonce = dup_text (digest.cnonce);
  once = g_strjoin (":", NONCE, nc, cnonce, "auth", NULL);
  expected = hash (who, once, what);
  return rf_test_text_equal (digest.response, expected);
}

gboolean
rf_test_auth_accepts (const RfTestServerConfig *config, const RfTestRequest *request)
{
  RfTestText credentials = request->authorization;
  RfTestText scheme;

  if (config->auth == 0)
    return TRUE;
  if (credentials.data == NULL)
    return FALSE;
  scheme = rf_test_text_take_until (&credentials, ' ');
  if ((config->auth & RF_TEST_SERVER_AUTH_BASIC) != 0 && rf_test_text_equal (scheme, "Basic"))
    return accepts_basic (config, credentials);
  if ((config->auth & RF_TEST_SERVER_AUTH_DIGEST) != 0 && rf_test_text_equal (scheme, "Digest"))
    return accepts_digest (config, request, credentials);
  if ((config->auth & RF_TEST_SERVER_AUTH_BEARER) != 0 && rf_test_text_equal (scheme, "Bearer"))
    return rf_test_text_equal (credentials, config->auth_token);
  return FALSE;
}

void
rf_test_auth_append_challenges (const RfTestServerConfig *config, char **head)
{
  if ((config->auth & RF_TEST_SERVER_AUTH_BASIC) != 0)
    rf_test_head_append (head, "WWW-Authenticate: Basic realm=\"" REALM "\"\r\n");
  if ((config->auth & RF_TEST_SERVER_AUTH_DIGEST) != 0)
    rf_test_head_append (head, "WWW-Authenticate: Digest realm=\"" REALM "\", qop=\"auth\", "
                               "algorithm=MD5, nonce=\"" NONCE "\"\r\n");
  if ((config->auth & RF_TEST_SERVER_AUTH_BEARER) != 0)
    rf_test_head_append (head, "WWW-Authenticate: Bearer realm=\"" REALM "\"\r\n");
}
