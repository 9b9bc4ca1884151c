/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Byte ranges of a resource: half-open inside, inclusive only in the texts of HTTP. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 start;
  guint64 end; /* exclusive; RF_SIZE_UNKNOWN: to the end of the resource */
} RfRange;

/* What a Content-Range header says. */
typedef struct
{
  gboolean satisfied; /* FALSE: the form of a 416, in which only the total is given */
  RfRange range;
  guint64 total; /* RF_SIZE_UNKNOWN where the header says "*" */
} RfContentRange;

/* Longest text that rf_range_to_header() writes: "bytes=", two 20-digit numbers, '-' and NUL. */
#define RF_RANGE_HEADER_SIZE (sizeof ("bytes=") + 20 + 1 + 20)

guint64 rf_range_length (RfRange range);

/* Writes the value of a Range header for a range that is not empty. */
void rf_range_to_header (RfRange range, char text[RF_RANGE_HEADER_SIZE]);

/* Parses the value of a Content-Range header. FALSE for anything that is not exactly the grammar of
 * RFC 9110 with the unit "bytes", that overflows, or that contradicts itself. */
gboolean rf_content_range_parse (const char *text, gsize length, RfContentRange *out);

/* Parses a non-negative decimal number that fills the text. */
gboolean rf_parse_size (const char *text, gsize length, guint64 *out);

G_END_DECLS
