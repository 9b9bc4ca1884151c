/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the connections of one server, or of one client, have in common for TLS 1.2 and 1.3: certificate,
 * key, and the sessions that may be taken up again. Any thread. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct ssl_ctx_st RfTestTls;

/* Of a server with this certificate and this key, PEM files. Aborts the program with a message if they
 * are none. Free with rf_test_tls_free(). */
RfTestTls *rf_test_tls_new_server (const char *certificate, const char *key);

/* Of a client that trusts everybody. */
RfTestTls *rf_test_tls_new_client (void);

/* @tls may be NULL. Streams may outlive it. */
void rf_test_tls_free (RfTestTls *tls);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfTestTls, rf_test_tls_free)

G_END_DECLS
