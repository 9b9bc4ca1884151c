/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-lie.h"

#include "rf-test-fault.h"

#include <string.h>

/* More than any client should keep of a head. */
#define HUGE_SIZE (200 * 1024)

/* What is too much, and its length, also as a chunk says it. */
#define EXCESS "sixteen bytes !!"
#define EXCESS_LENGTH 16

#define BOUNDARY "part-of-the-object"

/* 2^64 is this, and this many billions. */
#define BILLION G_GUINT64_CONSTANT (1000000000)
#define WRAP_BILLIONS G_GUINT64_CONSTANT (18446744073)
#define WRAP_REST G_GUINT64_CONSTANT (709551616)

/* Stands for a NUL byte while the head is a string. */
#define NUL_MARK '\1'

static const char *const names[] = {
  [RF_TEST_SERVER_HONEST] = "none",
  [RF_TEST_SERVER_NO_CONTENT_RANGE] = "no-content-range",
  [RF_TEST_SERVER_WRONG_START] = "wrong-start",
  [RF_TEST_SERVER_WRONG_END] = "wrong-end",
  [RF_TEST_SERVER_WRONG_TOTAL] = "wrong-total",
  [RF_TEST_SERVER_LONG_LENGTH] = "long-length",
  [RF_TEST_SERVER_SHORT_LENGTH] = "short-length",
  [RF_TEST_SERVER_LONG_CHUNKED] = "long-chunked",
  [RF_TEST_SERVER_SHORT_CHUNKED] = "short-chunked",
  [RF_TEST_SERVER_EXCESS] = "excess",
  [RF_TEST_SERVER_WHOLE] = "whole",
  [RF_TEST_SERVER_UNASKED_PART] = "unasked-part",
  [RF_TEST_SERVER_MULTIPART] = "multipart",
  [RF_TEST_SERVER_GZIP] = "gzip",
  [RF_TEST_SERVER_DENIES_RANGES] = "denies-ranges",
  [RF_TEST_SERVER_UNSATISFIABLE] = "unsatisfiable",
  [RF_TEST_SERVER_NOT_ACCEPTABLE] = "not-acceptable",
  [RF_TEST_SERVER_CHUNKED_PART] = "chunked-part",
  [RF_TEST_SERVER_SILENT_CLOSE] = "silent-close",
  [RF_TEST_SERVER_CONTINUE] = "continue",
  [RF_TEST_SERVER_EARLY_HINTS] = "early-hints",
  [RF_TEST_SERVER_HUGE_FIELD] = "huge-field",
  [RF_TEST_SERVER_MANY_FIELDS] = "many-fields",
  [RF_TEST_SERVER_ENDLESS_HEAD] = "endless-head",
  [RF_TEST_SERVER_FOLDED_FIELD] = "folded-field",
  [RF_TEST_SERVER_NEGATIVE_LENGTH] = "negative-length",
  [RF_TEST_SERVER_OVERFLOWING_LENGTH] = "overflowing-length",
  [RF_TEST_SERVER_BAD_LENGTH] = "bad-length",
  [RF_TEST_SERVER_NEGATIVE_RANGE] = "negative-range",
  [RF_TEST_SERVER_OVERFLOWING_RANGE] = "overflowing-range",
  [RF_TEST_SERVER_BAD_RANGE] = "bad-range",
  [RF_TEST_SERVER_NUL_BYTE] = "nul-byte",
  [RF_TEST_SERVER_HTTP_1_0] = "http-1.0",
  [RF_TEST_SERVER_HTTP_0_9] = "http-0.9",
  [RF_TEST_SERVER_BARE_LF] = "bare-lf",
};

const char *
rf_test_lie_get_name (RfTestServerLie lie)
{
  return names[lie];
}

gboolean
rf_test_lie_find (const char *name, RfTestServerLie *lie)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      {
        *lie = (RfTestServerLie)i;
        return TRUE;
      }
  return FALSE;
}

RfTestServerLie
rf_test_lie_pick (const RfTestServerConfig *config, const RfTestRequest *request, guint64 number)
{
  if (request->method != RF_TEST_METHOD_GET
      || (config->lie_every != 0 && !rf_test_fault_is_nth (number, config->lie_every)))
    return RF_TEST_SERVER_HONEST;
  return config->lie;
}

guint
rf_test_lie_get_status (RfTestServerLie lie, const RfTestRange *range)
{
  if (range->kind == RF_TEST_RANGE_NONE)
    return 0;
  if (lie == RF_TEST_SERVER_UNSATISFIABLE)
    return 416;
  return lie == RF_TEST_SERVER_NOT_ACCEPTABLE ? 406 : 0;
}

