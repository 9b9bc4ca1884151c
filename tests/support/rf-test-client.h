/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A raw HTTP client over one blocking socket, plain or through TLS: sends what it is told, byte for byte,
 * and takes apart nothing, so that tests can see exactly what a server does. Every wait ends after ten
 * seconds as if the connection had ended. A client belongs to one thread. */

#pragma once

#include "rf-test-server.h"

G_BEGIN_DECLS

typedef struct _RfTestClient RfTestClient;

/* Connects to 127.0.0.1; NULL if that is refused. Free with rf_test_client_free(). */
RfTestClient *rf_test_client_new (guint16 port);

/* The same through TLS, with whatever certificate; NULL also if there is no handshake. */
RfTestClient *rf_test_client_new_tls (guint16 port);

/* Closes the connection. @client may be NULL. */
void rf_test_client_free (RfTestClient *client);

/* Sends the NUL-terminated @text; FALSE if the connection has ended. */
gboolean rf_test_client_send (RfTestClient *client, const char *text);

/* Sends a well-formed request for /object with the additional @fields, each with its CRLF, "" for
 * none; FALSE if the connection has ended. */
gboolean rf_test_client_request (RfTestClient *client, const char *method, const char *fields);

/* Reads up to and with the next CRLF CRLF, and returns it; NULL if the connection ends before.
 * (transfer full) */
char *rf_test_client_read_head (RfTestClient *client);

/* Reads up to and with the next CRLF, and returns what stands before it; NULL if the connection ends
 * before. (transfer full) */
char *rf_test_client_read_line (RfTestClient *client);

/* Reads @length bytes into @dest; returns fewer only when the connection has ended. */
gsize rf_test_client_read (RfTestClient *client, guint8 *dest, gsize length);

/* Reads and forgets until the connection ends, returns how many bytes that were, and stores in
 * @was_reset whether it ended with a reset; otherwise it ended in good order. Aborts the program when
 * nothing comes for ten seconds. */
gsize rf_test_client_read_rest (RfTestClient *client, gboolean *was_reset);

/* The functions that expect something abort the program with a message when they get anything
 * else. */

/* Connects to a server that listens, as it is to be done. Free with rf_test_client_free(). */
RfTestClient *rf_test_client_connect (RfTestServer *server);

/* @head must have this @line. */
void rf_test_client_expect_line (const char *head, const char *line);

/* Reads a head, which must begin with "HTTP/1.1 " and @status and have the line @field; NULL is any. */
void rf_test_client_expect_head (RfTestClient *client, const char *status, const char *field);

/* Reads the bytes [@start, @end) of the content @version. */
void rf_test_client_expect_body (RfTestClient *client, guint64 version, guint64 start, guint64 end);

/* Reads just this text. */
void rf_test_client_expect_bytes (RfTestClient *client, const char *text);

/* Reads the text of an answer that is not the object, such as "503 Service Unavailable". */
void rf_test_client_expect_text (RfTestClient *client, const char *text);

/* Reads the end of the connection. */
void rf_test_client_expect_end (RfTestClient *client);

/* Sends a GET with @fields as rf_test_client_request() does, and reads a head as
 * rf_test_client_expect_head() does. */
void rf_test_client_expect_answer (RfTestClient *client,
                                   const char *fields,
                                   const char *status,
                                   const char *field);

/* The same for an answer that is not the object: its status is the number that the @text begins with. */
void rf_test_client_expect_refusal (RfTestClient *client,
                                    const char *fields,
                                    const char *text,
                                    const char *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfTestClient, rf_test_client_free)

G_END_DECLS
