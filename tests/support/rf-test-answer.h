/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What to answer, decided without doing it: pure functions of the configuration, the request and its
 * number. */

#pragma once

#include "rf-test-request.h"
#include "rf-test-server.h"

G_BEGIN_DECLS

/* How the end of a body is told. */
typedef enum
{
  RF_TEST_CODING_LENGTH,
  RF_TEST_CODING_CHUNKED,
  RF_TEST_CODING_UNTIL_CLOSE,
} RfTestCoding;

/* What becomes of the connection after the answer. */
typedef enum
{
  RF_TEST_AFTER_KEEP,
  RF_TEST_AFTER_CLOSE,
  RF_TEST_AFTER_STALL, /* nothing more is sent, but the connection stays */
  RF_TEST_AFTER_RESET,
} RfTestAfter;

typedef struct
{
  char *head;           /* with the small body of an error; empty if nothing at all is answered */
  gsize head_length;    /* it may have a NUL byte in it */
  const char *repeated; /* or NULL; sent after the head again and again, and nothing else */
  char *before;         /* or NULL; sent before the object's bytes */
  const char *behind;   /* or NULL; sent after the last of them */
  guint64 version;      /* of the content */
  RfTestCoding coding;
  RfTestAfter after;
  guint64 start; /* the object's bytes [start, end) are the body, */
  guint64 end;
  guint64 stop; /* of which those before stop are sent; then comes after */
  guint64 rate; /* bytes a second; 0 is no limit */
} RfTestAnswer;

/* Sets @answer to what the request with @number (from 1, under this @config) gets. Clear with
 * rf_test_answer_clear(). Any thread. */
void rf_test_answer_decide (RfTestAnswer *answer,
                            const RfTestServerConfig *config,
                            const RfTestRequest *request,
                            guint64 number);

/* Sets @answer to what a request gets when there are too many at a time. Clear with
 * rf_test_answer_clear(). Any thread. */
void rf_test_answer_put_off (RfTestAnswer *answer,
                             const RfTestServerConfig *config,
                             const RfTestRequest *request);

/* Sets @answer to an error with @status that closes the connection, for what is no request. Clear
 * with rf_test_answer_clear(). Any thread. */
void rf_test_answer_refuse (RfTestAnswer *answer, guint status);

void rf_test_answer_clear (RfTestAnswer *answer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RfTestAnswer, rf_test_answer_clear)

G_END_DECLS
