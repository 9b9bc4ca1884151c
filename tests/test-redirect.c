/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where redirections lead: who is asked how often, who is told what, and what happens when a place that was
 * found is none any more. */

#include <ringfetch.h>

#include "rf-session-private.h"
#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOT_SIZE 65536
#define OBJECT_SIZE (64 * SLOT_SIZE + 1)

static RfOptions *
new_options (void)
{
  RfOptions *options = rf_options_new ();

  rf_options_set_num_workers (options, 4);
  rf_options_set_slot_size (options, SLOT_SIZE);
  rf_options_set_num_slots (options, 8);
  return options;
}

static RfReader *
new_reader (const char *uri, const RfOptions *options)
{
  g_autoptr (RfOptions) defaults = new_options ();
  g_autoptr (GError) error = NULL;
  RfReader *reader = rf_reader_new (NULL, uri, options != NULL ? options : defaults, NULL, &error);

  g_assert_no_error (error);
  return reader;
}

/* Reads all that a location leads to. */
static void
check_all (const char *uri, const RfOptions *options)
{
  g_autoptr (RfReader) reader = new_reader (uri, options);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, OBJECT_SIZE);
  g_assert_no_error (error);
}

/* Nothing is read, for this reason. */
static void
check_refused (const char *uri, const RfOptions *options, RfError code, const char *words)
{
  g_autoptr (RfReader) reader = new_reader (uri, options);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 0);
  g_assert_error (error, RF_ERROR, (int)code);
  g_assert_nonnull (strstr (error->message, words));
}

/* A front that sends everybody to one place. */
typedef struct
{
  guint status;
  const char *reference;
} Front;

static gboolean
answer_as_front (const RfTestScriptRequest *request, gpointer data)
{
  const Front *front = data;

  if (g_str_has_prefix (request->head, "GET /object "))
    return rf_test_script_redirect (request, front->status, front->reference);
  g_assert_true (g_str_has_prefix (request->head, "GET /moved?to=%2F.. "));
  return rf_test_script_answer (request, OBJECT_SIZE);
}

static void
test_forms (void)
{
  static const guint statuses[] = { 301, 302, 303, 307, 308 };
  static const char *const references[]
      = { "/moved?to=%2F..", "moved?to=%2F..", "./moved?to=%2F..", "/moved?to=%2F..#part" };

  for (guint s = 0; s < G_N_ELEMENTS (statuses); s++)
    for (guint i = 0; i < G_N_ELEMENTS (references); i++)
      {
        Front front = { statuses[s], references[i] };
        g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_front, &front);

        check_all (rf_test_script_get_uri (script), NULL);
      }
}

static gboolean
answer_redirect_to_nowhere (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_say (request, "HTTP/1.1 302 Found\r\nLocation: \r\n"
                                      "Content-Length: 4\r\n\r\nbody");
}

static void
test_nowhere (void)
{
  static const char *const references[]
      = { "ftp://host/object", "http://", "http:///x", "/a\tb", "http://u:p@v@host/" };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_redirect_to_nowhere, NULL);

  check_refused (rf_test_script_get_uri (script), NULL, RF_ERROR_STATUS, "302 Found");
  for (guint i = 0; i < G_N_ELEMENTS (references); i++)
    {
      Front front = { 302, references[i] };
      g_autoptr (RfTestScript) other = rf_test_script_new (answer_as_front, &front);

      check_refused (rf_test_script_get_uri (other), NULL, RF_ERROR_PROTOCOL, "redirected");
    }
}

/* From /object over /1, /2, … to the end of the chain. */
static gboolean
answer_chain (const RfTestScriptRequest *request, gpointer length)
{
  const char *path = request->head + strlen ("GET /");
  guint64 step = g_ascii_strtoull (path, NULL, 10);
  g_autofree char *next = g_strdup_printf ("/%" G_GUINT64_FORMAT, step + 1);

  if (step == GPOINTER_TO_UINT (length))
    return rf_test_script_answer (request, OBJECT_SIZE);
  return rf_test_script_redirect (request, 302, next);
}

