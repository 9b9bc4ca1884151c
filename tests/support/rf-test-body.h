/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sends bodies, at the rate they are to have. For the connection's own thread. */

#pragma once

#include "rf-test-answer.h"
#include "rf-test-server-private.h"

G_BEGIN_DECLS

/* Sends the bytes of @answer that are to be sent. The answer is no longer under way when it sends the
 * last of them. FALSE: the connection has ended. */
gboolean rf_test_body_send (RfTestConnection *connection,
                            const RfTestSetup *setup,
                            const RfTestAnswer *answer);

G_END_DECLS