void
rf_test_lie_bend_request (RfTestServerLie lie, RfTestCoding *coding, RfTestRange *range)
{
  const RfTestRange all = { .kind = RF_TEST_RANGE_FROM, .first = 0, .end = G_MAXUINT64 };

  if (lie == RF_TEST_SERVER_WHOLE)
    range->kind = RF_TEST_RANGE_NONE;
  if (lie == RF_TEST_SERVER_UNASKED_PART && range->kind == RF_TEST_RANGE_NONE)
    *range = all;
  if (*coding == RF_TEST_CODING_LENGTH
      && (lie == RF_TEST_SERVER_LONG_CHUNKED || lie == RF_TEST_SERVER_SHORT_CHUNKED
          || lie == RF_TEST_SERVER_CHUNKED_PART))
    *coding = RF_TEST_CODING_CHUNKED;
}

/* Writes a decimal number that is @value to who counts in 64 bits and does not look for overflow. */
static void
print_wrapped (char *text, gsize size, guint64 value)
{
  guint64 rest = WRAP_REST + value % BILLION;

  g_snprintf (text, (gulong)size, "%" G_GUINT64_FORMAT "%09" G_GUINT64_FORMAT,
              WRAP_BILLIONS + value / BILLION + rest / BILLION, rest % BILLION);
}

static void
claim_length (RfTestClaim *claim, const char *prefix, guint64 length, const char *suffix)
{
  if (claim->content_length[0] != '\0')
    g_snprintf (claim->content_length, sizeof claim->content_length, "%s%" G_GUINT64_FORMAT "%s",
                prefix, length, suffix);
}

static void
claim_range (RfTestClaim *claim, const char *prefix, guint64 first, guint64 last, guint64 size)
{
  if (claim->content_range[0] != '\0')
    g_snprintf (claim->content_range, sizeof claim->content_range,
                "bytes %s%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, prefix,
                first, last, size);
}

static void
claim_wrapped_range (RfTestClaim *claim, guint64 first, guint64 last, guint64 size)
{
  char texts[3][32];

  print_wrapped (texts[0], sizeof texts[0], first);
  print_wrapped (texts[1], sizeof texts[1], last);
  print_wrapped (texts[2], sizeof texts[2], size);
  if (claim->content_range[0] != '\0')
    g_snprintf (claim->content_range, sizeof claim->content_range, "bytes %s-%s/%s", texts[0],
                texts[1], texts[2]);
}

static void
make_multipart (RfTestAnswer *answer, RfTestClaim *claim)
{
  guint64 length = answer->end - answer->start;

  if (claim->content_range[0] == '\0')
    return;
  answer->before
      = g_strdup_printf ("--" BOUNDARY "\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n",
                         claim->content_type, claim->content_range);
  answer->behind = "\r\n--" BOUNDARY "--\r\n";
  claim->content_type = "multipart/byteranges; boundary=" BOUNDARY;
  claim->content_range[0] = '\0';
  claim_length (claim, "", strlen (answer->before) + length + strlen (answer->behind), "");
}

/* Numbers that the head says wrong. */
static void
bend_numbers (RfTestServerLie lie, const RfTestAnswer *answer, RfTestClaim *claim, guint64 size)
{
  guint64 first = answer->start;
  guint64 last = answer->end - 1;
  guint64 length = answer->end - answer->start;
  /* Inside the object, where that is possible. */
  guint64 shift = last + 1 < size ? 1 : (guint64)-1;

  if (lie == RF_TEST_SERVER_NO_CONTENT_RANGE)
    claim->content_range[0] = '\0';
  else if (lie == RF_TEST_SERVER_WRONG_START)
    claim_range (claim, "", first + shift, last + shift, size);
  else if (lie == RF_TEST_SERVER_WRONG_END)
    claim_range (claim, "", first, last + shift, size);
  else if (lie == RF_TEST_SERVER_WRONG_TOTAL)
    claim_range (claim, "", first, last, size + 1);
  else if (lie == RF_TEST_SERVER_NEGATIVE_RANGE)
    claim_range (claim, "-", first, last, size);
  else if (lie == RF_TEST_SERVER_BAD_RANGE)
    claim_range (claim, "0x", first, last, size);
  else if (lie == RF_TEST_SERVER_OVERFLOWING_RANGE)
    claim_wrapped_range (claim, first, last, size);
  else if (lie == RF_TEST_SERVER_NEGATIVE_LENGTH)
    claim_length (claim, "-", length, "");
  else if (lie == RF_TEST_SERVER_BAD_LENGTH)
    claim_length (claim, "", length, " bytes");
  else if (lie == RF_TEST_SERVER_OVERFLOWING_LENGTH && claim->content_length[0] != '\0')
    print_wrapped (claim->content_length, sizeof claim->content_length, length);
}

