/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of whole downloads by the library have in common. Each function fails the running
 * test by itself. */

#pragma once

#include <ringfetch.h>

G_BEGIN_DECLS

#define MIB ((guint64)1 << 20)

/* Zero is the default of each, but that of the timeout is a few seconds. */
typedef struct
{
  guint workers;
  guint slots;
  guint64 slot_size;
  int retries;
  guint timeout;
  const char *shm_name;
  RfSession *session;
} RfTestSettings;

/* How a stream ends. */
typedef struct
{
  guint64 end; /* how many bytes come, if one worker asks for one part after another */
  gboolean seekable;
  RfError code;      /* if there are words */
  const char *words; /* of the error; NULL: there is none */
} RfTestOutcome;

/* What an object becomes, of so many bytes, if all is well; if its server turns out to have no ranges; and if
 * a request is refused before which so many bytes had come. For initialisers. */
#define RF_TEST_TAKEN(size) .end = (size), .seekable = TRUE
#define RF_TEST_PLAIN(size) .end = (size), .seekable = FALSE
#define RF_TEST_REFUSED(end_, code_, words_)                                                       \
  .end = (end_), .seekable = (end_) > 0, .code = RF_ERROR_##code_, .words = (words_)

/* A reader that gives up soon when nothing comes. */
RfReader *rf_test_reader_new (const char *uri, const RfTestSettings *settings);

/* Whether the environment has RF_TEST_TRANSPORT=curl: all is to go over the transport that leaves the whole of
 * HTTP to libcurl. Otherwise only what the other transport does not understand is asked for again there. */
gboolean rf_test_reader_uses_curl (void);

/* What such a reader is told, to be changed further. */
RfOptions *rf_test_reader_new_options (const RfTestSettings *settings);

/* A session whose readers have so many requests in flight at a host, all together. */
RfSession *rf_test_reader_new_session (guint max_connections_per_host);

/* A reader with a session of its own: what others have had to repeat does not count for it. */
RfReader *rf_test_reader_new_alone (const char *uri, const RfOptions *options);

/* The same, of a location with secrets, which waits no longer between requests than it is told to. */
RfReader *rf_test_reader_new_hasty (const char *uri, const RfTestSettings *settings);

/* The location with a query, and for libcurl's transport with a user and a password, which are "secret"
 * each. */
char *rf_test_reader_add_secrets (const char *uri);

/* One that is held to so many bytes a second. */
RfReader *
rf_test_reader_new_limited (const char *uri, const RfTestSettings *settings, guint64 rate);

/* So many bytes have come since then: at the rate that was the limit, and not much slower. */
void rf_test_reader_expect_rate (gint64 began, guint64 bytes, guint64 rate);

/* Reads from a position, where the reader is, to the end, checks every byte to be the content's version
 * 1, and returns where the end or the error was. */
guint64 rf_test_reader_check (RfReader *reader, guint64 position, GError **error);

/* The same, but not further than to an offset, in pieces that may be cut there. */
guint64
rf_test_reader_check_until (RfReader *reader, guint64 position, guint64 stop, GError **error);

/* Reads the whole stream. With several workers some of what lies before an error may not have come. */
void rf_test_reader_expect (const char *uri,
                            const RfTestSettings *settings,
                            const RfTestOutcome *expected);

/* The error is this one, and its message has these words and nothing that is secret. */
void rf_test_reader_expect_error (const GError *error, RfError code, const char *words);

G_END_DECLS
