/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether an answer fits the question: a decision without side effects. */

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

/* What a response means for the request that it answers. */
typedef enum
{
  RF_ANSWER_PART,          /* the body begins with the first byte that was asked for */
  RF_ANSWER_WHOLE,         /* the body is the whole resource: no ranges here */
  RF_ANSWER_NO_BYTES,      /* there is nothing at or behind the offset that was asked for */
  RF_ANSWER_WITHOUT_RANGE, /* the same has to be asked for again without a range */
  RF_ANSWER_REDIRECT,      /* the same has to be asked for elsewhere */
  RF_ANSWER_TRANSIENT,     /* the server cannot answer now */
  RF_ANSWER_REFUSED,       /* it will not answer: no permission, or nothing there */
  RF_ANSWER_PERMANENT,     /* it will not answer, or not consistently */
} RfAnswer;

/* Judges a response to `request`, which is the first one if the resource is not known. On PART,
 * WHOLE, NO_BYTES and WITHOUT_RANGE, `content` holds which bytes the body has and the size of the resource
 * as far as they were told; on TRANSIENT, REFUSED and PERMANENT an error is set. */
RfAnswer rf_response_judge (const RfResponseHead *head,
                            const RfRequest *request,
                            const RfResource *resource,
                            RfContentRange *content,
                            GError **error);

/* The validator of what was sent; NULL: there is none that is well-formed. */
const char *rf_response_get_etag (const RfResponseHead *head);

/* Has a resource, which is not known yet, be what an answer is of. */
void
rf_resource_learn (RfResource *self, const RfResponseHead *head, guint64 size, gboolean ranges);

/* The server's words for a status, or where it has none, as in HTTP/2, the usual ones. */
const char *rf_response_get_reason (const RfResponseHead *head);

/* The value for If-Match in later requests; NULL: weak validators cannot be used for it. */
const char *rf_resource_get_if_match (const RfResource *self);

void rf_resource_clear (RfResource *self);

G_END_DECLS
