/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* No GString: GLib recycles its memory between threads in a way that ThreadSanitizer cannot follow. */

#include "rf-test-head.h"

const char *
rf_test_head_get_reason (guint status)
{
  static const struct
  {
    guint status;
    const char *text;
  } reasons[] = {
    { 200, "OK" },
    { 206, "Partial Content" },
    { 301, "Moved Permanently" },
    { 302, "Found" },
    { 303, "See Other" },
    { 307, "Temporary Redirect" },
    { 308, "Permanent Redirect" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 408, "Request Timeout" },
    { 410, "Gone" },
    { 412, "Precondition Failed" },
    { 416, "Range Not Satisfiable" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].status == status)
      return reasons[i].text;
  return "Status";
}

void
rf_test_head_append (char **head, const char *format, ...)
{
  g_autofree char *before = *head;
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  *head = g_strconcat (before, text, NULL);
}

void
rf_test_head_append_claim (char **head, const RfTestClaim *claim)
{
  const struct
  {
    const char *name;
    const char *value;
  } fields[] = {
    { "Content-Type", claim->content_type },
    { "Accept-Ranges", claim->accept_ranges },
    { "ETag", claim->etag },
    { "Last-Modified", claim->last_modified },
    { "Content-Encoding", claim->content_encoding },
    { "Content-Range", claim->content_range },
    { "Content-Length", claim->content_length },
    { "Transfer-Encoding", claim->chunked ? "chunked" : NULL },
  };

  rf_test_head_append (head, "%s %u %s\r\n", claim->protocol, claim->status,
                       rf_test_head_get_reason (claim->status));
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].value != NULL && fields[i].value[0] != '\0')
      rf_test_head_append (head, "%s: %s\r\n", fields[i].name, fields[i].value);
  if (claim->fields != NULL)
    rf_test_head_append (head, "%s", claim->fields);
}