static void
test_chain (void)
{
  g_autoptr (RfTestScript) ten = rf_test_script_new (answer_chain, GUINT_TO_POINTER (10));
  g_autoptr (RfTestScript) eleven = rf_test_script_new (answer_chain, GUINT_TO_POINTER (11));
  g_autoptr (RfOptions) options = new_options ();

  check_all (rf_test_script_get_uri (ten), NULL);
  check_refused (rf_test_script_get_uri (eleven), NULL, RF_ERROR_PROTOCOL, "more than 10 times");
  g_assert_cmpuint (rf_test_script_get_num_requests (eleven), ==, 11);
  rf_options_set_max_redirect (options, -1);
  check_all (rf_test_script_get_uri (eleven), options);
  rf_options_set_max_redirect (options, 0);
  check_refused (rf_test_script_get_uri (ten), options, RF_ERROR_PROTOCOL, "max-redirect");
}

static gboolean
answer_loop (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_redirect (
      request, 307, g_str_has_prefix (request->head, "GET /object ") ? "/other" : "/object");
}

static void
test_loop (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_loop, NULL);
  g_autoptr (RfOptions) options = new_options ();

  rf_options_set_max_redirect (options, -1);
  check_refused (rf_test_script_get_uri (script), options, RF_ERROR_PROTOCOL, "loop");
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 2);
}

/* The end of the stream, without data; where it would have led to is told. */
static void
test_not_followed (void)
{
  Front front = { 302, "http://host.invalid/moved" };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_front, &front);
  g_autoptr (RfOptions) options = new_options ();
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;

  rf_options_set_automatic_redirect (options, FALSE);
  rf_options_set_max_redirect (options, 0);
  reader = new_reader (rf_test_script_get_uri (script), options);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 0);
  g_assert_no_error (error);
  uri = rf_reader_dup_uri (reader);
  g_assert_cmpstr (uri, ==, "http://host.invalid/moved");
}

/* However many parts there are, the front is asked once. */
static void
test_front_is_asked_once (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 200 * MIB, .version = 1 });
  Front front = { 301, rf_test_server_get_uri (server) };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_front, &front);
  g_autoptr (RfReader) reader = new_reader (rf_test_script_get_uri (script), NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 200 * MIB);
  g_assert_no_error (error);
  for (guint64 i = 0; i < 20; i++)
    {
      g_assert_true (rf_reader_seek (reader, i * 9 * MIB, RF_SIZE_UNKNOWN, NULL));
      g_assert_cmpuint (rf_test_reader_check_until (reader, i * 9 * MIB, (i * 9 + 1) * MIB, NULL),
                        ==, (i * 9 + 1) * MIB);
    }
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 1);
  uri = rf_reader_dup_uri (reader);
  g_assert_cmpstr (uri, ==, rf_test_server_get_uri (server));
}

/* A store that signs locations, which hold for some requests each. */
#define MAX_SIGNATURES 1000

typedef struct
{
  gint asked;                /* atomic, as all that changes: how often the front was asked */
  gint left[MAX_SIGNATURES]; /* requests that a signature still holds for */
  gint refused;              /* requests with one that did not hold */
  gint requests_each;
  const char *status; /* of a refusal */
  gint changed;       /* another version from this signature on; 0: never */
} Store;

static gboolean
sign (const RfTestScriptRequest *request, Store *store)
{
  gint number = g_atomic_int_add (&store->asked, 1);
  g_autofree char *reference = g_strdup_printf ("/signed?%d", number);

  g_assert_cmpint (number, <, MAX_SIGNATURES);
  g_atomic_int_set (&store->left[number], g_atomic_int_get (&store->requests_each));
  return rf_test_script_redirect (request, 302, reference);
}

