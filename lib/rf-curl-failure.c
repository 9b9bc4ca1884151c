/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libcurl has a hundred ways to fail, a caller three: try again, say it is not there, or say what to set. Its
 * words are shown, as far as no secret can be in them. */

#include "rf-curl-failure-private.h"

#include "rf-error.h"

#include <string.h>

/* In the words of the TLS library for what a server has said against us. */
#define TLS_ALERT " alert "

/* CURLE_TOO_LARGE of libcurl 8.6 and later. */
#define TOO_LARGE 100

/* Whether it was not the server that could not be reached: libcurl tells whom it has tried. */
static gboolean
is_proxy_unreachable (const RfCurlFailure *self)
{
  g_autofree char *host = NULL;
  g_autofree char *server = NULL;
  int port;

  if (self->code != CURLE_COULDNT_CONNECT || !g_str_has_prefix (self->text, "Failed to connect to ")
      || !g_uri_split_network (rf_location_get_bare_uri (self->request->location),
                               G_URI_FLAGS_SCHEME_NORMALIZE, NULL, &host, &port, NULL))
    return FALSE;
  server = g_strdup_printf (" %s port %d ", host, port);
  return strstr (self->text, server) == NULL;
}

/* What can be done about an error; "" if that is plain. */
static const char *
get_cure (const RfCurlFailure *self)
{
  if (self->code == CURLE_PEER_FAILED_VERIFICATION)
    return "; set ssl-ca-file to the authority that the server's certificate is from, or "
           "ssl-strict "
           "to false for a server that may have any";
  if (strstr (self->text, TLS_ALERT) != NULL && strstr (self->text, "certificate") != NULL)
    return "; set ssl-cert-file to a certificate that the server takes";
  return "";
}

/* Whether a proxy has refused to connect: libcurl takes that for a broken connection. */
static gboolean
is_refused_by_proxy (const RfCurlFailure *self, RfOutcome *outcome, GError **error)
{
  gboolean wants_password;
  long status = 0;

  curl_easy_getinfo (self->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  if (status < 300)
    return FALSE;
  wants_password = status == 401 || status == 407;
  *outcome = status >= 500 ? RF_OUTCOME_TRANSIENT : RF_OUTCOME_PERMANENT;
  g_set_error (error, RF_ERROR, wants_password ? RF_ERROR_NOT_AUTHORIZED : RF_ERROR_CONNECT,
               "The proxy refused to connect to the server (status %ld)%s", status,
               wants_password ? "; check proxy-id and proxy-pw" : "");
  return TRUE;
}

static gboolean
has_begun_to_answer (const RfCurlFailure *self)
{
  curl_off_t first_byte = 0;

  curl_easy_getinfo (self->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
  return !self->has_head && first_byte > 0;
}

static gboolean
is_memory_short (const RfCurlFailure *self)
{
  return self->code == CURLE_OUT_OF_MEMORY || (int)self->code == TOO_LARGE;
}

/* libcurl's words, or better ones. */
static const char *
get_text (const RfCurlFailure *self, RfError kind)
{
  if (self->code == CURLE_OK)
    return "The server ended the exchange without an answer";
  if (kind == RF_ERROR_PROTOCOL && is_memory_short (self))
    return "The head of the server's answer has a line that is too long";
  /* Some of libcurl's quote the URI of a proxy, which may hold a password. */
  if (self->text[0] == '\0' || strchr (self->text, '@') != NULL
      || self->code == CURLE_COULDNT_RESOLVE_PROXY)
    return curl_easy_strerror (self->code);
  return self->text;
}

static GError *
make_error (const RfCurlFailure *self, RfError kind)
{
  return g_error_new (RF_ERROR, (int)kind, "%s%s%s",
                      is_proxy_unreachable (self) ? "The proxy cannot be reached: " : "",
                      get_text (self, kind), get_cure (self));
}

/* What a caller can do about a failure, and whether another attempt may succeed. */
static RfError
classify (const RfCurlFailure *self, RfOutcome *outcome)
{
  *outcome = RF_OUTCOME_TRANSIENT;
  switch ((int)self->code)
    {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return RF_ERROR_NOT_FOUND;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
      return RF_ERROR_CONNECT;
    case CURLE_RECV_ERROR:
      /* A server may refuse a client's certificate, or the lack of one, when the handshake is over. */
      return !self->has_head && strstr (self->text, TLS_ALERT) != NULL ? RF_ERROR_CONNECT
                                                                       : RF_ERROR_READ;
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
      *outcome = RF_OUTCOME_PERMANENT;
      return RF_ERROR_CONNECT;
    case CURLE_URL_MALFORMAT:
      *outcome = RF_OUTCOME_PERMANENT;
      return RF_ERROR_INVALID_LOCATION;
    case CURLE_OK: /* no answer at all */
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_BAD_CONTENT_ENCODING:
      *outcome = RF_OUTCOME_PERMANENT;
      return RF_ERROR_PROTOCOL;
    case TOO_LARGE:
    case CURLE_OUT_OF_MEMORY:
      *outcome = RF_OUTCOME_PERMANENT;
      /* A head line that is longer than libcurl takes is the same to it; to 7.88 by the latter. */
      return has_begun_to_answer (self) ? RF_ERROR_PROTOCOL : RF_ERROR_NO_SPACE;
    default:
      return RF_ERROR_READ;
    }
}

/* Whether what came where an answer should be may be the rest of the answer before. */
static gboolean
is_stale (const RfCurlFailure *self)
{
  long connections = 0;

  if (self->has_head
      || (self->code != CURLE_UNSUPPORTED_PROTOCOL && self->code != CURLE_WEIRD_SERVER_REPLY))
    return FALSE;
  curl_easy_getinfo (self->easy, CURLINFO_NUM_CONNECTS, &connections);
  return connections == 0;
}

RfOutcome
rf_curl_failure_judge (const RfCurlFailure *self, GError **error)
{
  RfOutcome outcome;
  RfError kind;

  if (!self->has_head && is_refused_by_proxy (self, &outcome, error))
    return outcome;
  if (is_stale (self))
    return RF_OUTCOME_STALE;
  kind = classify (self, &outcome);
  g_propagate_error (error, make_error (self, kind));
  return outcome;
}
