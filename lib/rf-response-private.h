/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether an answer fits the question: a decision without side effects. */

#pragma once

#include "rf-resource-private.h"

G_BEGIN_DECLS

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

/* The server's words for a status, or where it has none, as in HTTP/2, the usual ones. */
const char *rf_response_get_reason (const RfResponseHead *head);

G_END_DECLS
