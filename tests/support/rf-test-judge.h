/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of the judge of answers have in common. Each function fails the running test by itself. */

#pragma once

#include "rf-error.h"
#include "rf-response-private.h"

G_BEGIN_DECLS

/* The first request asks for [0, 100) of nobody knows what, a later one for [200, 300) of 1000 bytes. */
extern const RfRequest rf_test_first_request;
extern const RfRequest rf_test_later_request;
extern const RfResource rf_test_unknown_resource;
extern const RfResource rf_test_known_resource;

/* A head with this status, Content-Range (NULL: none), and the ETag of the known resource. */
RfResponseHead rf_test_judge_new_head (guint status, const char *content_range);

/* What comes of an answer; the functions below do the same for the first and the later request. */
RfContentRange rf_test_judge_check_answer (const RfResponseHead *head,
                                           const RfRequest *request,
                                           const RfResource *resource,
                                           RfAnswer expected);

/* Refused in this way, with this code. */
void rf_test_judge_check_error (const RfResponseHead *head,
                                const RfRequest *request,
                                const RfResource *resource,
                                RfAnswer expected,
                                RfError code);

/* Refused for good, with these words. */
void rf_test_judge_check_message (const RfResponseHead *head,
                                  const RfRequest *request,
                                  const RfResource *resource,
                                  RfError code,
                                  const char *words);

RfContentRange
rf_test_judge_check_first (guint status, const char *content_range, RfAnswer expected);

RfContentRange
rf_test_judge_check_later (guint status, const char *content_range, RfAnswer expected);

/* Refused for good. */
void rf_test_judge_check_first_error (guint status, const char *content_range, RfError code);

void rf_test_judge_check_later_error (guint status, const char *content_range, RfError code);

/* The bytes and the size that an answer told of. */
void
rf_test_judge_check_content (RfContentRange content, guint64 start, guint64 end, guint64 total);

G_END_DECLS
