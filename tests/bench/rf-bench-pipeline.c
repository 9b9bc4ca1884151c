/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measures a GStreamer source element: in one stream, in many at once, in one after another, or with
 * seeks. Prints one JSON object; "error" is one of its members when the run has failed.
 *
 * In the same process it is the element alone that is measured: what costs time and memory before it,
 * such as GStreamer's registry, comes before the clock starts. */

#include "rf-bench-report.h"
#include "rf-bench-stream.h"

#define SEEK_SEED 1

/* A seek leaves so much of the object behind it at least. */
#define SEEK_MARGIN ((guint64)8 << 20)

typedef struct
{
  RfBenchContent content;
  char *element;
  char *location;
  int count;
  int objects;
  int seeks;
  gint64 seek_bytes;
  gboolean versions;
  char **names;
} Program;

typedef struct
{
  const Program *program;
  GPtrArray *streams;   /* RfBenchStream */
  GArray *ends;         /* double: seconds of each stream */
  GArray *first_bytes;  /* double: of each object */
  GArray *seek_seconds; /* double: of each seek */
  guint64 bytes;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->streams, g_ptr_array_unref);
  g_clear_pointer (&run->ends, g_array_unref);
  g_clear_pointer (&run->first_bytes, g_array_unref);
  g_clear_pointer (&run->seek_seconds, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
make_streams (Run *run, GError **error)
{
  for (int i = 0; i < run->program->count; i++)
    {
      RfBenchStream *stream
          = rf_bench_stream_new (run->program->element, &run->program->content, error);

      if (stream == NULL)
        return FALSE;
      g_ptr_array_add (run->streams, stream);
    }
  return TRUE;
}

static void
note_first_byte (Run *run, RfBenchStream *stream)
{
  RfBenchTimes times;
  double seconds;

  rf_bench_stream_get_times (stream, &times);
  seconds = rf_bench_seconds (times.began, times.first);
  g_array_append_val (run->first_bytes, seconds);
}

static void
note_end (Run *run, RfBenchStream *stream, gint64 began)
{
  RfBenchTimes times;
  double seconds;

  rf_bench_stream_get_times (stream, &times);
  seconds = rf_bench_seconds (began, times.ended);
  g_array_append_val (run->ends, seconds);
  run->bytes += times.bytes;
}

static gboolean
run_all_at_once (Run *run, gint64 began, GError **error)
{
  for (guint i = 0; i < run->streams->len; i++)
    if (!rf_bench_stream_play (run->streams->pdata[i], run->program->location, error))
      return FALSE;
  for (guint i = 0; i < run->streams->len; i++)
    {
      RfBenchStream *stream = run->streams->pdata[i];

      if (!rf_bench_stream_wait_end (stream, error))
        return FALSE;
      note_first_byte (run, stream);
      note_end (run, stream, began);
    }
  return TRUE;
}

static gboolean
run_one_after_another (Run *run, gint64 began, GError **error)
{
  RfBenchStream *stream = run->streams->pdata[0];

  for (int i = 0; i < run->program->objects; i++)
    {
      g_autofree char *location = g_strdup_printf ("%s/%d", run->program->location, i);

      if (!rf_bench_stream_play (stream, location, error)
          || !rf_bench_stream_wait_end (stream, error))
        return FALSE;
      note_first_byte (run, stream);
      note_end (run, stream, began);
      rf_bench_stream_stop (stream);
    }
  return TRUE;
}

static gboolean
run_seeks (Run *run, GError **error)
{
  RfBenchStream *stream = run->streams->pdata[0];
  guint64 size = run->program->content.size;
  guint64 seek_bytes = (guint64)run->program->seek_bytes;
  double last = (double)(size - MIN (size, MAX (SEEK_MARGIN, seek_bytes)));
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEEK_SEED);
  RfBenchTimes times;

  if (!rf_bench_stream_play (stream, run->program->location, error)
      || !rf_bench_stream_wait_bytes (stream, seek_bytes, error))
    return FALSE;
  note_first_byte (run, stream);
  for (int i = 0; i < run->program->seeks; i++)
    {
      guint64 position = (guint64)(g_rand_double (rand) * last);
      double seconds;

      if (!rf_bench_stream_seek (stream, position, seek_bytes, &seconds, error))
        return FALSE;
      g_array_append_val (run->seek_seconds, seconds);
    }
  rf_bench_stream_get_times (stream, &times);
  run->bytes = times.bytes;
  return TRUE;
}

static gboolean
report_stat (GQuark field, const GValue *value, gpointer report)
{
  if (G_VALUE_HOLDS_UINT64 (value))
    rf_bench_report_count (report, g_quark_to_string (field), g_value_get_uint64 (value));
  else if (G_VALUE_HOLDS_UINT (value))
    rf_bench_report_count (report, g_quark_to_string (field), g_value_get_uint (value));
  return TRUE;
}

