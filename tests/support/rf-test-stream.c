/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TLS gets a BIO of our own, for the flags of send(): no signal when the peer is gone, and MSG_MORE between
 * the records of one piece, so that the kernel makes packets as large as without TLS. Records are encrypted
 * straight from the piece, 16 KiB each, and so from and into cache-warm memory. Nobody looks into OpenSSL's
 * queue of errors, so that it need not be cleared before each call. */

#include "rf-test-stream.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/socket.h>

#define RECORD_SIZE SSL3_RT_MAX_PLAIN_LENGTH

/* The stream under TLS, and without TLS */

/* Like send(), but all of it: -1, and nothing else is ever less than @length. */
static gssize
send_all (RfTestStream *self, const void *data, gsize length, int flags)
{
  const guint8 *bytes = data;
  gsize done = 0;

  while (done < length)
    {
      gssize n = send (self->fd, bytes + done, length - done, flags | MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          self->error = n < 0 ? errno : 0;
          return -1;
        }
      done += (gsize)n;
    }
  return (gssize)length;
}

static gssize
receive_some (RfTestStream *self, void *dest, gsize length)
{
  gssize n;

  do
    n = recv (self->fd, dest, length, 0);
  while (n < 0 && errno == EINTR);
  if (n <= 0)
    self->error = n < 0 ? errno : 0;
  return n;
}

/* The BIO */

static int
bio_write (BIO *bio, const char *data, int length)
{
  RfTestStream *self = BIO_get_data (bio);

  if (!self->halve)
    return (int)send_all (self, data, (gsize)length, self->flags);
  send_all (self, data, (gsize)length / 2, 0);
  return -1;
}

static int
bio_read (BIO *bio, char *dest, int length)
{
  return (int)receive_some (BIO_get_data (bio), dest, (gsize)length);
}

static long
bio_control (BIO *bio, int command, long number, void *pointer)
{
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/* For the whole life of the process. */
static BIO_METHOD *method;

static void
make_method (void)
{
  method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "test stream");
  if (method == NULL)
    g_error ("no memory for TLS");
  BIO_meth_set_write (method, bio_write);
  BIO_meth_set_read (method, bio_read);
  BIO_meth_set_ctrl (method, bio_control);
}

static BIO *
make_bio (RfTestStream *stream)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  BIO *bio;

  pthread_once (&once, make_method);
  bio = BIO_new (method);
  if (bio == NULL)
    g_error ("no memory for TLS");
  BIO_set_data (bio, stream);
  BIO_set_init (bio, 1);
  return bio;
}

/* The stream */

gboolean
rf_test_stream_shake_hands (RfTestStream *self, RfTestTls *tls, RfTestHandshake handshake)
{
  BIO *bio = make_bio (self);
  gboolean done;

  self->ssl = SSL_new (tls);
  if (self->ssl == NULL)
    g_error ("no memory for TLS");
  SSL_set_bio (self->ssl, bio, bio);

  self->halve = handshake == RF_TEST_HANDSHAKE_HALF;
  done = (SSL_is_server (self->ssl) ? SSL_accept (self->ssl) : SSL_connect (self->ssl)) == 1;
  self->halve = FALSE;
  return done;
}

gboolean
rf_test_stream_is_resumed (const RfTestStream *self)
{
  return self->ssl != NULL && SSL_session_reused (self->ssl) == 1;
}

gboolean
rf_test_stream_send (RfTestStream *self, const void *data, gsize length, gboolean more)
{
  const guint8 *bytes = data;

  if (self->ssl == NULL)
    return send_all (self, data, length, more ? MSG_MORE : 0) >= 0;

  while (length > 0)
    {
      gsize n = MIN (length, RECORD_SIZE);

      self->flags = more || n < length ? MSG_MORE : 0;
      if (SSL_write (self->ssl, bytes, (int)n) != (int)n)
        return FALSE;
      bytes += n;
      length -= n;
    }
  return TRUE;
}

gsize
rf_test_stream_receive (RfTestStream *self, void *dest, gsize length)
{
  gssize n;

  self->error = 0;
  if (self->ssl == NULL)
    n = receive_some (self, dest, length);
  else
    {
      self->flags = 0;
      n = SSL_read (self->ssl, dest, (int)MIN (length, G_MAXINT));
      if (n <= 0 && self->error == 0 && (SSL_get_shutdown (self->ssl) & SSL_RECEIVED_SHUTDOWN) == 0)
        self->error = EPROTO;
    }
  return n > 0 ? (gsize)n : 0;
}

void
rf_test_stream_end (RfTestStream *self)
{
  if (self->ssl != NULL)
    {
      self->flags = 0;
      SSL_shutdown (self->ssl);
    }
  shutdown (self->fd, SHUT_WR);
}

void
rf_test_stream_clear (RfTestStream *self)
{
  SSL_free (self->ssl);
  self->ssl = NULL;
}
