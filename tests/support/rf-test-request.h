/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A parser for request heads as strict as it can be, so that a test server also tests the client's
 * requests. Pure functions over (pointer, length); nothing is copied or allocated. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A piece of the request's head; data is NULL when the field is absent. */
typedef struct
{
  const char *data;
  gsize length;
} RfTestText;

typedef enum
{
  RF_TEST_METHOD_GET,
  RF_TEST_METHOD_HEAD,
  RF_TEST_METHOD_OTHER,
} RfTestMethod;

typedef enum
{
  RF_TEST_RANGE_NONE, /* no Range field, or one to be ignored: malformed or of several ranges */
  RF_TEST_RANGE_FROM, /* from first to the end of the object */
  RF_TEST_RANGE_BETWEEN,
  RF_TEST_RANGE_SUFFIX, /* the last suffix bytes */
} RfTestRangeKind;

/* What a Range field asks for, as [first, end), before the object's size is known. */
typedef struct
{
  RfTestRangeKind kind;
  guint64 first;
  guint64 end;
  guint64 suffix;
} RfTestRange;

typedef struct
{
  RfTestMethod method;
  gboolean keep_alive;
  RfTestText target;
  RfTestText host;
  RfTestText if_match;
  RfTestText if_range;
  RfTestText authorization;
  RfTestText range_text;
  RfTestRange range;
} RfTestRequest;

typedef enum
{
  RF_TEST_PARSE_COMPLETE,
  RF_TEST_PARSE_INCOMPLETE,
  RF_TEST_PARSE_MALFORMED,
} RfTestParse;

/* Parses the request head at the beginning of the @length bytes at @data. When it is complete,
 * @request is set, pointing into @data, and @head_length to the bytes it takes, the empty line
 * included; what follows is the next request. A request that announces a body is malformed here.
 * Any thread. */
RfTestParse
rf_test_request_parse (const char *data, gsize length, RfTestRequest *request, gsize *head_length);

/* Whether @text equals the NUL-terminated @expected, ASCII letters in any case. Any thread. */
gboolean rf_test_text_equal_nocase (RfTestText text, const char *expected);

/* Whether the If-Match field value @if_match names the strong validator @etag (quotes included;
 * NULL if the object has none) or is an asterisk. Any thread. */
gboolean rf_test_text_matches_etag (RfTestText if_match, const char *etag);

/* Whether @text equals the NUL-terminated @expected. Any thread. */
gboolean rf_test_text_equal (RfTestText text, const char *expected);

/* Cuts off and returns what stands before the first @separator, which goes too; the whole if there is
 * none. Any thread. */
RfTestText rf_test_text_take_until (RfTestText *rest, char separator);

/* @text without the blanks at its ends. Any thread. */
RfTestText rf_test_text_trim (RfTestText text);

G_END_DECLS
