/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Exactly what RFC 9112 allows and nothing that it merely tolerates: CRLF line ends, no folding, one
 * Host, no field twice that must stand once. A client that sends anything else gets a 400. */

#include "rf-test-request.h"

#include <string.h>

gboolean
rf_test_text_equal (RfTestText text, const char *expected)
{
  return text.length == strlen (expected) && memcmp (text.data, expected, text.length) == 0;
}

gboolean
rf_test_text_equal_nocase (RfTestText text, const char *expected)
{
  return text.length == strlen (expected)
         && g_ascii_strncasecmp (text.data, expected, text.length) == 0;
}

RfTestText
rf_test_text_take_until (RfTestText *rest, char separator)
{
  const char *found = rest->length > 0 ? memchr (rest->data, separator, rest->length) : NULL;
  RfTestText taken = *rest;
  gsize used = rest->length;

  if (found != NULL)
    {
      taken.length = (gsize)(found - rest->data);
      used = taken.length + 1;
    }
  rest->data += used;
  rest->length -= used;
  return taken;
}

RfTestText
rf_test_text_trim (RfTestText text)
{
  while (text.length > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
    {
      text.data++;
      text.length--;
    }
  while (text.length > 0
         && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
    text.length--;
  return text;
}

static gboolean
is_token (RfTestText text)
{
  for (gsize i = 0; i < text.length; i++)
    {
      char c = text.data[i];

      if (!g_ascii_isalnum (c) && (c == '\0' || strchr ("!#$%&'*+-.^_`|~", c) == NULL))
        return FALSE;
    }
  return text.length > 0;
}

/* Digits only; a number too large for 64 bits counts as the largest. */
static gboolean
parse_number (RfTestText text, guint64 *value)
{
  guint64 result = 0;

  for (gsize i = 0; i < text.length; i++)
    {
      if (!g_ascii_isdigit (text.data[i]))
        return FALSE;
      if (!g_uint64_checked_mul (&result, result, 10)
          || !g_uint64_checked_add (&result, result, (guint64)(text.data[i] - '0')))
        result = G_MAXUINT64;
    }
  *value = result;
  return text.length > 0;
}

static RfTestRange
parse_range (RfTestText text)
{
  const RfTestRange none = { .kind = RF_TEST_RANGE_NONE };
  RfTestRange range = none;
  RfTestText first;
  guint64 last = 0;

  if (text.length == 0 || !rf_test_text_equal_nocase (rf_test_text_take_until (&text, '='), "bytes")
      || text.length == 0 || memchr (text.data, '-', text.length) == NULL)
    return none;

  first = rf_test_text_take_until (&text, '-');
  if (first.length == 0)
    {
      range.kind = RF_TEST_RANGE_SUFFIX;
      return parse_number (text, &range.suffix) ? range : none;
    }
  if (!parse_number (first, &range.first))
    return none;
  if (text.length == 0)
    {
      range.kind = RF_TEST_RANGE_FROM;
      range.end = G_MAXUINT64;
      return range;
    }
  if (!parse_number (text, &last) || last < range.first)
    return none;
  range.kind = RF_TEST_RANGE_BETWEEN;
  range.end = last == G_MAXUINT64 ? G_MAXUINT64 : last + 1;
  return range;
}

static gboolean
parse_request_line (RfTestText line, RfTestRequest *request)
{
  RfTestText method = rf_test_text_take_until (&line, ' ');

  request->target = rf_test_text_take_until (&line, ' ');
  if (!is_token (method) || request->target.length == 0)
    return FALSE;

  if (rf_test_text_equal (method, "GET"))
    request->method = RF_TEST_METHOD_GET;
  else if (rf_test_text_equal (method, "HEAD"))
    request->method = RF_TEST_METHOD_HEAD;
  else
    request->method = RF_TEST_METHOD_OTHER;

  request->keep_alive = rf_test_text_equal (line, "HTTP/1.1");
  return request->keep_alive || rf_test_text_equal (line, "HTTP/1.0");
}

static gboolean
set_once (RfTestText *field, RfTestText value)
{
  if (field->data != NULL)
    return FALSE;
  *field = value;
  return TRUE;
}

static gboolean
parse_field (RfTestText line, RfTestRequest *request)
{
  RfTestText name;
  RfTestText value;

  if (memchr (line.data, ':', line.length) == NULL)
    return FALSE;
  name = rf_test_text_take_until (&line, ':');
  value = rf_test_text_trim (line);
  if (!is_token (name))
    return FALSE;

  if (rf_test_text_equal_nocase (name, "Host"))
    return set_once (&request->host, value);
  if (rf_test_text_equal_nocase (name, "Range"))
    return set_once (&request->range_text, value);
  if (rf_test_text_equal_nocase (name, "If-Match"))
    return set_once (&request->if_match, value);
  if (rf_test_text_equal_nocase (name, "If-Range"))
    return set_once (&request->if_range, value);
  if (rf_test_text_equal_nocase (name, "Authorization"))
    return set_once (&request->authorization, value);
  if (rf_test_text_equal_nocase (name, "Content-Length"))
    return rf_test_text_equal (value, "0");
  if (rf_test_text_equal_nocase (name, "Transfer-Encoding"))
    return FALSE;
  if (rf_test_text_equal_nocase (name, "Connection"))
    {
      while (value.length > 0)
        if (rf_test_text_equal_nocase (rf_test_text_trim (rf_test_text_take_until (&value, ',')),
                                       "close"))
          request->keep_alive = FALSE;
    }
  return TRUE;
}

/* No NUL and no stray CR or LF may be left in a line. */
static gboolean
is_clean (RfTestText line)
{
  return line.length > 0 && memchr (line.data, '\0', line.length) == NULL
         && memchr (line.data, '\r', line.length) == NULL
         && memchr (line.data, '\n', line.length) == NULL;
}

RfTestParse
rf_test_request_parse (const char *data, gsize length, RfTestRequest *request, gsize *head_length)
{
  const char *end;
  gboolean first = TRUE;

  if (data == NULL || (end = memmem (data, length, "\r\n\r\n", 4)) == NULL)
    return RF_TEST_PARSE_INCOMPLETE;

  memset (request, 0, sizeof *request);
  end += 2;
  *head_length = (gsize)(end + 2 - data);
  while (data < end)
    {
      const char *line_end = memmem (data, (gsize)(end - data), "\r\n", 2);
      RfTestText line = { data, (gsize)(line_end - data) };

      if (!is_clean (line)
          || !(first ? parse_request_line (line, request) : parse_field (line, request)))
        return RF_TEST_PARSE_MALFORMED;
      first = FALSE;
      data = line_end + 2;
    }

  if (request->host.data == NULL)
    return RF_TEST_PARSE_MALFORMED;
  if (request->range_text.data != NULL)
    request->range = parse_range (request->range_text);
  return RF_TEST_PARSE_COMPLETE;
}

gboolean
rf_test_text_matches_etag (RfTestText if_match, const char *etag)
{
  if_match = rf_test_text_trim (if_match);
  if (rf_test_text_equal (if_match, "*"))
    return TRUE;
  if (etag == NULL)
    return FALSE;
  while (if_match.length > 0)
    if (rf_test_text_equal (rf_test_text_trim (rf_test_text_take_until (&if_match, ',')), etag))
      return TRUE;
  return FALSE;
}
