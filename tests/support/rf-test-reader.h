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

/* A reader that gives up soon when nothing comes. */
RfReader *rf_test_reader_new (const char *uri, const RfTestSettings *settings);

/* Reads from a position, where the reader is, to the end, checks every byte to be the content's version
 * 1, and returns where the end or the error was. */
guint64 rf_test_reader_check (RfReader *reader, guint64 position, GError **error);

/* The same, but not further than to an offset, in pieces that may be cut there. */
guint64
rf_test_reader_check_until (RfReader *reader, guint64 position, guint64 stop, GError **error);

G_END_DECLS
