/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings themselves, which the files rf-options*.c share and all others get by the public
 * functions; their check; and the values that stand for "choose for me". */

#pragma once

#include "rf-options.h"

G_BEGIN_DECLS

/* Each worker is a connection; servers take more than a few hundred from one client as an attack. */
#define RF_MAX_WORKERS 256

/* The most workers that are chosen without being asked for: they are only as many as pay. */
#define RF_MAX_CHOSEN_WORKERS 64

/* Smaller slots than a page cost more in bookkeeping than they carry. */
#define RF_MIN_SLOT_SIZE 4096

/* With less, the heads of requests and answers are more than what they bring. */
#define RF_MIN_BANDWIDTH 1024

struct _RfOptions
{
  /* The ring, and how fast it is filled. */
  guint num_workers;
  guint num_slots;
  guint64 slot_size;
  char *shm_name;

  guint64 max_bandwidth;

  /* Faults. */
  guint timeout;
  int retries;
  double retry_backoff_factor;
  double retry_backoff_max;

  /* Requests. */
  gboolean automatic_redirect;
  int max_redirect;
  char *user_agent;
  GStrv extra_headers; /* NULL rather than empty, cookies too */
  GStrv cookies;
  RfHttpVersion http_version;

  /* Who asks, by which way, and whom it trusts. */
  char *user_id;
  char *user_pw;
  char *bearer_token;
  char *proxy;
  char *proxy_id;
  char *proxy_pw;
  gboolean ssl_strict;
  char *ssl_ca_file;
  char *ssl_cert_file;
  char *ssl_key_file;
};

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

/* How many slots so many workers make use of. */
guint rf_options_choose_num_slots (guint num_workers);

/* Checks the settings that the geometry does not depend on, and that the files they name can be
 * read. FALSE with RF_ERROR_INVALID_ARGUMENT and a message without any value that may be secret. */
gboolean rf_options_check (const RfOptions *self, GError **error);

/* For the setters: what is given may be the old value itself, or a part of it. */
void rf_options_assign (char **field, const char *value);

G_END_DECLS
