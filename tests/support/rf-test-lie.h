/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How an honest answer becomes a lie. The answer is decided first; then the lie changes what its head
 * claims or which bytes follow, and at last how the head is written. */

#pragma once

#include "rf-test-answer.h"
#include "rf-test-head.h"

G_BEGIN_DECLS

/* The lie that the request with @number is told under this @config. Any thread. */
RfTestServerLie
rf_test_lie_pick (const RfTestServerConfig *config, const RfTestRequest *request, guint64 number);

/* The status that the lie answers a request for this range with, instead of the object; 0: none. */
guint rf_test_lie_get_status (RfTestServerLie lie, const RfTestRange *range);

/* Changes the coding and the range before the answer is decided on. */
void rf_test_lie_bend_request (RfTestServerLie lie, RfTestCoding *coding, RfTestRange *range);

/* Changes what the head is to say, and which bytes follow. @size is the object's. */
void rf_test_lie_bend_claim (RfTestServerLie lie,
                             RfTestAnswer *answer,
                             RfTestClaim *claim,
                             guint64 size);

/* Changes the complete head, and what becomes of the connection. */
void rf_test_lie_bend_head (RfTestServerLie lie, RfTestAnswer *answer);

/* What a lie is called on a command line, and back; FALSE if there is none of that name. Any thread. */
const char *rf_test_lie_get_name (RfTestServerLie lie);
gboolean rf_test_lie_find (const char *name, RfTestServerLie *lie);

G_END_DECLS