static gboolean
answer_as_store (const RfTestScriptRequest *request, gpointer data)
{
  Store *store = data;
  gint64 number;

  if (g_str_has_prefix (request->head, "GET /object "))
    return sign (request, store);
  g_assert_true (g_str_has_prefix (request->head, "GET /signed?"));
  number = g_ascii_strtoll (request->head + strlen ("GET /signed?"), NULL, 10);
  if (g_atomic_int_add (&store->left[number], -1) <= 0)
    {
      g_atomic_int_inc (&store->refused);
      return rf_test_script_say_status (request, store->status, "");
    }
  if (store->changed != 0 && number >= store->changed)
    {
      g_assert_true (rf_test_script_has_field (request, "If-Match: \"1\""));
      return rf_test_script_say_status (request, "412 Precondition Failed", "");
    }
  return rf_test_script_answer_with (request, OBJECT_SIZE, "ETag: \"1\"\r\n");
}

static void
test_location_expires (void)
{
  static const char *const statuses[]
      = { "400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      Store store = { .requests_each = 10, .status = statuses[i] };
      g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_store, &store);

      check_all (rf_test_script_get_uri (script), NULL);
      /* About 70 requests; the lanes do not each ask the front. */
      g_assert_cmpint (g_atomic_int_get (&store.asked), >=, 7);
      g_assert_cmpint (g_atomic_int_get (&store.asked), <=, 14);
      g_assert_cmpint (g_atomic_int_get (&store.refused), >=, g_atomic_int_get (&store.asked) - 1);
    }
}

/* What the front hands out then does not hold either. */
static void
test_location_expires_for_good (void)
{
  Store store = { .requests_each = 10, .status = "403 Forbidden" };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_store, &store);
  g_autoptr (RfReader) reader = new_reader (rf_test_script_get_uri (script), NULL);
  g_autoptr (GError) error = NULL;
  guint64 position = 0;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1, NULL), ==, 1);
  g_atomic_int_set (&store.requests_each, 0);
  position = rf_test_reader_check (reader, 1, &error);
  g_assert_cmpuint (position, <, OBJECT_SIZE);
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_AUTHORIZED);
  g_assert_true (g_str_has_suffix (error->message, "403 Forbidden"));
  g_assert_cmpuint (rf_reader_get_error_status (reader), ==, 403);
  /* Once more, or as often as there are lanes with bytes before those that have failed. */
  g_assert_cmpint (g_atomic_int_get (&store.asked), >=, 2);
  g_assert_cmpint (g_atomic_int_get (&store.asked), <=, 5);

  /* A seek begins anew. */
  g_atomic_int_set (&store.requests_each, 1000);
  g_clear_error (&error);
  g_assert_true (rf_reader_seek (reader, 5, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 5, &error), ==, OBJECT_SIZE);
  g_assert_no_error (error);
}

static void
test_refused_at_first (void)
{
  Store store = { .requests_each = 0, .status = "404 Not Found" };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_store, &store);

  check_refused (rf_test_script_get_uri (script), NULL, RF_ERROR_NOT_FOUND, "404 Not Found");
  g_assert_cmpint (g_atomic_int_get (&store.asked), ==, 1);
}

/* Another version behind the new location is not mixed with what has come. */
static void
test_new_location_has_another_version (void)
{
  Store store = { .requests_each = 10, .status = "403 Forbidden", .changed = 1 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_store, &store);
  g_autoptr (RfReader) reader = new_reader (rf_test_script_get_uri (script), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), <, OBJECT_SIZE);
  g_assert_error (error, RF_ERROR, RF_ERROR_CHANGED);
}

/* Two machines behind a front; one goes away. */
typedef struct
{
  RfTestServer *servers[2];
  gint asked; /* atomic */
} Machines;

static gboolean
answer_with_machine (const RfTestScriptRequest *request, gpointer data)
{
  Machines *machines = data;
  gint number = g_atomic_int_add (&machines->asked, 1);

  return rf_test_script_redirect (request, 307,
                                  rf_test_server_get_uri (machines->servers[MIN (number, 1)]));
}

