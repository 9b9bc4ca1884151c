/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

#define RF_TYPE_OPTIONS (rf_options_get_type ())

/**
 * RfOptions:
 *
 * The settings of a reader. Each has a default that suits most uses; zero means "choose for me"
 * where a setter says so. Values are checked when they are used, not when they are set.
 *
 * Not thread-safe; a reader copies what it is given.
 *
 * Since: 0.1
 */
typedef struct _RfOptions RfOptions;

RF_API
GType rf_options_get_type (void) G_GNUC_CONST;

RF_API
RfOptions *rf_options_new (void) G_GNUC_WARN_UNUSED_RESULT;

RF_API
RfOptions *rf_options_copy (const RfOptions *self) G_GNUC_WARN_UNUSED_RESULT;

RF_API
void rf_options_free (RfOptions *self);

RF_API
guint rf_options_get_num_workers (const RfOptions *self);

RF_API
void rf_options_set_num_workers (RfOptions *self, guint num_workers);

RF_API
guint rf_options_get_num_slots (const RfOptions *self);

RF_API
void rf_options_set_num_slots (RfOptions *self, guint num_slots);

RF_API
guint64 rf_options_get_slot_size (const RfOptions *self);

RF_API
void rf_options_set_slot_size (RfOptions *self, guint64 slot_size);

RF_API
const char *rf_options_get_shm_name (const RfOptions *self);

RF_API
void rf_options_set_shm_name (RfOptions *self, const char *shm_name);

RF_API
guint rf_options_get_timeout (const RfOptions *self);

RF_API
void rf_options_set_timeout (RfOptions *self, guint seconds);

RF_API
int rf_options_get_retries (const RfOptions *self);

RF_API
void rf_options_set_retries (RfOptions *self, int retries);

RF_API
const char *rf_options_get_user_agent (const RfOptions *self);

RF_API
void rf_options_set_user_agent (RfOptions *self, const char *user_agent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfOptions, rf_options_free)

G_END_DECLS
