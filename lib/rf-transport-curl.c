/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libcurl drives the connections, the reactor drives libcurl: its sockets and its one timer are
 * watched in the reactor's epoll loop. The write callback copies each piece to where the sink wants
 * it, which is the only copy that a body byte sees in this process; what one wake-up has brought is
 * committed at once, so that the sink is not called for every 16 KiB. */

#include "rf-transport-curl-private.h"

#include "rf-error.h"

#include <curl/curl.h>
#include <limits.h>
#include <string.h>

/* libcurl reads up to this much at a time. It is memory of every running request. */
#define READ_SIZE (256L * 1024)

/* Connections that are kept when idle, for each reactor. */
#define MAX_IDLE_CONNECTIONS 128L

/* Handles that are kept for later requests; a handle is about 6 KiB. */
#define MAX_IDLE_HANDLES 64

/* A body that nobody wants is read up to this size, because a new connection costs more. */
#define MAX_DRAIN ((gsize)64 * 1024)

#define MAX_REDIRECTS 10L

/* The longest time to connect that libcurl takes, in seconds. It has a default of its own for 0. */
#define MAX_CONNECT_TIMEOUT (INT_MAX / 1000)

/* Longer reason phrases are cut: they are for messages only. */
#define MAX_REASON 64

struct _RfCurlShare
{
  gatomicrefcount references;
  CURLSH *share;
  GMutex locks[CURL_LOCK_DATA_LAST];
};

typedef struct _Transfer Transfer;

typedef struct
{
  RfTransport parent;
  RfReactor *reactor;
  RfCurlShare *share;
  CURLM *multi;
  RfTimer timer;
  GPtrArray *idle_handles;
  Transfer *dirty; /* transfers that the end of the present action has something to do for */
} CurlTransport;

/* What a transfer has come to. */
typedef enum
{
  TRANSFER_HEAD,     /* waits for the head of the response */
  TRANSFER_BODY,     /* hands the body to the sink */
  TRANSFER_DRAINING, /* throws the body away */
  TRANSFER_ENDED,    /* the sink wants no more */
} TransferState;

struct _Transfer
{
  CurlTransport *transport;
  RfRequest *request;
  CURL *easy;
  struct curl_slist *headers;
  char error_text[CURL_ERROR_SIZE];
  char reason[MAX_REASON];

  TransferState state;
  guint8 *dest;  /* where the next byte goes */
  gsize room;    /* that fit there */
  gsize written; /* there, and not committed yet */
  gsize skip;    /* of the piece that is given again after a pause */
  gsize drained;

  /* For the end of the present action. */
  gboolean is_dirty;
  gboolean is_deaf; /* a socket of it could not be watched */
  Transfer *next_dirty;
};

static void
lock_share (CURL *easy, curl_lock_data data, curl_lock_access access, void *user_data)
{
  g_mutex_lock (&((RfCurlShare *)user_data)->locks[data]);
}

static void
unlock_share (CURL *easy, curl_lock_data data, void *user_data)
{
  g_mutex_unlock (&((RfCurlShare *)user_data)->locks[data]);
}

static gpointer
init_curl (gpointer unused)
{
  return GINT_TO_POINTER (curl_global_init (CURL_GLOBAL_DEFAULT));
}