static void
test_machine_goes_away (void)
{
  const RfTestServerConfig config = { .size = 16 * MIB, .version = 1 };
  g_autoptr (RfTestServer) first = rf_test_server_new (&config);
  g_autoptr (RfTestServer) second = rf_test_server_new (&config);
  Machines machines = { .servers = { first, second } };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_machine, &machines);
  g_autoptr (RfReader) reader = new_reader (rf_test_script_get_uri (script), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, MIB, NULL), ==, MIB);
  rf_test_server_stop_listening (first);
  rf_test_server_close_connections (first);
  g_assert_cmpuint (rf_test_reader_check (reader, MIB, &error), ==, 16 * MIB);
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&machines.asked), ==, 2);
}

/* A machine that is gone without a word: it refuses no connection, and none comes to be. */
typedef struct
{
  int fds[4]; /* that listens, and what fills its queue */
  guint16 port;
} Silence;

static void
silence_begin (Silence *self)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  for (guint i = 0; i < G_N_ELEMENTS (self->fds); i++)
    self->fds[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_cmpint (bind (self->fds[0], (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint (listen (self->fds[0], 0), ==, 0);
  g_assert_cmpint (getsockname (self->fds[0], (struct sockaddr *)&address, &length), ==, 0);
  self->port = ntohs (address.sin_port);
  for (guint i = 1; i < G_N_ELEMENTS (self->fds); i++)
    connect (self->fds[i], (struct sockaddr *)&address, length);
}

static void
silence_end (Silence *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->fds); i++)
    close (self->fds[i]);
}

static gboolean
answer_with_silence_first (const RfTestScriptRequest *request, gpointer data)
{
  const Silence *silence = data;
  g_autofree char *reference = g_strdup_printf ("http://127.0.0.1:%u/moved", silence->port);

  if (g_str_has_prefix (request->head, "GET /moved "))
    return rf_test_script_answer (request, OBJECT_SIZE);
  return rf_test_script_redirect (request, 307, request->number == 0 ? reference : "/moved");
}

static void
test_machine_is_silent (void)
{
  Silence silence;
  g_autoptr (RfTestScript) script = NULL;
  g_autoptr (RfOptions) options = new_options ();

  silence_begin (&silence);
  script = rf_test_script_new (answer_with_silence_first, &silence);
  rf_options_set_timeout (options, 3);
  check_all (rf_test_script_get_uri (script), options);
  silence_end (&silence);
}

/* The front itself had the object and sends its parts elsewhere in the middle. */
static gboolean
answer_then_redirect (const RfTestScriptRequest *request, gpointer unused)
{
  if (g_str_has_prefix (request->head, "GET /object ") && request->number >= 10)
    return rf_test_script_redirect (request, 302, "/moved");
  return rf_test_script_answer (request, OBJECT_SIZE);
}

static void
test_moves_in_the_middle (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_then_redirect, NULL);

  check_all (rf_test_script_get_uri (script), NULL);
}

/* Where redirections are not followed, that cannot be. */
static void
test_moves_in_the_middle_unfollowed (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_then_redirect, NULL);
  g_autoptr (RfOptions) options = new_options ();
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  guint64 end;

  rf_options_set_automatic_redirect (options, FALSE);
  reader = new_reader (rf_test_script_get_uri (script), options);
  end = rf_test_reader_check (reader, 0, &error);
  g_assert_error (error, RF_ERROR, RF_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "302 Elsewhere"));
  /* The tenth request may be that of a part which the seven others in the ring have overtaken. */
  g_assert_cmpuint (end, >=, 3 * SLOT_SIZE);
  g_assert_cmpuint (end, <, OBJECT_SIZE);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), <=, 10 + 4);
}

