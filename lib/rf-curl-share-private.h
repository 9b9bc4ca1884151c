/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the transports of a session share: caches of names and TLS sessions, and what was found out about
 * servers. */

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

/* A server whose answers are for libcurl to understand. The name is a key of connections. Any thread. */
void rf_curl_share_add_strange (RfCurlShare *self, const char *server);
gboolean rf_curl_share_is_strange (RfCurlShare *self, const char *server);

G_END_DECLS
