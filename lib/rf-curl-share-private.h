/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Caches of names and TLS sessions, shared by the transports of a session. */

#pragma once

#include "rf-types.h"

#include <curl/curl.h>

G_BEGIN_DECLS

typedef struct _RfCurlShare RfCurlShare;

/* Any thread. The first one initialises libcurl. */
RfCurlShare *rf_curl_share_new (void);
RfCurlShare *rf_curl_share_ref (RfCurlShare *self);
void rf_curl_share_unref (RfCurlShare *self);

/* For CURLOPT_SHARE. */
CURLSH *rf_curl_share_get_handle (RfCurlShare *self);

G_END_DECLS
