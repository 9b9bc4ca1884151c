/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever way a stream ends, nothing of it is left when its session is gone: no descriptor, no thread,
 * no mapping of a ring. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

#include <string.h>

#define SIZE (4 * MIB)
#define SLOT_SIZE (64 * 1024)

/* What a process has of what could be left behind. */
typedef struct
{
  guint descriptors;
  guint threads;
  guint rings;
} Usage;

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static guint
count_ring_mappings (void)
{
  g_autofree char *maps = NULL;
  guint count = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  for (const char *found = maps; (found = strstr (found, "/memfd:ringfetch")) != NULL; found++)
    count++;
  return count;
}

static Usage
get_usage (void)
{
  return (Usage){ .descriptors = count_entries ("/proc/self/fd"),
                  .threads = count_entries ("/proc/self/task"),
                  .rings = count_ring_mappings () };
}

/* A session's threads end by themselves after it is gone: there is nothing to be told by. */
static void
wait_for_usage (const Usage *expected)
{
  Usage usage = { 0 };

  for (guint i = 0; i < 10000; i++)
    {
      usage = get_usage ();
      if (usage.descriptors == expected->descriptors && usage.threads == expected->threads
          && usage.rings == expected->rings)
        return;
      g_usleep (1000);
    }
  g_error ("left: %u descriptors of %u, %u threads of %u, %u rings of %u", usage.descriptors,
           expected->descriptors, usage.threads, expected->threads, usage.rings, expected->rings);
}

/* A stream that is to end in some way. */
typedef struct
{
  const char *name;
  RfTestServerConfig config;
  /* Called with a reader of the server's object before it is read on; NULL: nothing. */
  void (*prepare) (RfTestServer *server, RfReader *reader);
  const char *path; /* where the reader reads; NULL: the object's */
  RfError code;
  int retries;
} Case;

/* Reads a little, so that the stream is under way. */
static void
begin (RfReader *reader)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1000, &error), ==, 1000);
  g_assert_no_error (error);
}

static void
refuse_connections (RfTestServer *server, G_GNUC_UNUSED RfReader *reader)
{
  rf_test_server_stop_listening (server);
}

static void
change_object (RfTestServer *server, RfReader *reader)
{
  begin (reader);
  rf_test_server_set_config (server, &(RfTestServerConfig){ .size = SIZE, .version = 2 });
}

/* What has been asked for stalls half-way, and whatever is asked for then gets no answer. */
static void
stall_for_good (RfTestServer *server, RfReader *reader)
{
  begin (reader);
  rf_test_server_set_config (server,
                             &(RfTestServerConfig){ .size = SIZE, .version = 1, .hang_every = 1 });
}

static void
close_reader (G_GNUC_UNUSED RfTestServer *server, RfReader *reader)
{
  begin (reader);
  rf_reader_close (reader);
}

static const Case cases[] = {
  { .name = "not-found",
    .config = { .mode = RF_TEST_SERVER_STATUS, .status = 404 },
    .code = RF_ERROR_NOT_FOUND },
  { .name = "unauthorized",
    .config = { .mode = RF_TEST_SERVER_STATUS, .status = 401 },
    .code = RF_ERROR_NOT_AUTHORIZED },
  { .name = "unavailable",
    .config = { .mode = RF_TEST_SERVER_STATUS, .status = 503 },
    .code = RF_ERROR_STATUS,
    .retries = 1 },
  { .name = "refused", .prepare = refuse_connections, .code = RF_ERROR_CONNECT },
  { .name = "cut",
    .config = { .size = SIZE, .version = 1, .mode = RF_TEST_SERVER_NO_RANGES, .cut_after = 300000 },
    .code = RF_ERROR_READ },
  { .name = "changed",
    .config = { .size = SIZE, .version = 1 },
    .prepare = change_object,
    .code = RF_ERROR_CHANGED },
  { .name = "protocol-error",
    .config = { .size = SIZE, .version = 1, .lie = RF_TEST_SERVER_WRONG_START, .lie_every = 3 },
    .code = RF_ERROR_PROTOCOL },
  { .name = "stalled",
    .config = { .size = SIZE, .version = 1, .stall_every = 1 },
    .prepare = stall_for_good,
    .code = RF_ERROR_TIMED_OUT },
  { .name = "closed",
    .config = { .size = SIZE, .version = 1 },
    .prepare = close_reader,
    .code = RF_ERROR_CLOSED },
  { .name = "redirect-loop",
    .config = { .redirect_to = "/redirect" },
    .path = "/redirect",
    .code = RF_ERROR_PROTOCOL },
};

