/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transport that receives bodies straight into the sink's memory. */

#pragma once

#include "rf-curl-share-private.h"
#include "rf-transport-private.h"

G_BEGIN_DECLS

/* Takes over another transport, for all that it cannot do itself. Made on any thread before the reactor knows
 * of it; used and freed on the reactor's. */
RfTransport *rf_transport_direct_new (RfReactor *reactor, RfCurlShare *share, RfTransport *other);

G_END_DECLS
