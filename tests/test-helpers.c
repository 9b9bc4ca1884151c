/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of the request that has taken over what is left of a slow one, and of both when the consumer wants
 * something else. How soon slow requests are helped, and what that costs, is tested in test-splits.c. */

#include <ringfetch.h>

#include "rf-range-private.h"
#include "rf-test-cases.h"
#include "rf-test-reader.h"
#include "rf-test-script.h"

#define KIB ((guint64)1024)
#define SLOT_SIZE MIB
/* So much that what comes beside the slow one pays for several splits, and the ring is full before the end. */
#define SIZE (16 * MIB)

/* The third slot: it comes slowly. */
#define SLOW_START (2 * SLOT_SIZE)
#define SLOW_END (SLOW_START + SLOT_SIZE)

/* How bodies come: of others 16 KiB in a millisecond. */
typedef struct
{
  guint64 piece;
  gint64 pause; /* microseconds */
} Speed;

static const Speed usual = { 16 * KIB, G_TIME_SPAN_MILLISECOND };
static const Speed unlimited = { SIZE, 0 };

/* An eighth of the usual: a part has come when another one takes over what is left. */
static const Speed slow = { 2 * KIB, G_TIME_SPAN_MILLISECOND };

/* Next to nothing, though it does not stall: hardly any has. */
static const Speed trickle = { 1, 20 * G_TIME_SPAN_MILLISECOND };

/* So many cases at a time: not so many that what is usual comes no faster than what is slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define AT_ONCE 2
#else
#define AT_ONCE 8
#endif

/* Long for a busy machine. A slow answer that has not been given up by then is cut. */
#define PATIENCE (10 * G_TIME_SPAN_SECOND)

static const RfTestSettings settings
    = { .workers = 3, .slots = 8, .slot_size = SLOT_SIZE, .timeout = 30, .retries = 2 };

/* What the first request that takes over gets. */
typedef enum
{
  HELPER_ANSWERED,
  HELPER_NOT_FOUND,
  HELPER_UNAVAILABLE,
  HELPER_OF_ANOTHER_VERSION,
  HELPER_OF_ANOTHER_SIZE,
  HELPER_OF_ANOTHER_RANGE,
  HELPER_WHOLE,
  HELPER_TOO_LONG,
  HELPER_SHORT,
  HELPER_CUT,
  HELPER_CUT_AT_ONCE,
  HELPER_HANGS,
  HELPER_SLOW,
} HelperKind;

typedef struct
{
  HelperKind kind;
  const Speed *speed;
  const Speed *slow_speed;

  GMutex lock;
  GCond cond;
  gboolean is_slow_done;
  guint64 helped_from; /* where the first helper has begun; 0: none has */
  gboolean is_held;    /* its answer */
  gboolean is_late;    /* nobody has helped for too long */
} Crew;

static void
crew_clear (Crew *self)
{
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Crew, crew_clear)