/* How fast one stream is when it has settled, if that was to be seen for as long as it took. */
static void
report_settled (const RfBenchTimes *times, GString *report)
{
  if (times->settled == 0 || times->ended < times->settled + RF_BENCH_SETTLING_TIME)
    return;
  rf_bench_report_number (report, "settled_rate",
                          (double)(times->bytes - times->settled_bytes)
                              / rf_bench_seconds (times->settled, times->ended));
}

/* What the first element says of itself. */
static void
report_stats (Run *run, GString *report)
{
  g_autoptr (GString) members = g_string_new (NULL);
  GstStructure *stats = rf_bench_stream_get_stats (run->streams->pdata[0]);

  if (stats == NULL)
    return;
  gst_structure_foreach (stats, report_stat, members);
  gst_structure_free (stats);
  g_string_append_printf (report, ", \"stats\": {%s}", members->str);
}

static gboolean
run_kind (Run *run, gint64 began, GError **error)
{
  if (run->program->seeks > 0)
    return run_seeks (run, error);
  if (run->program->objects > 0)
    return run_one_after_another (run, began, error);
  return run_all_at_once (run, began, error);
}

static int
measure (const Program *program)
{
  g_auto (Run) run = {
    .program = program,
    .streams = g_ptr_array_new_with_free_func ((GDestroyNotify)rf_bench_stream_free),
    .ends = g_array_new (FALSE, FALSE, sizeof (double)),
    .first_bytes = g_array_new (FALSE, FALSE, sizeof (double)),
    .seek_seconds = g_array_new (FALSE, FALSE, sizeof (double)),
  };
  g_autoptr (GString) report = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  RfBenchMeasure measure;
  RfBenchTimes times;

  if (!make_streams (&run, &error))
    return rf_bench_report_failure (error);
  rf_bench_measure_begin (&measure);
  if (!run_kind (&run, measure.began, &error))
    return rf_bench_report_failure (error);
  rf_bench_report_number (report, "seconds",
                          rf_bench_seconds (measure.began, g_get_monotonic_time ()));
  rf_bench_measure_end (&measure, report);

  rf_bench_stream_get_times (run.streams->pdata[0], &times);
  rf_bench_report_number (report, "setup", rf_bench_seconds (times.began, times.setup));
  rf_bench_report_number (report, "first_byte", g_array_index (run.first_bytes, double, 0));
  rf_bench_report_count (report, "bytes", run.bytes);
  rf_bench_report_count (report, "threads", rf_bench_stream_get_max_threads ());
  rf_bench_report_numbers (report, "ends", run.ends);
  rf_bench_report_numbers (report, "first_bytes", run.first_bytes);
  rf_bench_report_numbers (report, "seeks", run.seek_seconds);
  if (program->count == 1 && program->objects == 0)
    report_settled (&times, report);
  report_stats (&run, report);
  rf_bench_report_print (report);
  return 0;
}

/* The versions of the elements that there are, and that of GStreamer. */
static int
report_versions (char **names)
{
  g_autoptr (GString) report = g_string_new (NULL);
  g_autofree char *version = gst_version_string ();

  rf_bench_report_text (report, "gstreamer", version);
  for (char **name = names; name != NULL && *name != NULL; name++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (*name);
      g_autoptr (GstPlugin) plugin
          = factory != NULL ? gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE (factory)) : NULL;

      if (plugin != NULL)
        rf_bench_report_text (report, *name, gst_plugin_get_version (plugin));
    }
  rf_bench_report_print (report);
  return 0;
}

static gboolean
parse_options (Program *program, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "element", 0, 0, G_OPTION_ARG_STRING, &program->element, "Source, with its properties",
      "DESCRIPTION" },
    { "location", 0, 0, G_OPTION_ARG_STRING, &program->location, "Of the object", "URI" },
    { "count", 0, 0, G_OPTION_ARG_INT, &program->count, "So many elements at once", "N" },
    { "objects", 0, 0, G_OPTION_ARG_INT, &program->objects,
      "So many objects one after another, at the location with a number behind it", "N" },
    { "seeks", 0, 0, G_OPTION_ARG_INT, &program->seeks, "So many seeks, then stop", "N" },
    { "seek-bytes", 0, 0, G_OPTION_ARG_INT64, &program->seek_bytes,
      "Bytes to read before each seek", "N" },
    { "versions", 0, 0, G_OPTION_ARG_NONE, &program->versions, "Print those of elements", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &program->names, NULL, "[ELEMENT…]" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) options = g_option_context_new ("- measure a source element");

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, rf_bench_content_get_options (&program->content));
  g_option_context_add_group (options, gst_init_get_option_group ());
  if (!g_option_context_parse (options, argc, argv, error))
    return FALSE;
  if (program->versions || (program->element != NULL && program->location != NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
               "--element and --location are missing");
  return FALSE;
}

int
main (int argc, char **argv)
{
  Program program = { .count = 1, .seek_bytes = 1 << 20 };
  g_autoptr (GError) error = NULL;
  int status;

  if (!parse_options (&program, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  status = program.versions ? report_versions (program.names) : measure (&program);
  g_free (program.element);
  g_free (program.location);
  g_strfreev (program.names);
  return status;
}
