/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request in the words of libcurl. */

#pragma once

#include "rf-curl-share-private.h"
#include "rf-transport-private.h"

G_BEGIN_DECLS

/* Prepares a handle that is fresh or reset, but for its callbacks. Returns the headers, which must live as
 * long as it is used. */
struct curl_slist *rf_curl_options_set (CURL *easy, RfCurlShare *share, const RfRequest *request);

/* The part of it that the connection is made of. */
void rf_curl_options_set_connection (CURL *easy, RfCurlShare *share, const RfRequest *request);

/* Whether the settings or the environment name a proxy, for whichever host. */
gboolean rf_curl_options_may_have_proxy (const RfOptions *options);

/* Whether libcurl has a user or password to answer the server with that asks for one. */
gboolean rf_curl_options_have_user (const RfRequest *request);

G_END_DECLS
