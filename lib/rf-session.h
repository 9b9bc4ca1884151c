/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

#define RF_TYPE_SESSION (rf_session_get_type ())

RF_API
G_DECLARE_FINAL_TYPE (RfSession, rf_session, RF, SESSION, GObject)

RF_API
RfSession *rf_session_get_default (void);

RF_API
RfSession *rf_session_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;

RF_API
guint rf_session_get_max_connections_per_host (RfSession *self);

RF_API
void rf_session_set_max_connections_per_host (RfSession *self, guint max_connections_per_host);

G_END_DECLS
