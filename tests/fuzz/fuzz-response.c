/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any answer to any request. The judge may refuse what it likes, but what it lets pass must be the
 * bytes that were asked for, of the version that is being read.
 *
 * An input has lines, so that seeds can be written by hand and mutations keep most of them in place:
 * the status in three digits, a letter for the headers that exist, one for the question and one for
 * further headers (bits, see below), then each number and text of the enum Line. What is missing is
 * empty, or 0, and a missing letter is "@": none. */

#include "rf-response-private.h"

#include "rf-backoff-private.h"
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
  QUESTION_LAST_MODIFIED = 1 << 4,
  QUESTION_TOKEN = 1 << 5,
};

enum
{
  FURTHER_LOCATION = 1 << 0,
  FURTHER_CONTENT_TYPE = 1 << 1,
  FURTHER_LAST_MODIFIED = 1 << 2,
  FURTHER_TOKEN = 1 << 3,
  FURTHER_OTHER_TOKEN = 1 << 4, /* with the same text, in another field */
  FURTHER_IS_AMBIGUOUS = 1 << 5,
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
  LINE_LOCATION,
  LINE_CONTENT_TYPE,
  LINE_LAST_MODIFIED,
  LINE_RESOURCE_LAST_MODIFIED,
  LINE_TOKEN,
  LINE_RESOURCE_TOKEN,
  N_LINES,
} Line;

/* Those for which a way that was redirected may be none any more. */
static const guint refused[] = { 400, 401, 403, 404, 410 };

static const guint redirected[] = { 301, 302, 303, 307, 308 };

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
  guint further = (guchar)first[5];

  return (RfResponseHead){
    .status = digit (first[0]) * 100 + digit (first[1]) * 10 + digit (first[2]),
    .reason = "Words",
    .content_range = get_text (lines, LINE_CONTENT_RANGE, has & HEAD_CONTENT_RANGE),
    .content_length = get_text (lines, LINE_CONTENT_LENGTH, has & HEAD_CONTENT_LENGTH),
    .content_encoding = get_text (lines, LINE_CONTENT_ENCODING, has & HEAD_CONTENT_ENCODING),
    .etag = get_text (lines, LINE_ETAG, has & HEAD_ETAG),
    .location = get_text (lines, LINE_LOCATION, further & FURTHER_LOCATION),
    .content_type = get_text (lines, LINE_CONTENT_TYPE, further & FURTHER_CONTENT_TYPE),
    .last_modified = get_text (lines, LINE_LAST_MODIFIED, further & FURTHER_LAST_MODIFIED),
    .tokens = { get_text (lines, LINE_TOKEN, further & FURTHER_TOKEN),
                get_text (lines, LINE_TOKEN, further & FURTHER_OTHER_TOKEN) },
    .is_ambiguous = (further & FURTHER_IS_AMBIGUOUS) != 0,
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
                       .etag = get_text (lines, LINE_RESOURCE_ETAG, has & QUESTION_ETAG),
                       .last_modified = get_text (lines, LINE_RESOURCE_LAST_MODIFIED,
                                                  has & QUESTION_LAST_MODIFIED),
                       .tokens = { get_text (lines, LINE_RESOURCE_TOKEN, has & QUESTION_TOKEN) } };
}

