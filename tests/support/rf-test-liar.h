/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of the server's lies and of its oddities have in common: a server that answers every second
 * request in a strange way, and the range that it is asked for. */

#pragma once

#include "rf-test-client.h"

G_BEGIN_DECLS

#define SIZE 1000
#define VERSION 1

/* What is asked for where a range is. */
#define START 100
#define END 200
#define RANGE "Range: bytes=100-199\r\n"
#define RANGE_LINE "Content-Range: bytes 100-199/1000"

RfTestServer *rf_test_liar_new (RfTestServerLie lie);

/* Asks for the range, and expects just that. */
void rf_test_liar_expect_honesty (RfTestClient *client);

/* Has the server answer honestly, and asks for the range again: what comes now is not. */
void rf_test_liar_provoke (RfTestClient *client);

G_END_DECLS