RfCurlShare *
rf_curl_share_new (void)
{
  static GOnce once = G_ONCE_INIT;
  RfCurlShare *self = g_new0 (RfCurlShare, 1);

  g_once (&once, init_curl, NULL);
  g_atomic_ref_count_init (&self->references);
  for (guint i = 0; i < G_N_ELEMENTS (self->locks); i++)
    g_mutex_init (&self->locks[i]);
  self->share = curl_share_init ();
  curl_share_setopt (self->share, CURLSHOPT_USERDATA, self);
  curl_share_setopt (self->share, CURLSHOPT_LOCKFUNC, lock_share);
  curl_share_setopt (self->share, CURLSHOPT_UNLOCKFUNC, unlock_share);
  curl_share_setopt (self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt (self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return self;
}

static RfCurlShare *
curl_share_ref (RfCurlShare *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rf_curl_share_unref (RfCurlShare *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  curl_share_cleanup (self->share);
  for (guint i = 0; i < G_N_ELEMENTS (self->locks); i++)
    g_mutex_clear (&self->locks[i]);
  g_free (self);
}

static void
mark_dirty (Transfer *self)
{
  if (self->is_dirty)
    return;
  self->is_dirty = TRUE;
  self->next_dirty = self->transport->dirty;
  self->transport->dirty = self;
}

static const char *
find_header (CURL *easy, const char *name)
{
  struct curl_header *header;

  if (curl_easy_header (easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return NULL;
  return header->value;
}

static void
commit_written (Transfer *self)
{
  gsize written = self->written;

  self->written = 0;
  if (written > 0)
    self->request->funcs->commit (self->request->sink, written);
}

/* Hands the head to the sink once the last one is complete: not that of a 1xx answer, nor that of a
 * redirection which libcurl follows. Returns whether to go on. */
static gboolean
take_head (Transfer *self)
{
  RfResponseHead head = { 0 };
  char *effective = NULL;
  long status = 0;

  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || (status >= 300 && status < 400 && find_header (self->easy, "Location")))
    return TRUE;

  curl_easy_getinfo (self->easy, CURLINFO_EFFECTIVE_URL, &effective);
  head.status = (guint)status;
  head.reason = self->reason;
  head.content_range = find_header (self->easy, "Content-Range");
  head.content_length = find_header (self->easy, "Content-Length");
  head.content_encoding = find_header (self->easy, "Content-Encoding");
  head.etag = find_header (self->easy, "ETag");
  head.effective_uri = effective;
  switch (self->request->funcs->head (self->request->sink, &head))
    {
    case RF_BODY_ACCEPT:
      self->state = TRANSFER_BODY;
      return TRUE;
    case RF_BODY_DRAIN:
      self->state = TRANSFER_DRAINING;
      return TRUE;
    case RF_BODY_ABORT:
      break;
    }
  self->state = TRANSFER_ENDED;
  return FALSE;
}

/* Keeps the reason phrase of a status line ("HTTP/1.1 404 Not Found"), as far as it can be shown. */
static void
keep_reason (Transfer *self, const char *line, gsize length)
{
  const char *code = memchr (line, ' ', length);
  const char *end = line + length;
  const char *reason = code != NULL ? memchr (code + 1, ' ', (gsize)(end - code - 1)) : NULL;
  gsize kept = 0;

  for (const char *c = reason != NULL ? reason + 1 : end; c < end && kept < MAX_REASON - 1; c++)
    if (g_ascii_isprint (*c))
      self->reason[kept++] = *c;
  self->reason[kept] = '\0';
}

static size_t
on_header (char *line, size_t size, size_t count, void *user_data)
{
  Transfer *self = user_data;
  gsize length = size * count;
  gboolean is_last = length == 0 || line[0] == '\r' || line[0] == '\n';

  if (length > 5 && memcmp (line, "HTTP/", 5) == 0)
    keep_reason (self, line, length);
  if (is_last && self->state == TRANSFER_HEAD && !take_head (self))
    return 0;
  return length;
}

static size_t
write_body (Transfer *self, const char *data, gsize length)
{
  gsize done = self->skip;

  self->skip = 0;
  while (done < length)
    {
      gsize piece;

      if (self->room == 0)
        {
          gboolean wait = FALSE;

          commit_written (self);
          self->dest = self->request->funcs->space (self->request->sink, &self->room, &wait);
          if (self->dest == NULL)
            {
              self->room = 0;
              self->skip = done;
              if (wait)
                return CURL_WRITEFUNC_PAUSE;
              self->state = TRANSFER_ENDED;
              return 0;
            }
        }
      piece = MIN (self->room, length - done);
      memcpy (self->dest, data + done, piece);
      self->dest += piece;
      self->room -= piece;
      self->written += piece;
      done += piece;
    }
  if (self->written > 0)
    mark_dirty (self);
  return length;
}

static size_t
on_body (char *data, size_t size, size_t count, void *user_data)
{
  Transfer *self = user_data;
  gsize length = size * count;

  switch (self->state)
    {
    case TRANSFER_BODY:
      return write_body (self, data, length);
    case TRANSFER_DRAINING:
      self->drained += length;
      return self->drained <= MAX_DRAIN ? length : 0;
    case TRANSFER_HEAD:
    case TRANSFER_ENDED:
      break;
    }
  return 0;
}

static GError *
make_error (Transfer *self, CURLcode code, RfError kind)
{
  const char *text = *self->error_text != '\0' ? self->error_text : curl_easy_strerror (code);

  return g_error_new_literal (RF_ERROR, (int)kind, text);
}

/* Whether a proxy has refused to connect: libcurl takes that for a broken connection. */
static gboolean
is_refused_by_proxy (Transfer *self, RfResult *result)
{
  long status = 0;

  curl_easy_getinfo (self->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  if (status < 300)
    return FALSE;
  result->outcome = status >= 500 ? RF_OUTCOME_TRANSIENT : RF_OUTCOME_PERMANENT;
  result->error = g_error_new (RF_ERROR, status == 407 ? RF_ERROR_NOT_AUTHORIZED : RF_ERROR_CONNECT,
                               "The proxy refused to connect to the server (status %ld)", status);
  return TRUE;
}

static RfResult
judge (Transfer *self, CURLcode code)
{
  RfResult result = { .outcome = RF_OUTCOME_TRANSIENT };
  RfError kind = RF_ERROR_READ;
  long connections = 0;

  curl_easy_getinfo (self->easy, CURLINFO_NUM_CONNECTS, &connections);
  result.connections = (guint)connections;
  if (code == CURLE_OK && self->state == TRANSFER_HEAD)
    {
      result.outcome = RF_OUTCOME_PERMANENT;
      result.error = g_error_new_literal (RF_ERROR, RF_ERROR_PROTOCOL,
                                          "The server ended the exchange without an answer");
      return result;
    }
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && self->state == TRANSFER_DRAINING))
    {
      result.outcome = RF_OUTCOME_COMPLETE;
      return result;
    }
  if (code == CURLE_WRITE_ERROR && self->state == TRANSFER_ENDED)
    {
      result.outcome = RF_OUTCOME_CANCELLED;
      return result;
    }
  if (self->state == TRANSFER_HEAD && is_refused_by_proxy (self, &result))
    return result;

  switch ((int)code)
    {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      kind = RF_ERROR_NOT_FOUND;
      break;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
      kind = RF_ERROR_CONNECT;
      break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      kind = RF_ERROR_CONNECT;
      result.outcome = RF_OUTCOME_PERMANENT;
      break;
    case CURLE_URL_MALFORMAT:
      kind = RF_ERROR_INVALID_LOCATION;
      result.outcome = RF_OUTCOME_PERMANENT;
      break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_TOO_MANY_REDIRECTS:
      kind = RF_ERROR_PROTOCOL;
      result.outcome = RF_OUTCOME_PERMANENT;
      break;
    case CURLE_OUT_OF_MEMORY:
      kind = RF_ERROR_NO_SPACE;
      result.outcome = RF_OUTCOME_PERMANENT;
      break;
    }
  result.error = make_error (self, code, kind);
  return result;
}

static void
forget_dirty (Transfer *self)
{
  Transfer **place = &self->transport->dirty;

  if (!self->is_dirty)
    return;
  while (*place != self)
    place = &(*place)->next_dirty;
  *place = self->next_dirty;
  self->is_dirty = FALSE;
}

/* Takes the transfer apart; the request is not running when done() is called. */
static void
finish (Transfer *self, RfResult *result)
{
  CurlTransport *transport = self->transport;
  RfRequest *request = self->request;

  forget_dirty (self);
  if (result->outcome != RF_OUTCOME_CANCELLED)
    commit_written (self);

  curl_multi_remove_handle (transport->multi, self->easy);
  if (transport->idle_handles->len < MAX_IDLE_HANDLES)
    {
      curl_easy_reset (self->easy);
      g_ptr_array_add (transport->idle_handles, self->easy);
    }
  else
    curl_easy_cleanup (self->easy);
  curl_slist_free_all (self->headers);
  g_free (self);

  request->transfer = NULL;
  request->funcs->done (request->sink, result);
}

/* Without events the request would never go on. */
static void
finish_deaf (Transfer *self)
{
  RfResult result = { .outcome = RF_OUTCOME_TRANSIENT };

  result.error = g_error_new_literal (RF_ERROR, RF_ERROR_CONNECT,
                                      "The system has no memory to watch another connection; "
                                      "raise fs.epoll.max_user_watches");
  finish (self, &result);
}

/* What has to be done whenever libcurl has been at work. */
static void
after_action (CurlTransport *self)
{
  CURLMsg *message;
  int left;

  while (self->dirty != NULL)
    {
      Transfer *transfer = self->dirty;

      forget_dirty (transfer);
      commit_written (transfer);
      if (transfer->is_deaf)
        finish_deaf (transfer);
    }
  while ((message = curl_multi_info_read (self->multi, &left)) != NULL)
    {
      Transfer *transfer;
      RfResult result;

      if (message->msg != CURLMSG_DONE)
        continue;
      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
      result = judge (transfer, message->data.result);
      finish (transfer, &result);
    }
}

typedef struct
{
  RfWatch watch;
  CurlTransport *transport;
} SocketWatch;

static void
on_socket_event (guint32 events, gpointer data)
{
  SocketWatch *socket = data;
  CurlTransport *self = socket->transport;
  int mask = 0;
  int running;

  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    mask |= CURL_CSELECT_IN;
  if (events & EPOLLOUT)
    mask |= CURL_CSELECT_OUT;
  if (events & EPOLLERR)
    mask |= CURL_CSELECT_ERR;
  curl_multi_socket_action (self->multi, socket->watch.fd, mask, &running);
  after_action (self);
}

/* libcurl says what it wants to know of a socket. */
static int
on_socket (CURL *easy, curl_socket_t fd, int what, void *user_data, void *socket_data)
{
  CurlTransport *self = user_data;
  SocketWatch *socket = socket_data;
  guint32 events = 0;

  if (what == CURL_POLL_REMOVE)
    {
      if (socket != NULL)
        rf_reactor_unwatch (self->reactor, &socket->watch);
      g_free (socket);
      return 0;
    }
  if (socket == NULL)
    {
      socket = g_new0 (SocketWatch, 1);
      socket->transport = self;
      socket->watch.func = on_socket_event;
      socket->watch.data = socket;
      socket->watch.fd = fd;
      curl_multi_assign (self->multi, fd, socket);
    }
  if (what & CURL_POLL_IN)
    events |= EPOLLIN;
  if (what & CURL_POLL_OUT)
    events |= EPOLLOUT;
  if (!rf_reactor_watch (self->reactor, &socket->watch, events))
    {
      Transfer *transfer = NULL;

      /* An error from here would end all requests of the thread, not only this one. */
      curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **)&transfer);
      if (transfer != NULL)
        {
          transfer->is_deaf = TRUE;
          mark_dirty (transfer);
        }
    }
  return 0;
}

static void
on_timer (gpointer data)
{
  CurlTransport *self = data;
  int running;

  curl_multi_socket_action (self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  after_action (self);
}

static int
on_timeout_change (CURLM *multi, long timeout_ms, void *user_data)
{
  CurlTransport *self = user_data;

  if (timeout_ms < 0)
    rf_reactor_stop_timer (self->reactor, &self->timer);
  else
    rf_reactor_start_timer (self->reactor, &self->timer,
                            g_get_monotonic_time () + (gint64)timeout_ms * 1000);
  return 0;
}

static void
add_header (Transfer *self, const char *name, const char *value)
{
  g_autofree char *line = g_strconcat (name, ": ", value, NULL);

  self->headers = curl_slist_append (self->headers, line);
}

static void
set_options (Transfer *self)
{
  const RfRequest *request = self->request;
  long connect_timeout = request->connect_timeout != 0
                             ? (long)MIN (request->connect_timeout, MAX_CONNECT_TIMEOUT)
                             : MAX_CONNECT_TIMEOUT;
  CURL *easy = self->easy;
  char range[RF_RANGE_HEADER_SIZE];

  curl_easy_setopt (easy, CURLOPT_URL, request->uri);
  curl_easy_setopt (easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, request->user_agent);
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt (easy, CURLOPT_MAXREDIRS, MAX_REDIRECTS);
  /* One connection a request is the point of parallel ranges. */
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, READ_SIZE);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT, connect_timeout);
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  /* Or removing a handle whose name is being resolved would block the thread until it is. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt (easy, CURLOPT_SHARE, self->transport->share->share);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, self->error_text);
  /* What a proxy says to CONNECT is not the head of the answer. */
  curl_easy_setopt (easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, self);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, self);
  curl_easy_setopt (easy, CURLOPT_PRIVATE, self);

  add_header (self, "Accept-Encoding", "identity");
  if (request->if_match != NULL)
    add_header (self, "If-Match", request->if_match);
  if (request->ranged)
    {
      rf_range_to_header (request->range, range);
      add_header (self, "Range", range);
    }
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, self->headers);
}

