/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-transfer.h"

#include "rf-test-content.h"
#include "rf-transport-curl-private.h"
#include "rf-transport-direct-private.h"

static RfBodyVerdict
take_head (gpointer sink, const RfResponseHead *head)
{
  RfTestTransfer *self = sink;

  g_assert_cmpuint (self->status, ==, 0);
  self->status = head->status;
  return self->verdict;
}

static void
set (RfTestTransfer *self, gboolean *flag)
{
  g_mutex_lock (&self->locked.lock);
  *flag = TRUE;
  g_cond_signal (&self->locked.cond);
  g_mutex_unlock (&self->locked.lock);
}

/* Waits for a flag and clears it. */
static void
wait_for (RfTestTransfer *self, gboolean *flag)
{
  g_mutex_lock (&self->locked.lock);
  while (!*flag)
    g_cond_wait (&self->locked.cond, &self->locked.lock);
  *flag = FALSE;
  g_mutex_unlock (&self->locked.lock);
}

/* The place does not move: it has been reserved. */
static guint8 *
give_space (gpointer sink, gsize *length, gboolean *wait)
{
  RfTestTransfer *self = sink;

  *length = MIN (self->at_once, self->limit - self->body->len);
  *wait = self->wait;
  if (*length > 0)
    return self->body->data + self->body->len;
  if (self->wait)
    set (self, &self->locked.is_paused);
  return NULL;
}

static void
take_bytes (gpointer sink, gsize length)
{
  RfTestTransfer *self = sink;

  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (length, <=, self->limit - self->body->len);
  self->body->len += (guint)length;
  self->num_commits++;
}

static void
take_end (gpointer sink, RfResult *result)
{
  RfTestTransfer *self = sink;

  g_assert_null (self->request.transfer);
  self->result = *result;
  set (self, &self->locked.is_done);
}

static const RfSinkFuncs sink_funcs = {
  .head = take_head,
  .space = give_space,
  .commit = take_bytes,
  .done = take_end,
};

static RfTestTransfer *
get_transfer (RfTransport *other)
{
  return (RfTestTransfer *)((char *)other - G_STRUCT_OFFSET (RfTestTransfer, other));
}

static void
other_start (RfTransport *other, RfRequest *request)
{
  RfTestTransfer *self = get_transfer (other);

  self->num_left++;
  self->curl->start (self->curl, request);
}

static void
other_cancel (RfTransport *other, RfRequest *request, gboolean is_dead)
{
  RfTransport *curl = get_transfer (other)->curl;

  curl->cancel (curl, request, is_dead);
}

static void
other_resume (RfTransport *other, RfRequest *request)
{
  RfTransport *curl = get_transfer (other)->curl;

  curl->resume (curl, request);
}

static void
other_free (RfTransport *other)
{
  RfTransport *curl = get_transfer (other)->curl;

  curl->free (curl);
}

static void
start (gpointer data)
{
  RfTestTransfer *self = data;

  self->transport->start (self->transport, &self->request);
}

static void
resume (gpointer data)
{
  RfTestTransfer *self = data;

  self->limit = RF_TEST_TRANSFER_SIZE;
  self->transport->resume (self->transport, &self->request);
}

static void
cancel (gpointer data)
{
  RfTestTransfer *self = data;

  if (self->request.transfer != NULL)
    self->transport->cancel (self->transport, &self->request, self->is_dead);
}

RfTestTransfer *
rf_test_transfer_new (const char *uri)
{
  RfTestTransfer *self = g_new0 (RfTestTransfer, 1);
  g_autoptr (GError) error = NULL;

  self->reactor = rf_reactor_new (0, &error);
  g_assert_no_error (error);
  self->share = rf_curl_share_new ();
  self->curl = rf_transport_curl_new (self->reactor, self->share);
  self->other = (RfTransport){
    .start = other_start, .cancel = other_cancel, .resume = other_resume, .free = other_free
  };
  self->transport = rf_transport_direct_new (self->reactor, self->share, &self->other);
  self->options = rf_options_new ();
  rf_options_set_proxy (self->options, "");
  self->location = rf_location_new (uri, &error);
  g_assert_no_error (error);
  self->start_task = (RfTask){ .func = start, .data = self };
  self->resume_task = (RfTask){ .func = resume, .data = self };
  self->cancel_task = (RfTask){ .func = cancel, .data = self };
  self->body = g_byte_array_sized_new (RF_TEST_TRANSFER_SIZE);
  self->at_once = self->limit = RF_TEST_TRANSFER_SIZE;
  self->request = (RfRequest){
    .location = self->location,
    .options = self->options,
    .is_trusted = TRUE,
    .range = { 0, RF_TEST_TRANSFER_SIZE },
    .ranged = TRUE,
    .connect_timeout = G_TIME_SPAN_MINUTE,
    .funcs = &sink_funcs,
    .sink = self,
  };
  return self;
}

static void
free_transport (gpointer data)
{
  RfTestTransfer *self = data;

  self->transport->free (self->transport);
}

void
rf_test_transfer_free (RfTestTransfer *self)
{
  rf_reactor_stop (self->reactor, free_transport, self);
  rf_reactor_unref (self->reactor);
  rf_curl_share_unref (self->share);
  rf_options_free (self->options);
  rf_location_unref (self->location);
  g_byte_array_unref (self->body);
  g_clear_error (&self->result.error);
  g_free (self);
}

void
rf_test_transfer_start (RfTestTransfer *self, guint64 end)
{
  self->request.range.end = end;
  self->body->len = 0;
  self->status = 0;
  self->num_commits = 0;
  g_clear_error (&self->result.error);
  rf_reactor_post (self->reactor, &self->start_task);
}

void
rf_test_transfer_wait (RfTestTransfer *self)
{
  wait_for (self, &self->locked.is_paused);
}

void
rf_test_transfer_resume (RfTestTransfer *self)
{
  rf_reactor_post (self->reactor, &self->resume_task);
}

void
rf_test_transfer_cancel (RfTestTransfer *self)
{
  rf_reactor_post (self->reactor, &self->cancel_task);
}

RfOutcome
rf_test_transfer_finish (RfTestTransfer *self)
{
  wait_for (self, &self->locked.is_done);
  if (self->result.error != NULL)
    g_test_message ("%s", self->result.error->message);
  return self->result.outcome;
}

void
rf_test_transfer_check (RfTestTransfer *self, gsize length)
{
  guint64 wrong;

  g_assert_cmpuint (self->body->len, ==, length);
  if (!rf_test_content_check (1, self->body->data, 0, length, &wrong))
    g_error ("wrong byte at %" G_GUINT64_FORMAT, wrong);
}

void
rf_test_transfer_get (RfTestTransfer *self, guint64 end, guint connections)
{
  rf_test_transfer_start (self, end);
  g_assert_cmpint (rf_test_transfer_finish (self), ==, RF_OUTCOME_COMPLETE);
  g_assert_no_error (self->result.error);
  g_assert_cmpuint (self->status, ==, 206);
  rf_test_transfer_check (self, end);
  g_assert_cmpuint (self->result.connections, ==, connections);
}

gboolean
rf_test_transfer_answer (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_answer (request, RF_TEST_TRANSFER_SIZE);
}
