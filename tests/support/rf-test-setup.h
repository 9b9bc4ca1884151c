/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server configuration with what follows from it. */

#pragma once

#include "rf-test-server.h"

G_BEGIN_DECLS

typedef struct _RfTestSetup RfTestSetup;
struct _RfTestSetup
{
  RfTestSetup *previous;
  RfTestServerConfig config; /* its strings are owned */
  guint8 *image; /* the content, perhaps shared with previous; NULL if it is generated */
  guint64 image_size;

  /* Guarded by the server's lock. */
  guint64 n_requests;
  guint64 n_connections;
};

/* Copies @config and makes its content image if it wants one, or shares that of @previous, which may be
 * NULL, if the content is the same. What only a new server reads is as in @previous. Takes ownership of
 * @previous. Aborts the program on failure. Free with rf_test_setup_free(). Any thread. */
RfTestSetup *rf_test_setup_new (const RfTestServerConfig *config, RfTestSetup *previous);

/* Frees @setup and all before it. */
void rf_test_setup_free (RfTestSetup *setup);

G_END_DECLS
