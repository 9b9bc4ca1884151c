/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any answer to any request. The judge may refuse what it likes, but what it lets pass must be the
 * bytes that were asked for, of the version that is being read.
 *
 * An input has lines, so that seeds can be written by hand and mutations keep most of them in place:
 * the status in three digits, a letter for the headers that exist and one for the question (bits, see
 * below), then each number and text of the enum Line. What is missing is empty, or 0. */

#include "rf-response-private.h"

#include "rf-error.h"

#include <string.h>

#include "rf-fuzz.h"

enum
{
  HEAD_CONTENT_RANGE = 1 << 0, /* the letter A */
  HEAD_CONTENT_LENGTH = 1 << 1,
  HEAD_CONTENT_ENCODING = 1 << 2,
  HEAD_ETAG = 1 << 3,
};

enum
{
  QUESTION_RANGED = 1 << 0,
  QUESTION_KNOWN = 1 << 1, /* the rest is of the resource, if it is known */
  QUESTION_RANGES = 1 << 2,
  QUESTION_ETAG = 1 << 3,
};

typedef enum
{
  LINE_FIRST,
  LINE_START, /* of the request; -1 is RF_SIZE_UNKNOWN here and below */
  LINE_END,
  LINE_SIZE, /* of the resource */
  LINE_CONTENT_RANGE,
  LINE_CONTENT_LENGTH,
  LINE_CONTENT_ENCODING,
  LINE_ETAG,
  LINE_RESOURCE_ETAG,
  N_LINES,
} Line;

static char *
get_text (char **lines, Line line, gboolean exists)
{
  static char empty[] = "";

  if (!exists)
    return NULL;
  return (guint)line < g_strv_length (lines) ? lines[line] : empty;
}

static guint64
get_number (char **lines, Line line)
{
  return g_ascii_strtoull (get_text (lines, line, TRUE), NULL, 10);
}

static guint
digit (char c)
{
  return (guchar)(c - '0') % 10;
}

static RfResponseHead
make_head (char **lines, const char first[])
{
  guint has = (guchar)first[3];

  return (RfResponseHead){
    .status = digit (first[0]) * 100 + digit (first[1]) * 10 + digit (first[2]),
    .reason = "Words",
    .content_range = get_text (lines, LINE_CONTENT_RANGE, has & HEAD_CONTENT_RANGE),
    .content_length = get_text (lines, LINE_CONTENT_LENGTH, has & HEAD_CONTENT_LENGTH),
    .content_encoding = get_text (lines, LINE_CONTENT_ENCODING, has & HEAD_CONTENT_ENCODING),
    .etag = get_text (lines, LINE_ETAG, has & HEAD_ETAG),
  };
}

static RfResource
make_resource (char **lines, const char first[])
{
  guint has = (guchar)first[4];

  if (!(has & QUESTION_KNOWN))
    return (RfResource){ .size = RF_SIZE_UNKNOWN };
  return (RfResource){ .known = TRUE,
                       .ranges = (has & QUESTION_RANGES) != 0,
                       .size = get_number (lines, LINE_SIZE),
                       .etag = get_text (lines, LINE_RESOURCE_ETAG, has & QUESTION_ETAG) };
}

static RfRequest
make_request (char **lines, const char first[], const RfResource *resource)
{
  RfRequest request = { .if_match = resource->etag,
                        .range = { get_number (lines, LINE_START), get_number (lines, LINE_END) },
                        .ranged = ((guchar)first[4] & QUESTION_RANGED) != 0 };

  /* No request is for nothing. */
  if (request.range.start == RF_SIZE_UNKNOWN)
    request.range.start = 0;
  if (request.range.end <= request.range.start)
    request.range.end = RF_SIZE_UNKNOWN;
  return request;
}

static void
check_same_version (const RfResponseHead *head,
                    const RfResource *resource,
                    const RfContentRange *content)
{
  const char *etag = rf_response_get_etag (head);

  if (resource->etag != NULL && etag != NULL)
    g_assert_cmpstr (strchr (etag, '"'), ==, strchr (resource->etag, '"'));
  if (resource->size != RF_SIZE_UNKNOWN && content->total != RF_SIZE_UNKNOWN)
    g_assert_cmpuint (content->total, ==, resource->size);
}

static void
check_body (const RfResponseHead *head,
            const RfRequest *request,
            const RfResource *resource,
            const RfContentRange *content)
{
  g_assert_cmpuint (content->range.start, ==, request->range.start);
  g_assert_cmpuint (content->range.end, <=, content->total);
  check_same_version (head, resource, content);
}

/* It goes into logs and to terminals, which must not get bytes of the server's choice. */
static void
check_error (const GError *error)
{
  g_assert_true (error != NULL && error->domain == RF_ERROR);
  g_assert_cmpstr (error->message, !=, "");
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_false (g_ascii_iscntrl (*c));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", N_LINES);
  char first[] = "000@@";
  g_autoptr (GError) error = NULL;
  RfResponseHead head;
  RfResource resource;
  RfRequest request;
  RfContentRange content = { 0 };

  memcpy (first, text, MIN (strlen (text), strlen (first)));
  head = make_head (lines, first);
  resource = make_resource (lines, first);
  request = make_request (lines, first, &resource);

  switch (rf_response_judge (&head, &request, &resource, &content, &error))
    {
    case RF_ANSWER_PART:
      check_body (&head, &request, &resource, &content);
      g_assert_cmpuint (content.range.end, >, content.range.start);
      g_assert_cmpuint (content.range.end, <=, request.range.end);
      break;
    case RF_ANSWER_WHOLE:
      g_assert_cmpuint (request.range.start, ==, 0);
      check_body (&head, &request, &resource, &content);
      g_assert_cmpuint (content.range.end, ==, content.total);
      break;
    case RF_ANSWER_NO_BYTES:
      g_assert_cmpuint (content.total, <=, request.range.start);
      break;
    case RF_ANSWER_WITHOUT_RANGE:
      /* Otherwise the same would be asked for again and again. */
      g_assert_true (request.ranged && !resource.known);
      break;
    case RF_ANSWER_REDIRECT:
      break;
    case RF_ANSWER_TRANSIENT:
    case RF_ANSWER_REFUSED:
    case RF_ANSWER_PERMANENT:
      check_error (error);
      return 0;
    }
  g_assert_no_error (error);
  return 0;
}
