/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GLib ends a program that logs something fatal by SIGTRAP, which libFuzzer does not catch: it would
 * not show the input. */

#include <signal.h>
#include <stdlib.h>

#include "rf-fuzz.h"

static void
on_trap (int number)
{
  abort ();
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  signal (SIGTRAP, on_trap);
  return 0;
}
