/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stands in for libFuzzer where there is none: runs the files of a folder, and then a fixed sequence
 * of mutations of them, so that each fuzz target is an ordinary test with the same result every time.
 *
 * A child does the work. The input it is at is in memory shared with the parent, which can therefore
 * show it however the child ends: by an assertion, a signal or a sanitizer's exit. */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rf-fuzz.h"

#define N_MUTATIONS 20000
#define MAX_MUTATIONS_AT_ONCE 4
#define MAX_LENGTH 256
#define SEED 1

typedef struct
{
  gsize length;
  guint8 bytes[MAX_LENGTH];
} Input;

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* In the order of names: that of the folder differs from one checkout to the next. */
static GPtrArray *
read_names (const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;

  if (dir == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static GArray *
read_corpus (const char *folder)
{
  g_autoptr (GPtrArray) names = read_names (folder);
  g_autoptr (GArray) corpus = g_array_new (FALSE, TRUE, sizeof (Input));

  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *bytes = NULL;
      Input input = { 0 };

      if (!g_file_get_contents (names->pdata[i], &bytes, &input.length, &error))
        g_error ("%s", error->message);
      if (input.length > MAX_LENGTH)
        g_error ("%s is longer than %d bytes", (char *)names->pdata[i], MAX_LENGTH);
      memcpy (input.bytes, bytes, input.length);
      g_array_append_val (corpus, input);
    }
  if (corpus->len == 0)
    g_error ("%s is empty", folder);
  return g_steal_pointer (&corpus);
}

static gsize
random_below (GRand *rand, gsize end)
{
  return (gsize)g_rand_int_range (rand, 0, (gint32)end);
}

static void
flip_bit (Input *self, GRand *rand)
{
  if (self->length > 0)
    self->bytes[random_below (rand, self->length)] ^= (guint8)(1 << random_below (rand, 8));
}

/* Any byte, or one that is there already: texts are more often almost right that way. */
static void
insert_byte (Input *self, GRand *rand)
{
  guint8 byte = (guint8)random_below (rand, 256);
  gsize at = random_below (rand, self->length + 1);

  if (self->length == MAX_LENGTH)
    return;
  if (self->length > 0 && g_rand_boolean (rand))
    byte = self->bytes[random_below (rand, self->length)];
  memmove (self->bytes + at + 1, self->bytes + at, self->length - at);
  self->bytes[at] = byte;
  self->length++;
}

static void
delete_bytes (Input *self, GRand *rand)
{
  gsize start = random_below (rand, self->length + 1);
  gsize end = start + random_below (rand, self->length - start + 1);

  memmove (self->bytes + start, self->bytes + end, self->length - end);
  self->length -= end - start;
}

/* Goes on with the end of another input. */
static void
splice (Input *self, const Input *other, GRand *rand)
{
  gsize start = random_below (rand, self->length + 1);
  gsize other_start = random_below (rand, other->length + 1);
  gsize length = MIN (other->length - other_start, MAX_LENGTH - start);

  memcpy (self->bytes + start, other->bytes + other_start, length);
  self->length = start + length;
}

static void
mutate (Input *self, GArray *corpus, GRand *rand)
{
  for (gsize left = 1 + random_below (rand, MAX_MUTATIONS_AT_ONCE); left > 0; left--)
    switch (random_below (rand, 4))
      {
      case 0:
        flip_bit (self, rand);
        break;
      case 1:
        insert_byte (self, rand);
        break;
      case 2:
        delete_bytes (self, rand);
        break;
      case 3:
        splice (self, &g_array_index (corpus, Input, random_below (rand, corpus->len)), rand);
        break;
      }
}

/* In memory of exactly that size, so that AddressSanitizer sees every byte read behind it. */
static void
run (const Input *input)
{
  guint8 *bytes = malloc (input->length);

  memcpy (bytes, input->bytes, input->length);
  LLVMFuzzerTestOneInput (bytes, input->length);
  free (bytes);
}

static void
run_all (const char *folder, Input *current)
{
  g_autoptr (GArray) corpus = read_corpus (folder);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < corpus->len; i++)
    {
      *current = g_array_index (corpus, Input, i);
      run (current);
    }
  for (guint i = 0; i < N_MUTATIONS; i++)
    {
      *current = g_array_index (corpus, Input, random_below (rand, corpus->len));
      mutate (current, corpus, rand);
      run (current);
    }
}

int
main (int argc, char **argv)
{
  Input *current
      = mmap (NULL, sizeof *current, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_autofree char *text = NULL;
  int status = 0;
  pid_t child;

  if (argc != 2 || current == MAP_FAILED || (child = fork ()) < 0)
    g_error ("usage: %s CORPUS-FOLDER", argv[0]);
  if (child == 0)
    {
      run_all (argv[1], current);
      return EXIT_SUCCESS;
    }
  if (waitpid (child, &status, 0) == child && status == 0)
    return EXIT_SUCCESS;
  text = g_base64_encode (current->bytes, current->length);
  g_printerr ("\nFailed, with wait status 0x%x, at this input or after the last: base64 %s\n",
              (guint)status, text);
  return EXIT_FAILURE;
}
