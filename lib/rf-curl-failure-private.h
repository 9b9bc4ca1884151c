/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What it means that libcurl could not bring an answer to its end. */

#pragma once

#include "rf-transport-private.h"

#include <curl/curl.h>

G_BEGIN_DECLS

typedef struct
{
  CURL *easy;
  const RfRequest *request;
  CURLcode code;
  const char *text;  /* libcurl's words; "": it had none */
  gboolean has_head; /* of the answer */
} RfCurlFailure;

/* STALE, TRANSIENT or PERMANENT; but for STALE the error is set. */
RfOutcome rf_curl_failure_judge (const RfCurlFailure *self, GError **error);

G_END_DECLS
