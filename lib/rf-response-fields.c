/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-response-fields-private.h"

#define AT(member) G_STRUCT_OFFSET (RfResponseHead, member)

const RfResponseField rf_response_fields[RF_NUM_RESPONSE_FIELDS] = {
  { "Content-Range", AT (content_range), FALSE },
  { "Content-Length", AT (content_length), FALSE },
  { "Content-Encoding", AT (content_encoding), FALSE },
  { "Content-Type", AT (content_type), TRUE },
  { "ETag", AT (etag), FALSE },
  { "Last-Modified", AT (last_modified), FALSE },
  { "Location", AT (location), FALSE },
  { "Retry-After", AT (retry_after), TRUE },
  { "Ais-Version", AT (tokens[RF_TOKEN_AIS_VERSION]), FALSE },
  { "Ais-Checksum-Value", AT (tokens[RF_TOKEN_AIS_CHECKSUM]), FALSE },
  { "x-amz-version-id", AT (tokens[RF_TOKEN_S3_VERSION]), FALSE },
  { "x-goog-generation", AT (tokens[RF_TOKEN_GS_GENERATION]), FALSE },
};

const char **
rf_response_field_get_place (const RfResponseField *self, RfResponseHead *head)
{
  return &G_STRUCT_MEMBER (const char *, head, self->offset);
}

void
rf_response_keep_reason (char kept[RF_MAX_REASON], const char *reason, gsize length)
{
  gsize count = 0;

  for (gsize i = 0; i < length && count < RF_MAX_REASON - 1; i++)
    if (g_ascii_isprint (reason[i]))
      kept[count++] = reason[i];
  kept[count] = '\0';
}
