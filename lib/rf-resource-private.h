/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is known of a resource, and whether an answer is of the same version of it: without side effects. */

#pragma once

#include "rf-transport-private.h"

G_BEGIN_DECLS

/* What has been learnt of a resource. */
typedef struct
{
  gboolean known;
  gboolean ranges; /* whether it can be read from any offset */
  guint64 size;    /* RF_SIZE_UNKNOWN: until the end has come */
  guint64 claimed; /* the size that an answer told which was not used otherwise; 0: none did */
  char *etag;      /* strong or weak; NULL: none */
  char *last_modified;
  char *tokens[RF_NUM_TOKENS];
} RfResource;

/* Has a resource, which is not known yet, be what an answer is of. */
void
rf_resource_learn (RfResource *self, const RfResponseHead *head, guint64 size, gboolean ranges);

void rf_resource_clear (RfResource *self);

/* Whether an answer may be of the version that is known; `total` is the size that it tells, or
 * RF_SIZE_UNKNOWN. Of what is not known yet any is. */
gboolean
rf_resource_is_same_version (const RfResource *self, const RfResponseHead *head, guint64 total);

/* The value for If-Match in later requests; NULL: weak validators cannot be used for it. */
const char *rf_resource_get_if_match (const RfResource *self);

/* The validator of what was sent; NULL: there is none that is well-formed. */
const char *rf_response_get_etag (const RfResponseHead *head);

G_END_DECLS
