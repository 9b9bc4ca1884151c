/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server is told by the head of a request. */

#pragma once

#include "rf-transport-private.h"

G_BEGIN_DECLS

/* The fields beside Host, User-Agent and Accept, as "Name: value", in order; one with the name of the
 * latter two takes its place. */
GPtrArray *rf_request_head_list_fields (const RfRequest *request);

/* The whole head, in HTTP/1.1. NULL: libcurl, which makes the connection, cannot read the location. */
GString *rf_request_head_write (const RfRequest *request);

G_END_DECLS