/* Seeks while a slow front is asked: who waits for it goes on, whoever asked. */
static void
test_seeks_while_the_front_is_asked (void)
{
  Store store = { .requests_each = 3, .status = "403 Forbidden" };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_as_store, &store);
  g_autoptr (RfReader) reader = new_reader (rf_test_script_get_uri (script), NULL);
  g_autoptr (GError) error = NULL;

  for (guint64 i = 0; i < 200; i++)
    {
      guint64 start = i * 7919 * 31 % OBJECT_SIZE;

      g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error));
      if (i % 3 == 0)
        rf_test_reader_check_until (reader, start, start + 1, &error);
      g_assert_no_error (error);
    }
  g_atomic_int_set (&store.requests_each, 1000);
  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, OBJECT_SIZE);
  g_assert_no_error (error);
}

/* A store that wants to be looked for again in the middle, behind a front that is busy then. The last of the
 * requests that run is refused first. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean is_old; /* the place that was found */
  guint asked;     /* the front */
} Busy;

static gboolean
answer_as_busy_front (const RfTestScriptRequest *request, Busy *busy)
{
  guint number = busy->asked++;

  busy->is_old = FALSE;
  if (number == 1)
    return rf_test_script_say_status (request, "503 Service Unavailable", "");
  return rf_test_script_redirect (request, 307, number == 0 ? "/moved" : "/moved-again");
}

static gboolean
answer_behind_busy_front (const RfTestScriptRequest *request, Busy *busy)
{
  const guint64 last = 32 * SLOT_SIZE;

  if (g_str_has_prefix (request->head, "GET /moved-again ")
      || request->start + 3 * SLOT_SIZE < last)
    return rf_test_script_answer (request, OBJECT_SIZE);
  while (!busy->is_old && request->start != last && busy->asked == 1)
    g_cond_wait (&busy->cond, &busy->lock);
  rf_test_script_say_status (request, "403 Forbidden", "");
  busy->is_old = TRUE;
  g_cond_broadcast (&busy->cond);
  return TRUE;
}

static gboolean
answer_when_not_busy (const RfTestScriptRequest *request, gpointer data)
{
  Busy *busy = data;
  gboolean goes_on;

  g_mutex_lock (&busy->lock);
  goes_on = g_str_has_prefix (request->head, "GET /object ")
                ? answer_as_busy_front (request, busy)
                : answer_behind_busy_front (request, busy);
  g_mutex_unlock (&busy->lock);
  return goes_on;
}

/* All wait for the one who asks the front again, so that one does not wait for many others. */
static void
test_search_is_urgent (void)
{
  Busy busy = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_when_not_busy, &busy);
  g_autoptr (RfSession) session = rf_session_new (NULL);
  g_autoptr (RfOptions) options = new_options ();
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    rf_session_take_retry (session, FALSE);
  rf_options_set_timeout (options, 5);
  reader = rf_reader_new (session, rf_test_script_get_uri (script), options, NULL, &error);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, OBJECT_SIZE);
  g_assert_no_error (error);
}

/* "u:p" in base 64. */
#define AUTHORIZATION "Authorization: Basic dTpw"

static gboolean
ask_for_password (const RfTestScriptRequest *request)
{
  return rf_test_script_say_status (request, "401 Unauthorized",
                                    "WWW-Authenticate: Basic realm=\"here\"\r\n");
}

/* Sends /object on to /moved, by an absolute URI. Whoever has no password is refused. */
static gboolean
answer_with_password (const RfTestScriptRequest *request, gpointer unused)
{
  const char *host = strstr (request->head, "\r\nHost: ") + strlen ("\r\nHost: ");
  g_autofree char *reference
      = g_strdup_printf ("http://%.*s/moved", (int)strcspn (host, "\r"), host);

  if (!rf_test_script_has_field (request, AUTHORIZATION))
    return ask_for_password (request);
  if (g_str_has_prefix (request->head, "GET /moved "))
    return rf_test_script_answer (request, OBJECT_SIZE);
  return rf_test_script_redirect (request, 302, reference);
}

