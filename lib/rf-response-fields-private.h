/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which fields of a response's head are read, whoever reads them. */

#pragma once

#include "rf-transport-private.h"

G_BEGIN_DECLS

/* Longer reason phrases are cut: they are for messages only. */
#define RF_MAX_REASON 64

typedef struct
{
  const char *name;
  gsize offset;          /* of its text in an RfResponseHead */
  gboolean is_only_hint; /* that it is there again with another value is no contradiction */
} RfResponseField;

#define RF_NUM_RESPONSE_FIELDS (8 + RF_NUM_TOKENS)
extern const RfResponseField rf_response_fields[RF_NUM_RESPONSE_FIELDS];

/* Where the text of a field is. */
const char **rf_response_field_get_place (const RfResponseField *self, RfResponseHead *head);

/* Keeps what can be shown of a reason phrase. */
void rf_response_keep_reason (char kept[RF_MAX_REASON], const char *reason, gsize length);

G_END_DECLS
