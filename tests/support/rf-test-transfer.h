/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A transport as the library has it, on a reactor of its own, and one request at a time over it. */

#pragma once

#include "rf-curl-share-private.h"
#include "rf-test-script.h"
#include "rf-transport-private.h"

G_BEGIN_DECLS

/* The most that a request of a test asks for. */
#define RF_TEST_TRANSFER_SIZE 1000000

/* Of a body that is read to its end for the sake of the connection, but too large to come with the head. */
#define RF_TEST_TRANSFER_SMALL 40000

/* For a script that has an object of that size. */
gboolean rf_test_transfer_answer (const RfTestScriptRequest *request, gpointer unused);

typedef struct
{
  RfReactor *reactor;
  RfCurlShare *share;
  RfTransport *transport;
  RfTransport other; /* what the transport leaves to libcurl goes through here */
  RfTransport *curl;
  RfOptions *options;
  RfLocation *location;
  RfTask start_task;
  RfTask resume_task;
  RfTask cancel_task;
  struct
  {
    GMutex lock;
    GCond cond;
    gboolean is_paused;
    gboolean is_done;
  } locked;

  /* To be set before a request begins. */
  RfRequest request; /* but for its range */
  RfBodyVerdict verdict;
  gsize at_once; /* so many bytes of space are given at a time, */
  gsize limit;   /* and so many in all, */
  gboolean wait; /* beyond which the request waits to be resumed, and there is no limit then */
  gboolean is_dead;

  /* What has come of it. */
  guint status;
  GByteArray *body;
  guint num_commits;
  guint num_left; /* requests that were left to libcurl, over all that have begun */
  RfResult result;
} RfTestTransfer;

RfTestTransfer *rf_test_transfer_new (const char *uri);
void rf_test_transfer_free (RfTestTransfer *self);

/* Begins a request for the bytes before `end`. */
void rf_test_transfer_start (RfTestTransfer *self, guint64 end);

/* Waits until a request waits for space. */
void rf_test_transfer_wait (RfTestTransfer *self);

void rf_test_transfer_resume (RfTestTransfer *self);
void rf_test_transfer_cancel (RfTestTransfer *self);

/* Waits for the end of a request. */
RfOutcome rf_test_transfer_finish (RfTestTransfer *self);

/* So many bytes have come, which are the content's. */
void rf_test_transfer_check (RfTestTransfer *self, gsize length);

/* A whole request that is answered well, over so many new connections. */
void rf_test_transfer_get (RfTestTransfer *self, guint64 end, guint connections);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfTestTransfer, rf_test_transfer_free)

G_END_DECLS
