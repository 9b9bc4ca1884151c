/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a resource is, checked once, and a form of it that may be shown. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

typedef struct _RfLocation RfLocation;

/* Checks a text for being an absolute http or https URI with a host. */
RfLocation *rf_location_new (const char *text, GError **error);
RfLocation *rf_location_ref (RfLocation *self);
void rf_location_unref (RfLocation *self);

/* The text as it was given, without a fragment. */
const char *rf_location_get_uri (const RfLocation *self);

/* The URI to request: the same without user and password, and these, decoded; NULL: it has none. */
const char *rf_location_get_bare_uri (const RfLocation *self);
const char *rf_location_get_user (const RfLocation *self);
const char *rf_location_get_password (const RfLocation *self);

/* Scheme, host and port in one form, whatever the URI wrote: the same for all locations of a server. */
const char *rf_location_get_server (const RfLocation *self);

gboolean rf_location_is_encrypted (const RfLocation *self);

/* Whether what is secret to the server of one location may be told to that of another: it is the same
 * server, or at least its encrypted side. */
gboolean rf_location_trusts (const RfLocation *self, const RfLocation *other);

/* Where a redirection leads that came from this location: an absolute or relative reference. It gets user
 * and password of the location that all began with, if that trusts it and it has none of its own.
 * RF_ERROR_PROTOCOL: nowhere. */
RfLocation *rf_location_follow (const RfLocation *self,
                                const char *reference,
                                const RfLocation *origin,
                                GError **error);

/* The URI for messages and logs: no user, no password, no query (a presigned one is a secret). */
const char *rf_location_get_display (const RfLocation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfLocation, rf_location_unref)

G_END_DECLS
