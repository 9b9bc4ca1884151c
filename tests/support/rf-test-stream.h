/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bytes of a connection, plain or through TLS. A stream belongs to one thread; another one ends its
 * waits with shutdown() of the descriptor. */

#pragma once

#include "rf-test-tls.h"

G_BEGIN_DECLS

/* What becomes of a handshake. */
typedef enum
{
  RF_TEST_HANDSHAKE_WHOLE,
  RF_TEST_HANDSHAKE_HALF, /* only half of the first that this side says is sent, and no more */
} RfTestHandshake;

/* All zero but the descriptor is a plain stream. It must stay where it is from the handshake on. */
typedef struct
{
  int fd; /* not owned */

  /* The stream's own. */
  struct ssl_st *ssl; /* NULL: plain */
  int flags;          /* of send(), for what TLS sends now */
  gboolean halve;     /* what TLS sends next */

  /* The errno of what failed last; 0 if that was the end of the connection. EPROTO is what is no TLS, and
   * an end without TLS's own. */
  int error;
} RfTestStream;

/* Makes a plain stream one through TLS, as what @tls is for. FALSE: there is no such connection. */
gboolean rf_test_stream_shake_hands (RfTestStream *self, RfTestTls *tls, RfTestHandshake handshake);

/* Whether the handshake took up an earlier session. */
gboolean rf_test_stream_is_resumed (const RfTestStream *self);

/* Sends all of it. With @more the last packet may wait for what is sent next. FALSE: the connection has
 * ended. */
gboolean rf_test_stream_send (RfTestStream *self, const void *data, gsize length, gboolean more);

/* Waits for at most @length bytes. 0: the connection has ended, in good order if error is 0. */
gsize rf_test_stream_receive (RfTestStream *self, void *dest, gsize length);

/* Tells the peer that nothing more will be sent. */
void rf_test_stream_end (RfTestStream *self);

/* Frees what TLS has. Does not close the descriptor. */
void rf_test_stream_clear (RfTestStream *self);

G_END_DECLS