static void
transport_start (RfTransport *transport, RfRequest *request)
{
  CurlTransport *self = (CurlTransport *)transport;
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->transport = self;
  transfer->request = request;
  transfer->easy
      = self->idle_handles->len > 0
            ? g_ptr_array_steal_index_fast (self->idle_handles, self->idle_handles->len - 1)
            : curl_easy_init ();
  request->transfer = transfer;
  set_options (transfer);
  /* Adding sets libcurl's timer to now: the reactor starts the request as its next act. */
  curl_multi_add_handle (self->multi, transfer->easy);
}

static void
transport_cancel (RfTransport *transport, RfRequest *request)
{
  RfResult result = { .outcome = RF_OUTCOME_CANCELLED };
  Transfer *transfer = request->transfer;
  long connections = 0;

  curl_easy_getinfo (transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
  result.connections = (guint)connections;
  finish (transfer, &result);
}

static void
transport_resume (RfTransport *transport, RfRequest *request)
{
  Transfer *transfer = request->transfer;
  CURLcode code = curl_easy_pause (transfer->easy, CURLPAUSE_CONT);

  /* It hands out what it has kept, and does not end the transfer itself when that fails. */
  if (code != CURLE_OK)
    {
      RfResult result = judge (transfer, code);

      finish (transfer, &result);
    }
  after_action ((CurlTransport *)transport);
}

static void
transport_free (RfTransport *transport)
{
  CurlTransport *self = (CurlTransport *)transport;

  g_ptr_array_unref (self->idle_handles);
  curl_multi_cleanup (self->multi);
  rf_reactor_stop_timer (self->reactor, &self->timer);
  rf_curl_share_unref (self->share);
  g_free (self);
}

RfTransport *
rf_transport_curl_new (RfReactor *reactor, RfCurlShare *share)
{
  CurlTransport *self = g_new0 (CurlTransport, 1);

  self->parent.start = transport_start;
  self->parent.cancel = transport_cancel;
  self->parent.resume = transport_resume;
  self->parent.free = transport_free;
  self->reactor = reactor;
  self->share = curl_share_ref (share);
  self->timer.func = on_timer;
  self->timer.data = self;
  self->idle_handles = g_ptr_array_new_with_free_func (curl_easy_cleanup);

  self->multi = curl_multi_init ();
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  /* The default shrinks with the number of requests and would throw warm connections away. */
  curl_multi_setopt (self->multi, CURLMOPT_MAXCONNECTS, MAX_IDLE_CONNECTIONS);
  return &self->parent;
}
