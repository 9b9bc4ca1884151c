/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of the element have in common. Each function fails the running test by itself. */

#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "rf-test-content.h"
#include "rf-test-server.h"

G_BEGIN_DECLS

#define MIB ((guint64)1 << 20)

/* A harness around an element that reads the server's object by 4 workers into slots of 64 KiB. */
GstHarness *rf_test_harness_new (RfTestServer *server, guint num_slots);

/* Checks that a buffer holds the object's version 1 from a position on, and returns where it ends. */
guint64 rf_test_check_buffer (GstBuffer *buffer, guint64 position);

/* A pipeline of an element with these properties, named "src", and a sink. */
GstElement *rf_test_pipeline_new (const char *first_property, ...) G_GNUC_NULL_TERMINATED;

/* Plays a pipeline until its end (NULL) or its first error. */
GError *rf_test_run_to_end (GstElement *pipeline);

/* The same, with the details of the error, where it has any. */
GError *rf_test_run_to_end_with_details (GstElement *pipeline, GstStructure **details);

/* Plays an element with the given properties and fails the test unless it ends with this error. */
#define rf_test_assert_fails(code_, ...)                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GstElement *pipeline_ = rf_test_pipeline_new (__VA_ARGS__, NULL);                              \
    g_autoptr (GError) error_ = rf_test_run_to_end (pipeline_);                                    \
    fail_unless (g_error_matches (error_, GST_RESOURCE_ERROR, code_), "got: %s",                   \
                 error_ != NULL ? error_->message : "no error");                                   \
    gst_element_set_state (pipeline_, GST_STATE_NULL);                                             \
    gst_object_unref (pipeline_);                                                                  \
  }                                                                                                \
  G_STMT_END

/* A number among the element's statistics. */
guint64 rf_test_get_stat (GstElement *element, const char *name);

G_END_DECLS