static void
test_password_and_same_server (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_password, NULL);
  g_autofree char *uri
      = g_strdup_printf ("http://u:p@127.0.0.1:%u/object", rf_test_script_get_port (script));
  g_autoptr (RfOptions) options = new_options ();

  check_all (uri, NULL);
  rf_options_set_user_id (options, "u");
  rf_options_set_user_pw (options, "p");
  check_all (rf_test_script_get_uri (script), options);
}

static gboolean
answer_strangers (const RfTestScriptRequest *request, gpointer unused)
{
  g_assert_null (strstr (request->head, "Authorization:"));
  g_assert_null (strstr (request->head, "Cookie:"));
  g_assert_null (strstr (request->head, "secret"));
  return rf_test_script_answer (request, OBJECT_SIZE);
}

static gboolean
answer_elsewhere (const RfTestScriptRequest *request, gpointer other)
{
  if (!rf_test_script_has_field (request, AUTHORIZATION))
    return ask_for_password (request);
  g_assert_true (rf_test_script_has_field (request, "Cookie: a=secret; b=secret"));
  g_assert_true (rf_test_script_has_field (request, "X-Key: secret"));
  return rf_test_script_redirect (request, 302, rf_test_script_get_uri (other));
}

static gboolean
answer_bearer_elsewhere (const RfTestScriptRequest *request, gpointer other)
{
  g_assert_true (rf_test_script_has_field (request, "Authorization: Bearer secret"));
  return rf_test_script_redirect (request, 302, rf_test_script_get_uri (other));
}

/* Another server, if only by its port, is told nothing that is not for it. */
static void
test_secrets_and_other_server (void)
{
  static const char *const cookies[] = { "a=secret", "b=secret", NULL };
  static const char *const headers[] = { "X-Key: secret", NULL };
  g_autoptr (RfTestScript) other = rf_test_script_new (answer_strangers, NULL);
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_elsewhere, other);
  g_autoptr (RfTestScript) bearer = rf_test_script_new (answer_bearer_elsewhere, other);
  g_autofree char *uri
      = g_strdup_printf ("http://u:p@127.0.0.1:%u/object", rf_test_script_get_port (script));
  g_autoptr (RfOptions) options = new_options ();
  g_autoptr (RfOptions) with_token = new_options ();

  rf_options_set_cookies (options, cookies);
  rf_options_set_extra_headers (options, headers);
  check_all (uri, options);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 2);

  rf_options_set_bearer_token (with_token, "secret");
  check_all (rf_test_script_get_uri (bearer), with_token);
  g_assert_cmpuint (rf_test_script_get_num_requests (bearer), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redirect/forms", test_forms);
  g_test_add_func ("/redirect/nowhere", test_nowhere);
  g_test_add_func ("/redirect/chain", test_chain);
  g_test_add_func ("/redirect/loop", test_loop);
  g_test_add_func ("/redirect/not-followed", test_not_followed);
  g_test_add_func ("/redirect/front-is-asked-once", test_front_is_asked_once);
  g_test_add_func ("/redirect/location-expires", test_location_expires);
  g_test_add_func ("/redirect/location-expires-for-good", test_location_expires_for_good);
  g_test_add_func ("/redirect/refused-at-first", test_refused_at_first);
  g_test_add_func ("/redirect/new-location-has-another-version",
                   test_new_location_has_another_version);
  g_test_add_func ("/redirect/machine-goes-away", test_machine_goes_away);
  g_test_add_func ("/redirect/machine-is-silent", test_machine_is_silent);
  g_test_add_func ("/redirect/moves-in-the-middle", test_moves_in_the_middle);
  g_test_add_func ("/redirect/moves-in-the-middle-unfollowed", test_moves_in_the_middle_unfollowed);
  g_test_add_func ("/redirect/seeks-while-the-front-is-asked", test_seeks_while_the_front_is_asked);
  g_test_add_func ("/redirect/search-is-urgent", test_search_is_urgent);
  g_test_add_func ("/redirect/password-and-same-server", test_password_and_same_server);
  g_test_add_func ("/redirect/secrets-and-other-server", test_secrets_and_other_server);
  return g_test_run ();
}
