/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The check of the settings, and the values that stand for "choose for me". */

#pragma once

#include "rf-options.h"

G_BEGIN_DECLS

/* Each worker is a connection; servers take more than a few hundred from one client as an attack. */
#define RF_MAX_WORKERS 256

/* Smaller slots than a page cost more in bookkeeping than they carry. */
#define RF_MIN_SLOT_SIZE 4096

/* The ring and the workers after every "choose for me" has been decided. */
typedef struct
{
  guint num_workers;
  guint num_slots;
  gsize slot_size;
} RfGeometry;

/* Decides the geometry. Pure. FALSE with RF_ERROR_INVALID_ARGUMENT where a setting, or the size of
 * the ring that follows from them, is out of range. */
gboolean rf_options_decide_geometry (const RfOptions *self, RfGeometry *geometry, GError **error);

/* Checks the settings that the geometry does not depend on. */
gboolean rf_options_check (const RfOptions *self, GError **error);

G_END_DECLS
