/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the server's parts share: rf-test-server.c owns the state and accepts, rf-test-connection.c reads
 * requests and answers them, rf-test-body.c sends bodies, and rf-test-books.c keeps the counts. All waiting
 * and locking is plain pthreads, which ThreadSanitizer sees; it does not see into an uninstrumented GLib, so
 * that memory which GLib recycles between threads (GString, GPtrArray, GArray, GList) is not used in these
 * threads either. */

#pragma once

#include <pthread.h>

#include "rf-test-fault.h"
#include "rf-test-link.h"
#include "rf-test-request.h"
#include "rf-test-server.h"
#include "rf-test-setup.h"
#include "rf-test-stream.h"

G_BEGIN_DECLS

typedef enum
{
  RF_TEST_CONNECTION_OPEN,
  RF_TEST_CONNECTION_SHUT,   /* told to end */
  RF_TEST_CONNECTION_CLOSED, /* its descriptor is gone; the thread is to be joined */
} RfTestConnectionState;

typedef struct _RfTestConnection RfTestConnection;
struct _RfTestConnection
{
  RfTestServer *server;
  guint64 id;
  RfTestFaultKind handshake_fault;
  int fd;           /* for other threads only under the lock, and while not CLOSED */
  pthread_t thread; /* of the accepting thread, and of rf_test_server_free() */

  RfTestConnectionState state; /* guarded by the server's lock */
  RfTestConnection *next;      /* likewise */

  /* The connection thread's own. */
  RfTestStream stream;
  gboolean answering;
  guint64 rate;
  char *input; /* the request head being read, and what was pipelined after it */
  gsize input_length;
  guint8 *output; /* NULL until a body is generated */
};

struct _RfTestServer
{
  guint16 port;
  char *uri;
  RfTestTls *tls; /* NULL: plain */
  int reserve_fd; /* bound to the port, never listening */
  int wake_fd;    /* an eventfd that ends the accepting thread */

  /* Of the one thread that starts and stops listening. */
  int listen_fd; /* -1 while it does not listen */
  pthread_t accept_thread;

  guint64 body_bytes; /* of the counts; atomic */

  pthread_mutex_t config_lock; /* one new setup at a time; taken before the lock */
  pthread_mutex_t lock;
  pthread_cond_t request_cond; /* a request has arrived */
  pthread_cond_t shut_cond;    /* a connection has been told to end */
  struct
  {
    RfTestSetup *setup; /* the current one; those before it are kept for answers under way,
                         * which so need no reference */
    RfTestConnection *connections;
    RfTestServerRange *ranges;
    gsize n_ranges;
    gsize allocated_ranges;
    guint answering;
    RfTestLink link;
    RfTestServerCounts counts; /* open_connections and body_bytes are not kept here */
  } locked;
};

/* The body of a connection's thread. Ends with the state CLOSED. */
void *rf_test_connection_run (void *connection);

/* Frees a connection whose thread has been joined. */
void rf_test_connection_free (RfTestConnection *connection);

/* The time on the monotonic clock, which all conditions here use, so many milliseconds from now. */
struct timespec rf_test_deadline_after (guint milliseconds);

G_END_DECLS
