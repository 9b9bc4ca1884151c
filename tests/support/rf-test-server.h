/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An HTTP/1.1 server of one object for tests and benchmarks, plain or through TLS: as fast as a bare
 * send() loop, exact about ranges, and with faults that strike by count or by a seed, so that a run can
 * be repeated. It has a thread for each connection, and needs no main loop. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RfTestServer RfTestServer;

typedef enum
{
  RF_TEST_SERVER_RANGES,          /* honours ranges */
  RF_TEST_SERVER_NO_RANGES,       /* always 200 and the whole object, Accept-Ranges: none */
  RF_TEST_SERVER_CHUNKED,         /* always 200, chunked transfer coding, no length */
  RF_TEST_SERVER_CLOSE_DELIMITED, /* always 200 as in HTTP/1.0: the end of the connection ends it */
  RF_TEST_SERVER_STATUS,          /* answers the configured status to each request */
} RfTestServerMode;

/* What the server says or does that is wrong or odd, in answers to a GET with bytes of the object; the
 * others stay as they are, and so does what has no field of that kind. The bytes of the object are
 * right, as far as they are sent. */
typedef enum
{
  RF_TEST_SERVER_HONEST,
  RF_TEST_SERVER_NO_CONTENT_RANGE, /* a 206 without Content-Range */
  RF_TEST_SERVER_WRONG_START,      /* Content-Range tells of a range one byte beside */
  RF_TEST_SERVER_WRONG_END,        /* Content-Range tells of one byte more or less than follow */
  RF_TEST_SERVER_WRONG_TOTAL,      /* Content-Range tells of an object one byte longer */
  RF_TEST_SERVER_LONG_LENGTH,      /* 16 bytes follow the range, as Content-Length says */
  RF_TEST_SERVER_SHORT_LENGTH,     /* only half of the range follows, as Content-Length says */
  RF_TEST_SERVER_LONG_CHUNKED,     /* the two in chunked coding */
  RF_TEST_SERVER_SHORT_CHUNKED,
  RF_TEST_SERVER_EXCESS,         /* 16 bytes follow the complete answer */
  RF_TEST_SERVER_WHOLE,          /* 200 and the whole object, whatever the range */
  RF_TEST_SERVER_UNASKED_PART,   /* a 206 though no range was asked for */
  RF_TEST_SERVER_MULTIPART,      /* a 206 of one multipart/byteranges */
  RF_TEST_SERVER_GZIP,           /* Content-Encoding: gzip */
  RF_TEST_SERVER_DENIES_RANGES,  /* Accept-Ranges: none, with a 206 */
  RF_TEST_SERVER_UNSATISFIABLE,  /* 416 to any range */
  RF_TEST_SERVER_NOT_ACCEPTABLE, /* 406 to any range */
  RF_TEST_SERVER_CHUNKED_PART,   /* chunked, as is allowed */
  RF_TEST_SERVER_SILENT_CLOSE,   /* the connection is closed after the answer, unannounced */
  RF_TEST_SERVER_CONTINUE,       /* 100 before the answer */
  RF_TEST_SERVER_EARLY_HINTS,    /* 103 before the answer, with a Content-Range of its own */
  RF_TEST_SERVER_HUGE_FIELD,     /* a field of 200 KiB */
  RF_TEST_SERVER_MANY_FIELDS,    /* 200 KiB of small fields */
  RF_TEST_SERVER_ENDLESS_HEAD,   /* fields for ever */
  RF_TEST_SERVER_FOLDED_FIELD,   /* a field of two lines; the second looks like a Content-Range */
  RF_TEST_SERVER_NEGATIVE_LENGTH,
  RF_TEST_SERVER_OVERFLOWING_LENGTH, /* right modulo 2^64 */
  RF_TEST_SERVER_BAD_LENGTH,         /* not a number to the end */
  RF_TEST_SERVER_NEGATIVE_RANGE,
  RF_TEST_SERVER_OVERFLOWING_RANGE,
  RF_TEST_SERVER_BAD_RANGE,
  RF_TEST_SERVER_NUL_BYTE, /* in a field */
  RF_TEST_SERVER_HTTP_1_0, /* an answer of HTTP/1.0, with ranges; the connection is closed */
  RF_TEST_SERVER_HTTP_0_9, /* the bytes without a head; the connection is closed */
  RF_TEST_SERVER_BARE_LF,  /* lines that end with LF alone */
} RfTestServerLie;

