/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections that wait for another request. Used on its reactor's thread only. */

#pragma once

#include "rf-direct-connection-private.h"

G_BEGIN_DECLS

typedef struct _RfDirectPool RfDirectPool;

RfDirectPool *rf_direct_pool_new (RfReactor *reactor);
void rf_direct_pool_free (RfDirectPool *self);

/* The one that was used last of those with a key. NULL: there is none. */
RfDirectConnection *rf_direct_pool_take (RfDirectPool *self, const char *key);

/* Takes over a connection. `rest`: so many bytes of an answer that nobody wants have to be read first, for
 * which it has a moment. */
void rf_direct_pool_give (RfDirectPool *self, RfDirectConnection *connection, guint64 rest);

G_END_DECLS
