/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transport over libcurl's multi socket interface. */

#pragma once

#include "rf-transport-private.h"

G_BEGIN_DECLS

/* Caches of names and TLS sessions, shared by the transports of a session. */
typedef struct _RfCurlShare RfCurlShare;

RfCurlShare *rf_curl_share_new (void);
void rf_curl_share_unref (RfCurlShare *self);

/* Made on any thread before the reactor knows of it; used and freed on the reactor's. */
RfTransport *rf_transport_curl_new (RfReactor *reactor, RfCurlShare *share);

G_END_DECLS
