/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What drives libcurl: its multi socket interface over the reactor. */

#pragma once

#include "rf-reactor-private.h"

#include <curl/curl.h>

G_BEGIN_DECLS

/* Connections that are kept when idle, for each reactor. */
#define RF_MAX_IDLE_CONNECTIONS 128

typedef struct _RfCurlDriver RfCurlDriver;

/* Called on the reactor's thread. All but is_connecting() are called when libcurl has ended its action, and
 * may add and remove handles. */
typedef struct
{
  /* It has been at work. The first of these to be called; may be NULL. */
  void (*acted) (gpointer owner);

  /* A handle is at its end. */
  void (*done) (gpointer owner, CURL *easy, CURLcode code);

  /* A socket of a handle, maybe one of libcurl's own, cannot be watched: without events it would never
   * go on. */
  void (*deaf) (gpointer owner, CURL *easy);

  /* Whether a socket of the handle may be gone because an address has refused. */
  gboolean (*is_connecting) (gpointer owner, CURL *easy);
} RfCurlDriverFuncs;

/* Made on any thread before the reactor knows of it; used and freed on the reactor's. */
RfCurlDriver *
rf_curl_driver_new (RfReactor *reactor, const RfCurlDriverFuncs *funcs, gpointer owner);
void rf_curl_driver_free (RfCurlDriver *self);

/* The handle begins as the reactor's next act. FALSE: there is no memory. */
gboolean rf_curl_driver_add (RfCurlDriver *self, CURL *easy);
void rf_curl_driver_remove (RfCurlDriver *self, CURL *easy);

/* Watches a socket no more, for its handle is at its end and somebody else watches it. libcurl need not have said
 * so: 8.14 does not of a connection that is made while all handles are looked at. */
void rf_curl_driver_leave_socket (RfCurlDriver *self, curl_socket_t fd);

/* To be called when libcurl has been at work for another reason than an event. */
void rf_curl_driver_end_action (RfCurlDriver *self);

/* What to say of a handle that is deaf, or of another socket that cannot be watched. */
GError *rf_curl_driver_new_deaf_error (void);

G_END_DECLS
