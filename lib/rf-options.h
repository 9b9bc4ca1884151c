/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-http-version.h"

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
guint64 rf_options_get_max_bandwidth (const RfOptions *self);

RF_API
void rf_options_set_max_bandwidth (RfOptions *self, guint64 max_bandwidth);

RF_API
guint rf_options_get_timeout (const RfOptions *self);

RF_API
void rf_options_set_timeout (RfOptions *self, guint seconds);

RF_API
int rf_options_get_retries (const RfOptions *self);

RF_API
void rf_options_set_retries (RfOptions *self, int retries);

RF_API
double rf_options_get_retry_backoff_factor (const RfOptions *self);

RF_API
void rf_options_set_retry_backoff_factor (RfOptions *self, double seconds);

RF_API
double rf_options_get_retry_backoff_max (const RfOptions *self);

RF_API
void rf_options_set_retry_backoff_max (RfOptions *self, double seconds);

RF_API
gboolean rf_options_get_automatic_redirect (const RfOptions *self);

RF_API
void rf_options_set_automatic_redirect (RfOptions *self, gboolean automatic_redirect);

RF_API
int rf_options_get_max_redirect (const RfOptions *self);

RF_API
void rf_options_set_max_redirect (RfOptions *self, int max_redirect);

RF_API
const char *rf_options_get_user_agent (const RfOptions *self);

RF_API
void rf_options_set_user_agent (RfOptions *self, const char *user_agent);

RF_API
const char *const *rf_options_get_extra_headers (const RfOptions *self);

RF_API
void rf_options_set_extra_headers (RfOptions *self, const char *const *extra_headers);

RF_API
const char *const *rf_options_get_cookies (const RfOptions *self);

RF_API
void rf_options_set_cookies (RfOptions *self, const char *const *cookies);

RF_API
RfHttpVersion rf_options_get_http_version (const RfOptions *self);

RF_API
void rf_options_set_http_version (RfOptions *self, RfHttpVersion http_version);

RF_API
const char *rf_options_get_user_id (const RfOptions *self);

RF_API
void rf_options_set_user_id (RfOptions *self, const char *user_id);

RF_API
const char *rf_options_get_user_pw (const RfOptions *self);

RF_API
void rf_options_set_user_pw (RfOptions *self, const char *user_pw);

RF_API
const char *rf_options_get_bearer_token (const RfOptions *self);

RF_API
void rf_options_set_bearer_token (RfOptions *self, const char *bearer_token);

RF_API
const char *rf_options_get_proxy (const RfOptions *self);

RF_API
void rf_options_set_proxy (RfOptions *self, const char *proxy);

RF_API
const char *rf_options_get_proxy_id (const RfOptions *self);

RF_API
void rf_options_set_proxy_id (RfOptions *self, const char *proxy_id);

RF_API
const char *rf_options_get_proxy_pw (const RfOptions *self);

RF_API
void rf_options_set_proxy_pw (RfOptions *self, const char *proxy_pw);

RF_API
gboolean rf_options_get_ssl_strict (const RfOptions *self);

RF_API
void rf_options_set_ssl_strict (RfOptions *self, gboolean ssl_strict);

RF_API
const char *rf_options_get_ssl_ca_file (const RfOptions *self);

RF_API
void rf_options_set_ssl_ca_file (RfOptions *self, const char *ssl_ca_file);

RF_API
const char *rf_options_get_ssl_cert_file (const RfOptions *self);

RF_API
void rf_options_set_ssl_cert_file (RfOptions *self, const char *ssl_cert_file);

RF_API
const char *rf_options_get_ssl_key_file (const RfOptions *self);

RF_API
void rf_options_set_ssl_key_file (RfOptions *self, const char *ssl_key_file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfOptions, rf_options_free)

G_END_DECLS
