/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text of response heads. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a head says of the body that follows. Numbers are texts, so that what is no number can be said
 * too. An empty or NULL text is no such field. */
typedef struct
{
  const char *protocol; /* "HTTP/1.1" */
  guint status;
  const char *content_type;
  const char *accept_ranges;
  const char *etag;
  const char *last_modified;
  const char *fields; /* further lines, each with its CRLF */
  const char *content_encoding;
  gboolean chunked;
  char content_range[128];
  char content_length[64];
} RfTestClaim;

/* What follows a status in its line. */
const char *rf_test_head_get_reason (guint status);

/* Appends to @head, which is freed and made anew. */
void rf_test_head_append (char **head, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Appends all lines of a head but the empty one. */
void rf_test_head_append_claim (char **head, const RfTestClaim *claim);

G_END_DECLS
