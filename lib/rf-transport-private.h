/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The adapter between the fetcher and an HTTP library. */

#pragma once

#include "rf-location-private.h"
#include "rf-options-private.h"
#include "rf-range-private.h"
#include "rf-reactor-private.h"

G_BEGIN_DECLS

/* A body that nobody wants is read up to this size, because a new connection costs more. */
#define RF_MAX_DRAIN ((guint64)64 * 1024)

/* Headers by which stores tell versions of an object apart. */
typedef enum
{
  RF_TOKEN_AIS_VERSION,
  RF_TOKEN_AIS_CHECKSUM,
  RF_TOKEN_S3_VERSION,
  RF_TOKEN_GS_GENERATION,
  RF_NUM_TOKENS,
} RfToken;

/* Ways to prove who asks, by password. A set of flags. */
typedef enum
{
  RF_AUTH_NONE = 0,
  RF_AUTH_BASIC = 1 << 0,
  RF_AUTH_DIGEST = 1 << 1,
} RfAuth;

/* The head of a response. The strings are the transport's and live as long as the call they are passed to.
 * A header that is missing is NULL. */
typedef struct
{
  guint status;
  const char *reason; /* the server's words for the status, printable; may be empty */
  const char *content_range;
  const char *content_length;
  const char *content_encoding;
  const char *content_type;
  const char *etag;
  const char *last_modified;
  const char *tokens[RF_NUM_TOKENS];
  const char *location;
  const char *retry_after;
  gboolean is_ambiguous; /* one of the fields is there twice, with different values */
  RfAuth auth;           /* what the server wanted before it answered; 0: nothing */
} RfResponseHead;

/* What to do with the body that follows a head. */
typedef enum
{
  RF_BODY_ACCEPT, /* hand it to the sink */
  RF_BODY_DRAIN,  /* read it and throw it away, for the sake of the connection */
  RF_BODY_ABORT,  /* end the request */
} RfBodyVerdict;

/* How a request ended. */
typedef enum
{
  RF_OUTCOME_COMPLETE, /* the whole response was received */
  RF_OUTCOME_STALE, /* on a connection that was used before, there was no answer but something else */
  RF_OUTCOME_TRANSIENT, /* it broke off, or could not be sent; another attempt may succeed */
  RF_OUTCOME_PERMANENT, /* it failed, and will again */
  RF_OUTCOME_CANCELLED, /* by RF_BODY_ABORT, by no space with `wait` FALSE, or by cancel() */
} RfOutcome;

typedef struct
{
  RfOutcome outcome;
  GError *error;     /* set for TRANSIENT and PERMANENT; the sink takes it over */
  guint connections; /* opened for this request */

  /* CANCELLED: there was a connection for it, and so many bytes of the body had come on it that nobody had
   * read. They are 0 too where that is unknown. */
  gboolean was_sent;
  guint64 unread;
} RfResult;

/* Where the transport puts what it receives. All is called on the reactor's thread, without a lock;
 * after done() nothing is called and no memory of the sink is touched any more. */
typedef struct
{
  /* Once, before any body byte. */
  RfBodyVerdict (*head) (gpointer sink, const RfResponseHead *head);

  /* Where the next bytes go, and how many fit there. NULL: nowhere now; `wait` says whether to hold
   * the request until resume() is called, or to end it. The same place is given again until bytes
   * have been committed. What is given may be used until the transport returns to the reactor: the next
   * time it may be less. */
  guint8 *(*space) (gpointer sink, gsize *length, gboolean *wait);

  /* So many bytes have been written there. */
  void (*commit) (gpointer sink, gsize length);

  /* Exactly once, last. No function here may call the transport. */
  void (*done) (gpointer sink, RfResult *result);
} RfSinkFuncs;

/* One HTTP attempt. The owner sets the first group, which stays as it is until done(). */
typedef struct
{
  const RfLocation *location;
  const RfOptions *options; /* credentials, proxy, TLS */
  gboolean is_trusted;      /* the credentials are for this server */
  RfAuth auth;              /* what it wants, if that is known */
  const char *if_match;     /* NULL: none */
  RfRange range;
  gboolean ranged;        /* FALSE: the whole resource, without a Range header */
  gboolean is_fresh;      /* on a connection of its own, not on one that may be dead */
  gint64 connect_timeout; /* microseconds */
  const RfSinkFuncs *funcs;
  gpointer sink;

  /* The transport's. */
  gpointer transfer;     /* NULL when not running */
  guint num_connections; /* opened before it began anew over another transport */
} RfRequest;

/* A transport belongs to one reactor and is used on its thread only. */
typedef struct _RfTransport RfTransport;
struct _RfTransport
{
  /* Begins a request; done() may be called before this returns. */
  void (*start) (RfTransport *self, RfRequest *request);

  /* Ends a running request; done() has been called when this returns. A connection that is dead is not
   * used again; another one may be, where the version of HTTP allows that. */
  void (*cancel) (RfTransport *self, RfRequest *request, gboolean is_dead);

  /* Goes on with a request that waits for space. */
  void (*resume) (RfTransport *self, RfRequest *request);

  /* Cancels what runs, closes all connections and frees the transport. */
  void (*free) (RfTransport *self);
};

G_END_DECLS
