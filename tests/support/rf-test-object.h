/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the object is when a request asks for it: it may become another one meanwhile. */

#pragma once

#include "rf-test-server.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 version;
  char etag[64];             /* empty: it has none */
  const char *last_modified; /* or NULL; this and the next are the configuration's */
  const char *fields;        /* or NULL */
} RfTestObject;

/* The object as the request with @number (from 1, under this @config) finds it. Any thread. */
RfTestObject rf_test_object_get (const RfTestServerConfig *config, guint64 number);

G_END_DECLS
