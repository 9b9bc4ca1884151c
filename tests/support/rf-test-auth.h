/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may have the object. Digest is that of RFC 7616 with MD5 and qop=auth, and one nonce for ever: an
 * answer follows from the request alone. */

#pragma once

#include "rf-test-request.h"
#include "rf-test-server.h"

G_BEGIN_DECLS

/* Whether the request has the credentials that @config asks for. Any thread. */
gboolean rf_test_auth_accepts (const RfTestServerConfig *config, const RfTestRequest *request);

/* Appends to @head the lines that ask for credentials. Any thread. */
void rf_test_auth_append_challenges (const RfTestServerConfig *config, char **head);

G_END_DECLS
