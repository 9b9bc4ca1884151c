/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the server's lock guards, as the connections' threads see it: what has arrived, what is under way,
 * and whether a connection has been told to end. */

#pragma once

#include "rf-test-server-private.h"

G_BEGIN_DECLS

/* Notes that a handshake has come to a good end. */
void rf_test_books_add_handshake (RfTestConnection *connection, gboolean resumed);

/* How a request is to be answered: under which setup, as which number, and whether there are more at a time
 * than there may be. */
typedef struct
{
  RfTestSetup *setup;
  guint64 number;
  gboolean is_too_many;
} RfTestEntry;

/* Notes that @request has arrived. */
RfTestEntry rf_test_books_begin_answer (RfTestConnection *connection, const RfTestRequest *request);

/* Notes that the answer is no longer under way, if it was. */
void rf_test_books_end_answer (RfTestConnection *connection);

/* Notes that so many bytes of the object have been handed to the kernel. */
void rf_test_books_add_body_bytes (RfTestConnection *connection, gsize n_bytes);

/* FALSE, and at once, when the connection has been told to end. */
gboolean rf_test_books_wait (RfTestConnection *connection, guint milliseconds);

/* Waits until so many more bytes are through the link that all connections share; FALSE as above. */
gboolean rf_test_books_wait_for_link (RfTestConnection *connection, guint64 rate, gsize length);

G_END_DECLS
