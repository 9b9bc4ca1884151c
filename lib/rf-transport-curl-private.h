/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transport over libcurl's multi socket interface. */

#pragma once

#include "rf-curl-share-private.h"
#include "rf-transport-private.h"

G_BEGIN_DECLS

/* Made on any thread before the reactor knows of it; used and freed on the reactor's. */
RfTransport *rf_transport_curl_new (RfReactor *reactor, RfCurlShare *share);

G_END_DECLS