static void
crew_init (Crew *self, HelperKind kind, const Speed *slow_speed)
{
  *self = (Crew){ .kind = kind, .speed = &usual, .slow_speed = slow_speed };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

static void
say_head (const RfTestScriptRequest *request, guint64 length, const char *fields)
{
  g_autofree char *all
      = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n%s", length, fields);

  rf_test_script_say_part (request, SIZE, all);
}

#define ETAG "ETag: \"one\"\r\n"

static void
crew_complain (Crew *self)
{
  g_mutex_lock (&self->lock);
  self->is_late = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gboolean
answer_at (const RfTestScriptRequest *request, Crew *self, const Speed *speed)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;
  guint64 at = request->start;
  gboolean is_open = TRUE;

  say_head (request, request->end - at, ETAG);
  for (; is_open && at < request->end; at += speed->piece)
    {
      if (at > request->start)
        g_usleep ((gulong)speed->pause);
      is_open = rf_test_script_say_content (request, at, MIN (at + speed->piece, request->end));
      if (g_get_monotonic_time () < until)
        continue;
      crew_complain (self);
      return FALSE;
    }
  return is_open;
}

static gboolean
answer_helper (const RfTestScriptRequest *request, Crew *self)
{
  guint64 length = request->end - request->start;
  RfTestScriptRequest other = *request;

  switch (self->kind)
    {
    case HELPER_ANSWERED:
      break;
    case HELPER_NOT_FOUND:
      return rf_test_script_say_status (request, "404 Not Found", "");
    case HELPER_UNAVAILABLE:
      return rf_test_script_say_status (request, "503 Service Unavailable", "");
    case HELPER_OF_ANOTHER_VERSION:
      return rf_test_script_answer_with (request, SIZE, "ETag: \"two\"\r\n");
    case HELPER_OF_ANOTHER_SIZE:
      return rf_test_script_answer_with (request, SIZE + 1, ETAG);
    case HELPER_OF_ANOTHER_RANGE:
      other.start -= 1;
      return rf_test_script_answer_with (&other, SIZE, ETAG);
    case HELPER_WHOLE:
      rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n");
      return rf_test_script_say_content (request, 0, SIZE);
    case HELPER_TOO_LONG:
      other.end += 16;
      return rf_test_script_answer_with (&other, SIZE, ETAG);
    case HELPER_SHORT:
      other.end -= length / 2;
      return rf_test_script_answer_with (&other, SIZE, ETAG);
    case HELPER_CUT:
      say_head (request, length, ETAG);
      rf_test_script_say_content (request, request->start, request->start + length / 3);
      return FALSE;
    case HELPER_CUT_AT_ONCE:
      return FALSE;
    case HELPER_HANGS:
      return rf_test_script_hang (request);
    case HELPER_SLOW:
      return answer_at (request, self, self->slow_speed);
    }
  return answer_at (request, self, self->speed);
}

static gboolean
answer (const RfTestScriptRequest *request, gpointer data)
{
  Crew *self = data;
  gboolean is_slow;
  gboolean is_helper;

  g_mutex_lock (&self->lock);
  is_slow = request->start == SLOW_START && !self->is_slow_done;
  is_helper = self->helped_from == 0 && request->start > SLOW_START && request->start < SLOW_END;
  self->is_slow_done |= is_slow;
  if (is_helper)
    self->helped_from = request->start;
  g_cond_broadcast (&self->cond);
  while (is_helper && self->is_held)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  if (is_helper)
    return answer_helper (request, self);
  return answer_at (request, self, is_slow ? self->slow_speed : self->speed);
}

static const struct
{
  HelperKind kind;
  const char *words; /* NULL: all comes */
  RfError code;
} outcomes[] = {
  { HELPER_ANSWERED, NULL, 0 },
  { HELPER_NOT_FOUND, "404", RF_ERROR_NOT_FOUND },
  { HELPER_UNAVAILABLE, NULL, 0 },
  { HELPER_OF_ANOTHER_VERSION, "changed", RF_ERROR_CHANGED },
  { HELPER_OF_ANOTHER_SIZE, "changed", RF_ERROR_CHANGED },
  { HELPER_OF_ANOTHER_RANGE, "range", RF_ERROR_PROTOCOL },
  { HELPER_WHOLE, "range", RF_ERROR_PROTOCOL },
  { HELPER_TOO_LONG, "range", RF_ERROR_PROTOCOL },
  { HELPER_SHORT, NULL, 0 },
  { HELPER_CUT, NULL, 0 },
  { HELPER_CUT_AT_ONCE, NULL, 0 },
  { HELPER_HANGS, NULL, 0 },
  { HELPER_SLOW, NULL, 0 },
};

/* Reads all that comes. */
static guint64
read_all (Crew *crew, GError **error)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer, crew);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_script_get_uri (script), &settings);
  guint64 end = rf_test_reader_check (reader, 0, error);
  g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

  g_clear_pointer (&script, rf_test_script_free);
  g_assert_false (crew->is_late);
  g_assert_cmpuint (stats->splits, >, 0);
  return end;
}

/* What comes before the error has come, of the slow request too. */
static void
check_outcome (guint i, gconstpointer slow_speed)
{
  g_auto (Crew) crew;
  g_autoptr (GError) error = NULL;
  guint64 end;

  crew_init (&crew, outcomes[i].kind, slow_speed);
  end = read_all (&crew, &error);
  g_assert_cmpuint (crew.helped_from, !=, 0);
  if (outcomes[i].words != NULL)
    rf_test_reader_expect_error (error, outcomes[i].code, outcomes[i].words);
  else
    g_assert_no_error (error);
  g_assert_cmpuint (end, ==, outcomes[i].words != NULL ? crew.helped_from : SIZE);
}