static RfReader *
new_reader (RfTestServer *server, const Case *it)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RfSession) session = rf_session_new (&error);
  const RfTestSettings settings = { .workers = 4,
                                    .slots = 4,
                                    .slot_size = SLOT_SIZE,
                                    .retries = it->retries,
                                    .timeout = 1,
                                    .session = session };
  g_autofree char *uri = NULL;

  g_assert_no_error (error);
  if (it->path == NULL)
    return rf_test_reader_new (rf_test_server_get_uri (server), &settings);
  uri = g_strdup_printf ("http://127.0.0.1:%u%s", rf_test_server_get_port (server), it->path);
  return rf_test_reader_new (uri, &settings);
}

/* Reads on to the end. */
static void
read_on (RfReader *reader, GError **error)
{
  gsize size = 1;

  while (size > 0)
    {
      g_autoptr (RfLoan) loan = rf_reader_read (reader, SLOT_SIZE, NULL, error);

      if (loan == NULL)
        return;
      rf_loan_get_data (loan, &size);
    }
}

static void
run_case (const Case *it)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (&it->config);
  g_autoptr (RfReader) reader = new_reader (server, it);
  g_autoptr (GError) error = NULL;

  if (it->prepare != NULL)
    it->prepare (server, reader);
  read_on (reader, &error);
  g_assert_error (error, RF_ERROR, (gint)it->code);
}

static void
test_case (gconstpointer it)
{
  Usage before = get_usage ();

  run_case (it);
  wait_for_usage (&before);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* While a read waits for an answer that does not come. */
static void
run_cancelled (void)
{
  const Case it = { .config = { .size = SIZE, .version = 1, .hang_every = 1 } };
  g_autoptr (RfTestServer) server = rf_test_server_new (&it.config);
  g_autoptr (RfReader) reader = new_reader (server, &it);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_true (rf_test_server_wait_requests (server, 1, 10 * 1000));
  thread = g_thread_new ("cancel", cancel, cancellable);
  g_assert_null (rf_reader_read (reader, SLOT_SIZE, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void
test_cancelled (void)
{
  Usage before = get_usage ();

  run_cancelled ();
  wait_for_usage (&before);
}

/* A loan that outlives everything keeps its ring, and nothing else. */
static void
test_held (void)
{
  Usage before = get_usage ();
  const Case it = { .config = { .size = SIZE, .version = 1 } };
  RfTestServer *server = rf_test_server_new (&it.config);
  RfReader *reader = new_reader (server, &it);
  RfLoan *loan = rf_reader_read (reader, 1000, NULL, NULL);
  Usage held = before;

  g_assert_nonnull (loan);
  rf_test_server_set_config (server, &(RfTestServerConfig){ .hang_every = 1 });
  g_object_unref (reader);
  rf_test_server_free (server);
  held.rings++;
  held.descriptors++;
  wait_for_usage (&held);
  rf_loan_unref (loan);
  wait_for_usage (&before);
}

static void
run_complete (void)
{
  const Case it = { .config = { .size = SIZE, .version = 1 } };
  g_autoptr (RfTestServer) server = rf_test_server_new (&it.config);
  g_autoptr (RfReader) reader = new_reader (server, &it);
  g_autoptr (GError) error = NULL;

  read_on (reader, &error);
  g_assert_no_error (error);
}

static void
test_complete (void)
{
  Usage before = get_usage ();

  run_complete ();
  wait_for_usage (&before);
}

static gpointer
do_nothing (gpointer unused)
{
  return unused;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* With the first thread a sanitizer makes one of its own, which stays. */
  g_thread_join (g_thread_new ("first", do_nothing, NULL));

  g_test_add_func ("/resources/complete", test_complete);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/resources/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/resources/cancelled", test_cancelled);
  g_test_add_func ("/resources/held", test_held);
  return g_test_run ();
}