/* Which credentials do, and are asked for with 401. */
typedef enum
{
  RF_TEST_SERVER_AUTH_BASIC = 1 << 0,
  RF_TEST_SERVER_AUTH_DIGEST = 1 << 1, /* MD5, qop=auth */
  RF_TEST_SERVER_AUTH_BEARER = 1 << 2,
} RfTestServerAuth;

/* Faults by chance: of a hundred requests so many meet each of these, and none meets two. Which one
 * a request meets, and where in the body it strikes, follows from the seed and from the request's number
 * alone. The shares are 100 together at most. */
typedef struct
{
  guint64 seed;
  guint unavailable; /* 503 */
  guint transient;   /* 408, 429, 500, 502 or 504 */
  guint reset;       /* the connection is reset without an answer */
  guint cut;         /* the connection is closed somewhere in the body, in good order */
  guint reset_body;  /* the connection is reset somewhere in the body */
  guint stall; /* from somewhere in the body on nothing more is sent, but the connection stays */
  guint hang;  /* nothing is sent, not even a head, but the connection stays */
  guint slow;  /* the answer comes at slow_rate */
} RfTestServerChaos;

/* What the server is to do. All zero is an exact server of an empty object. "Each n-th request"
 * counts the requests since this configuration was set, from 1; 0 is never. When several faults meet
 * in one request, the first in the order drop, hang, fail, auth, redirect, STATUS, stall, cut is what
 * happens, and one by chance only if none by count does; only bodies of the object stall or are cut. */
typedef struct
{
  guint port;           /* to listen on, 0 is any free one; read only by rf_test_server_new() */
  const char *tls_cert; /* a PEM file; NULL is no TLS; read only by rf_test_server_new() */
  const char *tls_key;  /* likewise */

  guint64 size;    /* of the object, in bytes */
  guint64 version; /* of the content; the ETag is "v<version>-<size>", strong */
  gboolean no_etag;
  const char *last_modified; /* NULL is no such field */
  const char *fields;        /* further lines of its heads, each with its CRLF; NULL is none */
  gboolean cached;    /* send from an image in memory that is made once, not generate each time */
  guint64 image_size; /* after so many bytes the content begins again; 0: it does not */

  /* From this request on the object is another; 0 is never. The size stays. */
  guint change_from;
  guint64 changed_version;
  const char *changed_last_modified;
  const char *changed_fields;

  RfTestServerMode mode;
  guint status; /* of RF_TEST_SERVER_STATUS; 0 is 503 */

  guint latency_ms;  /* wait before each response head */
  guint64 rate;      /* bytes a second on each connection; 0 is no limit */
  guint64 link_rate; /* bytes a second of all bodies together; 0 is no limit */
  guint slow_every;  /* each n-th request is answered at slow_rate instead */
  guint64 slow_rate; /* bytes a second */

  /* Further requests at a time get max_requests_status at once, whatever else they would meet. */
  guint max_requests;        /* 0 is no limit */
  guint max_requests_status; /* 0 is 503 */

  /* Close after so many body bytes where the body is longer; only each n-th request, or, with
   * cut_every 0, each one if cut_after is set. With cut_after 0 the cut comes right after the head. */
  guint64 cut_after;
  guint cut_every;
  gboolean cut_resets; /* reset instead of close: what the peer has not read yet may be lost */

  guint fail_first;  /* the first n requests get fail_status */
  guint fail_every;  /* each n-th request gets fail_status */
  guint fail_status; /* 0 is 503 */

  /* Seconds, in failures, those of max_requests too, and in RF_TEST_SERVER_STATUS; 0 is no such field. */
  guint retry_after;
  const char
      *retry_after_text; /* what Retry-After says instead, such as a date; NULL is the seconds */

  guint stall_every; /* each n-th request sends the head, half the body, and then nothing more */
  guint drop_every;  /* each n-th request's connection is reset without an answer */
  guint hang_every;  /* each n-th request gets nothing at all, but its connection stays */

  /* Each n-th connection since this configuration was set gets half of what the server says first in a TLS
   * handshake. Then it is closed, or nothing more comes. */
  guint tls_break;
  guint tls_stall;

  RfTestServerChaos chaos;

  RfTestServerLie lie;
  guint lie_every; /* only each n-th request is lied to; 0 is all of them */

  /* Location for the path /redirect, absolute or relative; NULL is no redirect. With a chain this is
   * only where /redirect/n, its n-th further step, leads; "/redirect" makes it a loop. */
  const char *redirect_to;
  guint redirect_status; /* 0 is 302 */
  guint redirect_chain;
  gboolean
      redirect_absolute; /* a Location that begins with a slash gets scheme and host before it */

  /* The Location has a parameter "token", another one for each request that is redirected. It is good
   * for so many requests that come after that one, whoever sends them; then it gets 403. 0 is for
   * ever. */
  guint redirect_expires;

  guint auth; /* RfTestServerAuth, any of these; 0 is none */
  const char *auth_user;
  const char *auth_password;
  const char *auth_token; /* of Bearer */
} RfTestServerConfig;

