/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which fault a request meets, by count or by chance: pure functions of the configuration and the
 * request's number. What then becomes of the answer is for rf-test-answer.h to decide. */

#pragma once

#include "rf-test-server.h"

G_BEGIN_DECLS

typedef enum
{
  RF_TEST_FAULT_NONE,
  RF_TEST_FAULT_RESET,      /* a reset without an answer */
  RF_TEST_FAULT_HANG,       /* nothing comes at all */
  RF_TEST_FAULT_STATUS,     /* a failure instead of what was asked for */
  RF_TEST_FAULT_STALL,      /* nothing more comes from somewhere in the body on */
  RF_TEST_FAULT_CUT,        /* the connection is closed somewhere in the body */
  RF_TEST_FAULT_RESET_BODY, /* the connection is reset somewhere in the body */
} RfTestFaultKind;

typedef struct
{
  RfTestFaultKind kind;
  guint status;  /* of RF_TEST_FAULT_STATUS */
  gboolean slow; /* the body comes at slow_rate */
} RfTestFault;

/* What the request with @number (from 1, under this @config) meets. Any thread. */
RfTestFault rf_test_fault_pick (const RfTestServerConfig *config, guint64 number);

/* After how many bytes of a body of @length bytes the fault in it strikes; @length or more: it does
 * not. Any thread. */
guint64 rf_test_fault_place (const RfTestServerConfig *config, guint64 number, guint64 length);

/* What the TLS handshake of the connection with @number (from 1, under this @config) meets: none, a cut or a
 * stall. Any thread. */
RfTestFaultKind rf_test_fault_pick_handshake (const RfTestServerConfig *config, guint64 number);

/* Whether @number is a multiple of @every, which may be 0 for never. Any thread. */
gboolean rf_test_fault_is_nth (guint64 number, guint every);

G_END_DECLS