static RfRequest
make_request (char **lines, const char first[], const RfResource *resource)
{
  RfRequest request = { .if_match = rf_resource_get_if_match (resource),
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
  for (guint i = 0; i < RF_NUM_TOKENS; i++)
    if (resource->tokens[i] != NULL && head->tokens[i] != NULL)
      g_assert_cmpstr (head->tokens[i], ==, resource->tokens[i]);
  if (resource->last_modified != NULL && head->last_modified != NULL
      && (etag == NULL || etag[0] != '"' || rf_resource_get_if_match (resource) == NULL))
    g_assert_cmpstr (head->last_modified, ==, resource->last_modified);
  if (resource->size != RF_SIZE_UNKNOWN && content->total != RF_SIZE_UNKNOWN)
    g_assert_cmpuint (content->total, ==, resource->size);
}

/* What is not the plain body, or may be another one to somebody else, is not taken. */
static void
check_fields (const RfResponseHead *head)
{
  g_assert_false (head->is_ambiguous);
  if (head->content_encoding != NULL)
    g_assert_true (g_ascii_strcasecmp (head->content_encoding, "identity") == 0);
}

static void
check_body (const RfResponseHead *head,
            const RfRequest *request,
            const RfResource *resource,
            const RfContentRange *content)
{
  check_fields (head);
  g_assert_cmpuint (content->range.start, ==, request->range.start);
  g_assert_cmpuint (content->range.end, <=, content->total);
  check_same_version (head, resource, content);
}

static void
check_part (const RfResponseHead *head, const RfRequest *request, const RfContentRange *content)
{
  g_assert_true (request->ranged && head->content_range != NULL);
  g_assert_cmpuint (content->range.end, >, content->range.start);
  g_assert_cmpuint (content->range.end, <=, request->range.end);
  if (head->content_type != NULL)
    g_assert_false (g_ascii_strncasecmp (head->content_type, "multipart/byteranges", 20) == 0);
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

static gboolean
contains (const guint *statuses, gsize count, guint status)
{
  for (gsize i = 0; i < count; i++)
    if (statuses[i] == status)
      return TRUE;
  return FALSE;
}

/* What has been learnt from an answer fits the same answer to the same question. */
static void
check_again (const RfResponseHead *head,
             RfRequest request,
             const RfContentRange *content,
             RfAnswer expected)
{
  RfResource resource = { .size = RF_SIZE_UNKNOWN };
  RfContentRange again;

  rf_resource_learn (&resource, head, content->total, expected == RF_ANSWER_PART);
  request.if_match = rf_resource_get_if_match (&resource);
  g_assert_cmpint (rf_response_judge (head, &request, &resource, &again, NULL), ==, expected);
  g_assert_cmpmem (&again, sizeof again, content, sizeof *content);
  rf_resource_clear (&resource);
}

static void
check_answer (RfAnswer answer,
              const RfResponseHead *head,
              const RfRequest *request,
              const RfResource *resource,
              const RfContentRange *content)
{
  guint status = head->status;

  switch (answer)
    {
    case RF_ANSWER_PART:
    case RF_ANSWER_WHOLE:
      check_body (head, request, resource, content);
      if (answer == RF_ANSWER_PART)
        check_part (head, request, content);
      else
        g_assert_true (request->range.start == 0 && content->range.end == content->total);
      if (!resource->known)
        check_again (head, *request, content, answer);
      break;
    case RF_ANSWER_NO_BYTES:
      g_assert_cmpuint (content->total, <=, request->range.start);
      break;
    case RF_ANSWER_WITHOUT_RANGE:
      /* Otherwise the same would be asked for again and again. */
      g_assert_true (request->ranged && !resource->known);
      break;
    case RF_ANSWER_REDIRECT:
      g_assert_true (contains (redirected, G_N_ELEMENTS (redirected), status));
      g_assert_true (head->location != NULL && !head->is_ambiguous);
      break;
    case RF_ANSWER_TRANSIENT:
      g_assert_true (rf_backoff_status_is_transient (status));
      break;
    case RF_ANSWER_REFUSED:
      g_assert_true (contains (refused, G_N_ELEMENTS (refused), status));
      break;
    case RF_ANSWER_PERMANENT:
      g_assert_false (rf_backoff_status_is_transient (status));
      break;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", N_LINES);
  char first[] = "000@@@";
  g_autoptr (GError) error = NULL;
  RfResponseHead head;
  RfResource resource;
  RfRequest request;
  RfContentRange content = { 0 };
  RfAnswer answer;

  if (lines[0] != NULL)
    memcpy (first, lines[0], MIN (strlen (lines[0]), strlen (first)));
  head = make_head (lines, first);
  resource = make_resource (lines, first);
  request = make_request (lines, first, &resource);

  g_assert_cmpstr (rf_response_get_reason (&head), !=, "");
  answer = rf_response_judge (&head, &request, &resource, &content, &error);
  check_answer (answer, &head, &request, &resource, &content);
  if (answer >= RF_ANSWER_TRANSIENT)
    check_error (error);
  else
    g_assert_no_error (error);
  return 0;
}
