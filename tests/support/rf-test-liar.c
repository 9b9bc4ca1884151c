/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-liar.h"

RfTestServer *
rf_test_liar_new (RfTestServerLie lie)
{
  return rf_test_server_new (
      &(RfTestServerConfig){ .size = SIZE, .version = VERSION, .lie = lie, .lie_every = 2 });
}

void
rf_test_liar_expect_honesty (RfTestClient *client)
{
  rf_test_client_expect_answer (client, RANGE, "206", RANGE_LINE);
  rf_test_client_expect_body (client, VERSION, START, END);
}

void
rf_test_liar_provoke (RfTestClient *client)
{
  rf_test_liar_expect_honesty (client);
  if (!rf_test_client_request (client, "GET", RANGE))
    g_error ("the connection has ended");
}
