/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The callbacks of one request. The write callback copies each piece to where the sink wants it, which is
 * the only copy that a body byte sees in this process; what one wake-up has brought is committed at once,
 * so that the sink is not called for every 16 KiB. */

#include "rf-curl-transfer-private.h"

#include "rf-error.h"
#include "rf-location-private.h"

#include <limits.h>
#include <string.h>

/* libcurl reads up to this much at a time. It is memory of every running request. */
#define READ_SIZE (256L * 1024)

/* A body that nobody wants is read up to this size, because a new connection costs more. */
#define MAX_DRAIN ((gsize)64 * 1024)

/* Of all heads of a response, those of 1xx answers and of refusals before it among them. The largest that
 * servers send by default have 16 KiB. */
#define MAX_HEAD_SIZE ((gsize)128 * 1024)

/* The longest time to connect that libcurl takes, in milliseconds. It has a default of its own for 0. */
#define MAX_CONNECT_TIMEOUT ((gint64)INT_MAX)

void
rf_curl_transfer_mark_dirty (RfCurlTransfer *self)
{
  if (self->is_dirty)
    return;
  self->is_dirty = TRUE;
  self->next_dirty = *self->dirty_list;
  *self->dirty_list = self;
}

/* The value of a field; NULL: there is none, or nothing in it. Sets `is_ambiguous` if it is there again
 * with another. */