typedef struct
{
  guint64 connections;    /* accepted since the start */
  guint open_connections; /* now open; those that the peer has closed do not count */
  guint max_open_connections;
  guint64 handshakes;           /* of TLS, complete */
  guint64 resumed_handshakes;   /* of these, those that took up an earlier session */
  guint64 requests;             /* complete, well-formed request heads */
  guint64 conditional_requests; /* with If-Match */
  guint64 authorized_requests;  /* with Authorization, right or wrong */
  guint64 refused_requests;     /* as there were max_requests already */
  guint64 body_bytes;           /* of the object, handed to the kernel */

  /* Most requests being answered at one time: from the head received to just before the last piece
   * of the body is sent, hence never more than the client had under way. */
  guint max_answering;
} RfTestServerCounts;

/* One logged request, as asked, not clipped to the object; [start, end). */
typedef struct
{
  guint64 start;
  guint64 end;        /* G_MAXUINT64 for an open end and for a request without a range */
  guint64 connection; /* number of the connection, from 1 in order of acceptance */
} RfTestServerRange;

/* Starts a server on 127.0.0.1. @config is copied, strings included. Aborts the program with a
 * message on failure. Any thread; free with rf_test_server_free(). */
RfTestServer *rf_test_server_new (const RfTestServerConfig *config);

/* Stops listening, ends all connections and waits at once, latencies and stalls included, joins all
 * threads, and frees @server, which may be NULL. No other call may be under way. */
void rf_test_server_free (RfTestServer *server);

/* The location of the object, "http://127.0.0.1:PORT/object", https with TLS; any other path serves it
 * too. Belongs to @server and never changes. Any thread. */
const char *rf_test_server_get_uri (RfTestServer *server);

/* The TCP port; it stays reserved while the server does not listen. Any thread. */
guint16 rf_test_server_get_port (RfTestServer *server);

/* Replaces the configuration for all requests that arrive from now on; those under way end as they
 * began. Counting for faults begins anew; the counts and the log go on. @config is copied, strings
 * included. Any thread. */
void rf_test_server_set_config (RfTestServer *server, const RfTestServerConfig *config);

/* Stores in @counts what has happened since the start. Any thread. */
void rf_test_server_get_counts (RfTestServer *server, RfTestServerCounts *counts);

/* The ranges of all requests since the start, RfTestServerRange, in order of arrival. (transfer
 * full): free with g_array_unref(). Any thread. */
GArray *rf_test_server_dup_ranges (RfTestServer *server);

/* Waits until at least @n_requests have arrived since the start; FALSE when @timeout_ms have passed
 * before. Any thread. */
gboolean rf_test_server_wait_requests (RfTestServer *server, guint64 n_requests, guint timeout_ms);

/* Ends all connections that are open now, also in the middle of an answer: the peers read what the
 * kernel still holds and then the end of the connection. The server goes on. Returns before the
 * threads have closed them. Any thread. */
void rf_test_server_close_connections (RfTestServer *server);

/* Refuses new connections from the return on, those not yet accepted included; open ones live. Does
 * nothing if the server does not listen. Only one thread at a time may start or stop listening. */
void rf_test_server_stop_listening (RfTestServer *server);

/* Listens again, on the same port. Does nothing if the server listens. Only one thread at a time may
 * start or stop listening. */
void rf_test_server_start_listening (RfTestServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfTestServer, rf_test_server_free)

G_END_DECLS
