/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where requests are sent to, and for how long that place is good. */

#pragma once

#include "rf-test-request.h"
#include "rf-test-server.h"

G_BEGIN_DECLS

/* The Location that the request with @number is sent to; NULL if it is not. (transfer full) Any
 * thread. */
char *rf_test_redirect_get_location (const RfTestServerConfig *config,
                                     const RfTestRequest *request,
                                     guint64 number);

/* Whether the request with @number is for a location that is no longer good. Any thread. */
gboolean rf_test_redirect_has_expired (const RfTestServerConfig *config,
                                       const RfTestRequest *request,
                                       guint64 number);

G_END_DECLS
