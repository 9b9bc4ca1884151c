/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-cases.h"

typedef struct
{
  RfTestCaseFunc func;
  gconstpointer data;
  guint count;
  gint next; /* atomic */
} Cases;

static gpointer
check_some (gpointer data)
{
  Cases *self = data;
  guint number;

  while ((number = (guint)g_atomic_int_add (&self->next, 1)) < self->count)
    self->func (number, self->data);
  return NULL;
}

void
rf_test_cases_run (RfTestCaseFunc func, gconstpointer data, guint count, guint at_once)
{
  Cases self = { .func = func, .data = data, .count = count };
  g_autofree GThread **threads = g_new (GThread *, at_once);

  for (guint i = 0; i < at_once; i++)
    threads[i] = g_thread_new ("cases", check_some, &self);
  for (guint i = 0; i < at_once; i++)
    g_thread_join (threads[i]);
}
