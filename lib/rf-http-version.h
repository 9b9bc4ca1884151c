/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

#define RF_TYPE_HTTP_VERSION (rf_http_version_get_type ())

/**
 * RfHttpVersion:
 * @RF_HTTP_VERSION_1_1: HTTP/1.1
 * @RF_HTTP_VERSION_2: HTTP/2 over TLS where the server speaks it, otherwise HTTP/1.1; still one
 *   connection a request
 *
 * The version of HTTP to speak, by the number of the major one.
 *
 * Since: 0.1
 */
typedef enum
{
  RF_HTTP_VERSION_1_1 = 1,
  RF_HTTP_VERSION_2 = 2,
} RfHttpVersion;

RF_API
GType rf_http_version_get_type (void) G_GNUC_CONST;

G_END_DECLS
