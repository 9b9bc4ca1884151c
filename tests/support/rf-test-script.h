/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server that says to each request just what the test tells it to, right or wrong, for what
 * rf-test-server.h would never do. One thread a connection. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RfTestScript RfTestScript;

/* A request that waits for its answer. */
typedef struct
{
  const char *head; /* as it was sent, up to and with the empty line */
  guint number;     /* from 0, over all connections */
  guint place;      /* from 0, on its connection */
  guint64 start;    /* what its Range field asks for; [0, G_MAXUINT64) without one */
  guint64 end;
  int fd; /* the connection */
} RfTestScriptRequest;

/* Answers a request, on the thread of its connection; FALSE: the connection ends here. */
typedef gboolean (*RfTestScriptFunc) (const RfTestScriptRequest *request, gpointer data);

/* Starts a server on 127.0.0.1. Aborts the program with a message on failure. */
RfTestScript *rf_test_script_new (RfTestScriptFunc func, gpointer data);

/* Ends all connections and waits for all threads. */
void rf_test_script_free (RfTestScript *self);

/* "http://127.0.0.1:PORT/object". Belongs to the server. */
const char *rf_test_script_get_uri (RfTestScript *self);
guint16 rf_test_script_get_port (RfTestScript *self);

/* How many requests have come. */
guint rf_test_script_get_num_requests (RfTestScript *self);

/* For the function that answers. FALSE: the connection has ended. */
gboolean rf_test_script_say (const RfTestScriptRequest *request, const char *text);
gboolean
rf_test_script_say_content (const RfTestScriptRequest *request, guint64 start, guint64 end);

/* The head of a 206 for what was asked for, of an object of so many bytes, with further fields. */
void rf_test_script_say_part (const RfTestScriptRequest *request, guint64 size, const char *fields);

/* A 206 for what was asked for, with its body. */
gboolean rf_test_script_answer (const RfTestScriptRequest *request, guint64 size);

/* The same with further fields. */
gboolean
rf_test_script_answer_with (const RfTestScriptRequest *request, guint64 size, const char *fields);

/* A redirection. */
gboolean
rf_test_script_redirect (const RfTestScriptRequest *request, guint status, const char *reference);

/* An answer without a body: "404 Not Found", with further fields. */
gboolean rf_test_script_say_status (const RfTestScriptRequest *request,
                                    const char *status,
                                    const char *fields);

/* Waits until the peer ends the connection, or the server is freed. Always FALSE. */
gboolean rf_test_script_hang (const RfTestScriptRequest *request);

/* Whether the request has this header field, as "Name: value". */
gboolean rf_test_script_has_field (const RfTestScriptRequest *request, const char *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfTestScript, rf_test_script_free)

G_END_DECLS
