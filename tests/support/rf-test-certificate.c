/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-certificate.h"

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define VALID_SECONDS (24 * 60 * 60)
#define X509_VERSION_3 2

struct _RfTestCertificate
{
  char *folder;
  char *cert;
  char *key;
};

/* OpenSSL's calls return a positive number, or an object. */
static void
need (gboolean done)
{
  if (!done)
    g_error ("cannot make a certificate");
}

static void
add_extension (X509 *x509, int nid, const char *value)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, NULL, nid, value);

  need (extension != NULL && X509_add_ext (x509, extension, -1) == 1);
  X509_EXTENSION_free (extension);
}

static X509 *
make_x509 (EVP_PKEY *key)
{
  X509 *x509 = X509_new ();
  X509_NAME *name;

  need (x509 != NULL && X509_set_version (x509, X509_VERSION_3) == 1);
  need (ASN1_INTEGER_set (X509_get_serialNumber (x509), 1) == 1);
  /* A clock that is set back a little must not matter. */
  need (X509_gmtime_adj (X509_getm_notBefore (x509), -VALID_SECONDS) != NULL);
  need (X509_gmtime_adj (X509_getm_notAfter (x509), VALID_SECONDS) != NULL);
  name = X509_get_subject_name (x509);
  need (X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *)"RingFetch test", -1,
                                    -1, 0)
        == 1);
  need (X509_set_issuer_name (x509, name) == 1 && X509_set_pubkey (x509, key) == 1);
  add_extension (x509, NID_basic_constraints, "critical,CA:TRUE");
  add_extension (x509, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  need (X509_sign (x509, key, EVP_sha256 ()) > 0);
  return x509;
}

static void
write_files (const RfTestCertificate *self, EVP_PKEY *key, X509 *x509)
{
  FILE *cert_file = g_fopen (self->cert, "w");
  FILE *key_file = g_fopen (self->key, "w");

  need (cert_file != NULL && key_file != NULL);
  need (PEM_write_X509 (cert_file, x509) == 1);
  need (PEM_write_PrivateKey (key_file, key, NULL, NULL, 0, NULL, NULL) == 1);
  need (fclose (cert_file) == 0 && fclose (key_file) == 0);
}

RfTestCertificate *
rf_test_certificate_new (void)
{
  RfTestCertificate *self = g_new0 (RfTestCertificate, 1);
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *x509;

  need (key != NULL);
  self->folder = g_dir_make_tmp ("ringfetch-test-XXXXXX", NULL);
  need (self->folder != NULL);
  self->cert = g_build_filename (self->folder, "cert.pem", NULL);
  self->key = g_build_filename (self->folder, "key.pem", NULL);

  x509 = make_x509 (key);
  write_files (self, key, x509);
  X509_free (x509);
  EVP_PKEY_free (key);
  return self;
}

void
rf_test_certificate_free (RfTestCertificate *self)
{
  if (self == NULL)
    return;
  g_unlink (self->cert);
  g_unlink (self->key);
  g_rmdir (self->folder);
  g_free (self->cert);
  g_free (self->key);
  g_free (self->folder);
  g_free (self);
}

const char *
rf_test_certificate_get_cert (const RfTestCertificate *self)
{
  return self->cert;
}

const char *
rf_test_certificate_get_key (const RfTestCertificate *self)
{
  return self->key;
}