static void
test_outcomes (gconstpointer slow_speed)
{
  rf_test_cases_run (check_outcome, slow_speed, G_N_ELEMENTS (outcomes), AT_ONCE);
}

/* So fast that nobody knows how fast. */
static void
test_unlimited (void)
{
  g_auto (Crew) crew;
  g_autoptr (GError) error = NULL;

  crew_init (&crew, HELPER_ANSWERED, &trickle);
  crew.speed = &unlimited;
  g_assert_cmpuint (read_all (&crew, &error), ==, SIZE);
  g_assert_no_error (error);
}

/* What the consumer does while a request is helped. */
typedef enum
{
  CHANGE_STOP,
  CHANGE_STOP_EARLIER,
  CHANGE_SKIP,
  CHANGE_SEEK,
  CHANGE_SEEK_BACK,
  CHANGE_CLOSE,
  CHANGE_FREE,
  NUM_CHANGES,
} Change;

static void
wait_for_helper (Crew *self)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->lock);
  while (self->helped_from == 0)
    if (!g_cond_wait_until (&self->cond, &self->lock, until))
      g_error ("nobody helps");
  g_mutex_unlock (&self->lock);
}

static void
let_go (Crew *self)
{
  g_mutex_lock (&self->lock);
  self->is_held = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Where reading goes on, and to where. */
static RfRange
get_wanted (Change change, guint64 helped_from)
{
  switch (change)
    {
    case CHANGE_STOP:
      return (RfRange){ SLOW_START, helped_from + 1 };
    case CHANGE_STOP_EARLIER:
      return (RfRange){ SLOW_START, SLOW_START + 1 };
    case CHANGE_SKIP:
      return (RfRange){ helped_from + 1, SIZE };
    case CHANGE_SEEK:
      return (RfRange){ SLOW_END + 1, SIZE };
    case CHANGE_SEEK_BACK:
      return (RfRange){ 1, SIZE };
    case CHANGE_CLOSE:
    case CHANGE_FREE:
    case NUM_CHANGES:
      break;
    }
  return (RfRange){ SLOW_START, SIZE };
}

static void
check_change (const Speed *slow_speed, Change change, gboolean is_held)
{
  g_auto (Crew) crew;
  g_autoptr (RfTestScript) script = NULL;
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  RfRange wanted;

  crew_init (&crew, HELPER_ANSWERED, slow_speed);
  crew.is_held = is_held;
  script = rf_test_script_new (answer, &crew);
  reader = rf_test_reader_new_hasty (rf_test_script_get_uri (script), &settings);
  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, SLOW_START, &error), ==, SLOW_START);
  wait_for_helper (&crew);
  wanted = get_wanted (change, crew.helped_from);
  if (change == CHANGE_FREE)
    g_clear_object (&reader);
  else if (change == CHANGE_CLOSE)
    rf_reader_close (reader);
  else
    g_assert_true (rf_reader_seek (reader, wanted.start, wanted.end, &error));
  let_go (&crew);
  if (reader == NULL)
    return;
  g_assert_cmpuint (rf_test_reader_check (reader, wanted.start, &error), ==,
                    change == CHANGE_CLOSE ? wanted.start : wanted.end);
  if (change == CHANGE_CLOSE)
    g_assert_error (error, RF_ERROR, RF_ERROR_CLOSED);
  else
    g_assert_no_error (error);
}

static void
check_change_number (guint number, gconstpointer unused)
{
  check_change (number % 2 == 0 ? &slow : &trickle, number / 4, number % 4 < 2);
}

static void
test_changes (void)
{
  rf_test_cases_run (check_change_number, NULL, 4 * NUM_CHANGES, AT_ONCE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/helpers/outcomes-of-a-part", &slow, test_outcomes);
  g_test_add_data_func ("/helpers/outcomes-of-the-whole", &trickle, test_outcomes);
  g_test_add_func ("/helpers/unlimited", test_unlimited);
  g_test_add_func ("/helpers/changes", test_changes);
  return g_test_run ();
}
