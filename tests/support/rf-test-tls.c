/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

static G_GNUC_NORETURN void
fail (const char *what)
{
  char reason[256];

  ERR_error_string_n (ERR_peek_last_error (), reason, sizeof reason);
  g_error ("TLS of a test: %s: %s", what, reason);
}

static RfTestTls *
new_tls (const SSL_METHOD *method)
{
  RfTestTls *tls = SSL_CTX_new (method);

  if (tls == NULL || !SSL_CTX_set_min_proto_version (tls, TLS1_2_VERSION))
    fail ("no TLS");
  return tls;
}

RfTestTls *
rf_test_tls_new_server (const char *certificate, const char *key)
{
  RfTestTls *tls = new_tls (TLS_server_method ());

  if (SSL_CTX_use_certificate_chain_file (tls, certificate) != 1)
    fail (certificate);
  if (key == NULL || SSL_CTX_use_PrivateKey_file (tls, key, SSL_FILETYPE_PEM) != 1)
    fail (key != NULL ? key : "a certificate needs a key");
  return tls;
}

RfTestTls *
rf_test_tls_new_client (void)
{
  return new_tls (TLS_client_method ());
}

void
rf_test_tls_free (RfTestTls *tls)
{
  SSL_CTX_free (tls);
}
