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

/* The URI to request: the text as it was given, without a fragment. */
const char *rf_location_get_uri (const RfLocation *self);

/* Where an answer came from, as a URI for further requests: with the user and password of the location
 * if it is on the same server and has none of its own. Free with g_free(). */
char *rf_location_resolve (const RfLocation *self, const char *effective_uri);

/* A URI without its user and password, and these, decoded; NULL: it has none. Free all with g_free(). */
char *rf_location_split (const char *uri, char **user, char **password);

/* The URI for messages and logs: no user, no password, no query (a presigned one is a secret). */
const char *rf_location_get_display (const RfLocation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfLocation, rf_location_unref)

G_END_DECLS