static const char *
find_header (CURL *easy, const char *name, gboolean *is_ambiguous)
{
  struct curl_header *header;
  const char *value;
  size_t amount;

  if (curl_easy_header (easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return NULL;
  value = header->value;
  amount = header->amount;
  for (size_t i = 1; i < amount; i++)
    if (curl_easy_header (easy, name, i, CURLH_HEADER, -1, &header) != CURLHE_OK
        || strcmp (header->value, value) != 0)
      *is_ambiguous = TRUE;
  /* libcurl leaves a carriage return of a field that is empty. */
  return value[strspn (value, " \t\r\n")] != '\0' ? value : NULL;
}

void
rf_curl_transfer_commit (RfCurlTransfer *self)
{
  gsize written = self->written;

  self->written = 0;
  if (written > 0)
    self->request->funcs->commit (self->request->sink, written);
}

/* Which way to prove who asks the server wanted; none if it did not. */
static RfAuth
get_auth (RfCurlTransfer *self)
{
  long available = 0;

  curl_easy_getinfo (self->easy, CURLINFO_HTTPAUTH_AVAIL, &available);
  if (available & CURLAUTH_DIGEST)
    return RF_AUTH_DIGEST;
  return available & CURLAUTH_BASIC ? RF_AUTH_BASIC : RF_AUTH_NONE;
}

/* Hands the head to the sink. Returns whether to go on. */
static gboolean
take_head (RfCurlTransfer *self)
{
  static const char *const token_names[RF_NUM_TOKENS] = {
    [RF_TOKEN_AIS_VERSION] = "Ais-Version",
    [RF_TOKEN_AIS_CHECKSUM] = "Ais-Checksum-Value",
    [RF_TOKEN_S3_VERSION] = "x-amz-version-id",
    [RF_TOKEN_GS_GENERATION] = "x-goog-generation",
  };
  CURL *easy = self->easy;
  RfResponseHead head = { .reason = self->reason, .auth = get_auth (self) };
  gboolean *is_ambiguous = &head.is_ambiguous;
  gboolean ignored = FALSE;
  long status = 0;

  curl_easy_getinfo (easy, CURLINFO_RESPONSE_CODE, &status);
  head.status = (guint)status;
  head.content_range = find_header (easy, "Content-Range", is_ambiguous);
  head.content_length = find_header (easy, "Content-Length", is_ambiguous);
  head.content_encoding = find_header (easy, "Content-Encoding", is_ambiguous);
  head.content_type = find_header (easy, "Content-Type", &ignored);
  head.etag = find_header (easy, "ETag", is_ambiguous);
  head.last_modified = find_header (easy, "Last-Modified", is_ambiguous);
  head.location = find_header (easy, "Location", is_ambiguous);
  head.retry_after = find_header (easy, "Retry-After", &ignored);
  for (guint i = 0; i < RF_NUM_TOKENS; i++)
    head.tokens[i] = find_header (easy, token_names[i], is_ambiguous);
  switch (self->request->funcs->head (self->request->sink, &head))
    {
    case RF_BODY_ACCEPT:
      self->state = RF_CURL_TRANSFER_BODY;
      return TRUE;
    case RF_BODY_DRAIN:
      self->state = RF_CURL_TRANSFER_DRAINING;
      return TRUE;
    case RF_BODY_ABORT:
      break;
    }
  self->state = RF_CURL_TRANSFER_ENDED;
  return FALSE;
}

/* A head is complete. Not that of a 1xx answer is handed on, and a demand for credentials only when libcurl
 * does not answer it, which shows when its body or its end comes. */
static gboolean
end_head (RfCurlTransfer *self)
{
  long status = 0;

  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200)
    return TRUE;
  if (status == 401 || status == 407)
    {
      self->state = RF_CURL_TRANSFER_ASKED;
      return TRUE;
    }
  return take_head (self);
}

/* Keeps the reason phrase of a status line ("HTTP/1.1 404 Not Found"), as far as it can be shown. */
static void
keep_reason (RfCurlTransfer *self, const char *line, gsize length)
{
  const char *code = memchr (line, ' ', length);
  const char *end = line + length;
  const char *reason = code != NULL ? memchr (code + 1, ' ', (gsize)(end - code - 1)) : NULL;
  gsize kept = 0;

  for (const char *c = reason != NULL ? reason + 1 : end; c < end && kept < RF_CURL_MAX_REASON - 1;
       c++)
    if (g_ascii_isprint (*c))
      self->reason[kept++] = *c;
  self->reason[kept] = '\0';
}

static size_t
on_header (char *line, size_t size, size_t count, void *user_data)
{
  RfCurlTransfer *self = user_data;
  gsize length = size * count;
  gboolean is_last = length == 0 || line[0] == '\r' || line[0] == '\n';

  self->head_size += length;
  if (self->head_size > MAX_HEAD_SIZE)
    {
      self->error
          = g_error_new (RF_ERROR, RF_ERROR_PROTOCOL,
                         "The head of the server's answer is larger than %" G_GSIZE_FORMAT " KiB",
                         MAX_HEAD_SIZE / 1024);
      return 0;
    }
  if (length > 5 && memcmp (line, "HTTP/", 5) == 0)
    {
      keep_reason (self, line, length);
      if (self->state == RF_CURL_TRANSFER_ASKED)
        self->state = RF_CURL_TRANSFER_HEAD;
    }
  if (is_last && self->state == RF_CURL_TRANSFER_HEAD && !end_head (self))
    return 0;
  return length;
}

static size_t
write_body (RfCurlTransfer *self, const char *data, gsize length)
{
  gsize done = self->skip;

  self->skip = 0;
  while (done < length)
    {
      gsize piece;

      if (self->room == 0)
        {
          gboolean wait = FALSE;

          rf_curl_transfer_commit (self);
          self->dest = self->request->funcs->space (self->request->sink, &self->room, &wait);
          if (self->dest == NULL)
            {
              self->room = 0;
              self->skip = done;
              if (wait)
                return CURL_WRITEFUNC_PAUSE;
              self->state = RF_CURL_TRANSFER_ENDED;
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
    rf_curl_transfer_mark_dirty (self);
  return length;
}

static size_t
on_body (char *data, size_t size, size_t count, void *user_data)
{
  RfCurlTransfer *self = user_data;
  gsize length = size * count;

  if (self->state == RF_CURL_TRANSFER_ASKED && !take_head (self))
    return 0;
  switch (self->state)
    {
    case RF_CURL_TRANSFER_BODY:
      return write_body (self, data, length);
    case RF_CURL_TRANSFER_DRAINING:
      self->drained += length;
      return self->drained <= MAX_DRAIN ? length : 0;
    case RF_CURL_TRANSFER_HEAD:
    case RF_CURL_TRANSFER_ASKED:
    case RF_CURL_TRANSFER_ENDED:
      break;
    }
  return 0;
}

static GError *
make_error (RfCurlTransfer *self, CURLcode code, RfError kind)
{
  const char *text = self->error_text;

  /* Some of libcurl's words quote the URI of a proxy, which may hold a password. */
  if (*text == '\0' || strchr (text, '@') != NULL || code == CURLE_COULDNT_RESOLVE_PROXY)
    text = curl_easy_strerror (code);
  return g_error_new_literal (RF_ERROR, (int)kind, text);
}

guint
rf_curl_transfer_count_connections (RfCurlTransfer *self)
{
  long connections = 0;

  curl_easy_getinfo (self->easy, CURLINFO_NUM_CONNECTS, &connections);
  return (guint)connections;
}

/* Whether a proxy has refused to connect: libcurl takes that for a broken connection. */
static gboolean
is_refused_by_proxy (RfCurlTransfer *self, RfResult *result)
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

RfResult
rf_curl_transfer_judge (RfCurlTransfer *self, CURLcode code)
{
  RfResult result = { .outcome = RF_OUTCOME_TRANSIENT };
  RfError kind = RF_ERROR_READ;

  result.connections = rf_curl_transfer_count_connections (self);
  /* A demand for credentials that has no body. */
  if (code == CURLE_OK && self->state == RF_CURL_TRANSFER_ASKED)
    take_head (self);
  if (self->error != NULL)
    {
      result.outcome = RF_OUTCOME_PERMANENT;
      result.error = g_steal_pointer (&self->error);
      return result;
    }
  if (code == CURLE_OK && self->state == RF_CURL_TRANSFER_HEAD)
    {
      result.outcome = RF_OUTCOME_PERMANENT;
      result.error = g_error_new_literal (RF_ERROR, RF_ERROR_PROTOCOL,
                                          "The server ended the exchange without an answer");
      return result;
    }
  if ((code == CURLE_OK && self->state != RF_CURL_TRANSFER_ENDED)
      || (code == CURLE_WRITE_ERROR && self->state == RF_CURL_TRANSFER_DRAINING))
    {
      result.outcome = RF_OUTCOME_COMPLETE;
      return result;
    }
  if ((code == CURLE_OK || code == CURLE_WRITE_ERROR) && self->state == RF_CURL_TRANSFER_ENDED)
    {
      result.outcome = RF_OUTCOME_CANCELLED;
      return result;
    }
  if (self->state == RF_CURL_TRANSFER_HEAD && is_refused_by_proxy (self, &result))
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
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_BAD_CONTENT_ENCODING:
      kind = RF_ERROR_PROTOCOL;
      result.outcome = RF_OUTCOME_PERMANENT;
      break;
    case CURLE_OUT_OF_MEMORY:
      /* A header line that is too long is the same to libcurl 7.88, but for the words. */
      kind = self->error_text[0] != '\0' ? RF_ERROR_PROTOCOL : RF_ERROR_NO_SPACE;
      result.outcome = RF_OUTCOME_PERMANENT;
      break;
    }
  result.error = make_error (self, code, kind);
  return result;
}

void
rf_curl_transfer_settle (RfCurlTransfer *self)
{
  RfCurlTransfer **place = self->dirty_list;

  if (!self->is_dirty)
    return;
  while (*place != self)
    place = &(*place)->next_dirty;
  *place = self->next_dirty;
  self->is_dirty = FALSE;
}

static void
add_header (RfCurlTransfer *self, const char *name, const char *value)
{
  g_autofree char *line = g_strconcat (name, ": ", value, NULL);

  self->headers = curl_slist_append (self->headers, line);
}

/* The ways to prove who asks that libcurl is to choose from: without a request in vain if one is known. */
static long
get_auth_mask (RfAuth known)
{
  long mask = 0;

  if (known == RF_AUTH_NONE)
    return CURLAUTH_BASIC | CURLAUTH_DIGEST;
  if (known & RF_AUTH_BASIC)
    mask |= CURLAUTH_BASIC;
  if (known & RF_AUTH_DIGEST)
    mask |= CURLAUTH_DIGEST;
  return mask;
}

/* What only the server of the location is told, or what a location says itself. */
static void
set_credentials (RfCurlTransfer *self)
{
  const RfRequest *request = self->request;
  const RfOptions *options = request->options;
  const char *user = rf_location_get_user (request->location);
  const char *password = rf_location_get_password (request->location);
  const char *token = rf_options_get_bearer_token (options);
  const char *const *headers = rf_options_get_extra_headers (options);
  const char *const *cookies = rf_options_get_cookies (options);

  if (request->is_trusted && rf_options_get_user_id (options) != NULL)
    {
      user = rf_options_get_user_id (options);
      password = rf_options_get_user_pw (options);
    }
  else if (request->is_trusted && rf_options_get_user_pw (options) != NULL)
    {
      password = rf_options_get_user_pw (options);
    }
  curl_easy_setopt (self->easy, CURLOPT_USERNAME, user);
  curl_easy_setopt (self->easy, CURLOPT_PASSWORD, password);
  curl_easy_setopt (self->easy, CURLOPT_HTTPAUTH, get_auth_mask (request->auth));
  if (!request->is_trusted)
    return;

  if (token != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

      add_header (self, "Authorization", value);
    }
  if (cookies != NULL && cookies[0] != NULL)
    {
      g_autofree char *value = g_strjoinv ("; ", (char **)cookies);

      add_header (self, "Cookie", value);
    }
  for (gsize i = 0; headers != NULL && headers[i] != NULL; i++)
    self->headers = curl_slist_append (self->headers, headers[i]);
}

static void
set_proxy (CURL *easy, const RfOptions *options)
{
  const char *proxy = rf_options_get_proxy (options);

  curl_easy_setopt (easy, CURLOPT_PROXY, proxy);
  /* One that is named is meant for all hosts, whatever the environment says. */
  if (proxy != NULL)
    curl_easy_setopt (easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt (easy, CURLOPT_PROXYAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
  if (rf_options_get_proxy_id (options) == NULL)
    return;
  curl_easy_setopt (easy, CURLOPT_PROXYUSERNAME, rf_options_get_proxy_id (options));
  curl_easy_setopt (easy, CURLOPT_PROXYPASSWORD, rf_options_get_proxy_pw (options));
}

static void
set_tls (CURL *easy, const RfOptions *options)
{
  gboolean strict = rf_options_get_ssl_strict (options);

  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, strict ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, strict ? 2L : 0L);
  /* NULL would be none, and not the system's. */
  if (rf_options_get_ssl_ca_file (options) != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, rf_options_get_ssl_ca_file (options));
  curl_easy_setopt (easy, CURLOPT_SSLCERT, rf_options_get_ssl_cert_file (options));
  curl_easy_setopt (easy, CURLOPT_SSLKEY, rf_options_get_ssl_key_file (options));
}

static long
get_http_version (const RfOptions *options)
{
  switch (rf_options_get_http_version (options))
    {
    case RF_HTTP_VERSION_1_1:
      break;
    case RF_HTTP_VERSION_2:
      return CURL_HTTP_VERSION_2TLS;
    }
  return CURL_HTTP_VERSION_1_1;
}

static void
set_options (RfCurlTransfer *self, RfCurlShare *share)
{
  const RfRequest *request = self->request;
  gint64 connect_timeout = request->connect_timeout / G_TIME_SPAN_MILLISECOND;
  CURL *easy = self->easy;
  char range[RF_RANGE_HEADER_SIZE];

  curl_easy_setopt (easy, CURLOPT_URL, rf_location_get_bare_uri (request->location));
  curl_easy_setopt (easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, rf_options_get_user_agent (request->options));
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, get_http_version (request->options));
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, READ_SIZE);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS,
                    (long)CLAMP (connect_timeout, 1, MAX_CONNECT_TIMEOUT));
  curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, request->is_fresh ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  /* Or removing a handle whose name is being resolved would block the thread until it is. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt (easy, CURLOPT_SHARE, rf_curl_share_get_handle (share));
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
  set_credentials (self);
  set_proxy (easy, request->options);
  set_tls (easy, request->options);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, self->headers);
}

RfCurlTransfer *
rf_curl_transfer_new (CURL *easy,
                      RfCurlShare *share,
                      RfRequest *request,
                      RfCurlTransfer **dirty_list)
{
  RfCurlTransfer *self = g_new0 (RfCurlTransfer, 1);

  self->easy = easy;
  self->request = request;
  self->dirty_list = dirty_list;
  set_options (self, share);
  return self;
}

CURL *
rf_curl_transfer_free (RfCurlTransfer *self)
{
  CURL *easy = self->easy;

  rf_curl_transfer_settle (self);
  curl_easy_reset (easy);
  curl_slist_free_all (self->headers);
  g_clear_error (&self->error);
  g_free (self);
  return easy;
}