void
rf_test_lie_bend_claim (RfTestServerLie lie, RfTestAnswer *answer, RfTestClaim *claim, guint64 size)
{
  guint64 length = answer->end - answer->start;

  bend_numbers (lie, answer, claim, size);
  if (lie == RF_TEST_SERVER_LONG_LENGTH)
    claim_length (claim, "", length + EXCESS_LENGTH, "");
  if (lie == RF_TEST_SERVER_LONG_LENGTH || lie == RF_TEST_SERVER_EXCESS)
    answer->behind = EXCESS;
  if (lie == RF_TEST_SERVER_LONG_CHUNKED)
    answer->behind = "10\r\n" EXCESS "\r\n0\r\n\r\n";
  if (lie == RF_TEST_SERVER_SHORT_LENGTH)
    claim_length (claim, "", length / 2, "");
  if (lie == RF_TEST_SERVER_SHORT_LENGTH || lie == RF_TEST_SERVER_SHORT_CHUNKED)
    answer->end = answer->start + length / 2;
  if (lie == RF_TEST_SERVER_MULTIPART)
    make_multipart (answer, claim);
  if (lie == RF_TEST_SERVER_GZIP)
    claim->content_encoding = "gzip";
  if (lie == RF_TEST_SERVER_DENIES_RANGES)
    claim->accept_ranges = "none";
  if (lie == RF_TEST_SERVER_HTTP_1_0)
    claim->protocol = "HTTP/1.0";
}

/* Puts @fields before the empty line. */
static void
add_fields (RfTestAnswer *answer, const char *fields)
{
  g_autofree char *before = answer->head;

  answer->head = g_strdup_printf ("%.*s%s\r\n", (int)(strlen (before) - 2), before, fields);
}

/* As many times @line as it takes. */
static void
add_many_fields (RfTestAnswer *answer, const char *line)
{
  gsize length = strlen (line);
  gsize count = HUGE_SIZE / length;
  g_autofree char *fields = g_malloc (count * length + 1);

  for (gsize i = 0; i < count; i++)
    memcpy (fields + i * length, line, length);
  fields[count * length] = '\0';
  add_fields (answer, fields);
}

static void
say_first (RfTestAnswer *answer, const char *text)
{
  g_autofree char *after = answer->head;

  answer->head = g_strconcat (text, after, NULL);
}

static void
remove_all (char *text, char unwanted)
{
  char *kept = text;

  for (; *text != '\0'; text++)
    if (*text != unwanted)
      *kept++ = *text;
  *kept = '\0';
}

/* Nothing of the object follows: the head never ends. */
static void
make_endless (RfTestAnswer *answer)
{
  answer->head[strlen (answer->head) - 2] = '\0';
  answer->repeated = "X-Again: and so on and on and on and on and on and on and on\r\n";
  answer->start = answer->end = 0;
}

static void
add_nul (RfTestAnswer *answer)
{
  char field[] = "X-Nul: a?b\r\n";

  *strchr (field, '?') = NUL_MARK;
  add_fields (answer, field);
  answer->head_length = strlen (answer->head);
  *strchr (answer->head, NUL_MARK) = '\0';
}

void
rf_test_lie_bend_head (RfTestServerLie lie, RfTestAnswer *answer)
{
  g_autofree char *huge = NULL;

  if (lie == RF_TEST_SERVER_HUGE_FIELD)
    {
      g_autofree char *value = g_strnfill (HUGE_SIZE, 'x');

      huge = g_strdup_printf ("X-Huge: %s\r\n", value);
      add_fields (answer, huge);
    }
  if (lie == RF_TEST_SERVER_MANY_FIELDS)
    add_many_fields (answer, "X-Many: a field of sixty-four bytes, of which there are many ..\r\n");
  if (lie == RF_TEST_SERVER_FOLDED_FIELD)
    add_fields (answer, "X-Folded: this goes on\r\n Content-Range: bytes 1-2/3\r\n");
  if (lie == RF_TEST_SERVER_CONTINUE)
    say_first (answer, "HTTP/1.1 100 Continue\r\n\r\n");
  if (lie == RF_TEST_SERVER_EARLY_HINTS)
    say_first (answer, "HTTP/1.1 103 Early Hints\r\nContent-Range: bytes 1-2/3\r\n\r\n");
  if (lie == RF_TEST_SERVER_BARE_LF)
    remove_all (answer->head, '\r');
  if (lie == RF_TEST_SERVER_HTTP_0_9)
    answer->head[0] = '\0';
  if (lie == RF_TEST_SERVER_SILENT_CLOSE || lie == RF_TEST_SERVER_HTTP_1_0
      || lie == RF_TEST_SERVER_HTTP_0_9)
    answer->after = RF_TEST_AFTER_CLOSE;
  if (lie == RF_TEST_SERVER_ENDLESS_HEAD)
    make_endless (answer);
  if (lie == RF_TEST_SERVER_NUL_BYTE)
    add_nul (answer);
}
