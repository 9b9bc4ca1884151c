/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

RF_API
char *rf_uri_redact (const char *uri) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
