/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which requests may run at a host with a limit: never too many, never one less than could, readers in turn,
 * and within a reader what is urgent first. */

#include "rf-admission-private.h"

#include <string.h>

#define HOST "http://host:80"
#define OTHER_HOST "https://host:443"

#define MAX_TICKETS 400

static void
ticket_init (RfAdmissionTicket *ticket, RfAdmissionReader *reader)
{
  *ticket = (RfAdmissionTicket){ .owner = ticket, .reader = reader };
}

static void
begin (RfAdmission *admission, guint limit)
{
  rf_admission_init (admission);
  rf_admission_set_limit (admission, limit);
}

/* Nobody is left. */
static void
end (RfAdmission *admission)
{
  g_assert_cmpuint (admission->num_waiting, ==, 0);
  g_assert_cmpuint (g_hash_table_size (admission->hosts), ==, 0);
  rf_admission_clear (admission);
}

static guint
count_admitted (RfAdmission *admission)
{
  guint count = 0;

  while (rf_admission_next (admission) != NULL)
    count++;
  return count;
}

static void
assert_next (RfAdmission *admission, RfAdmissionTicket *expected)
{
  g_assert_true (rf_admission_next (admission) == expected);
}

/* One leaves, and the other begins. */
static void
pass (RfAdmission *admission, RfAdmissionTicket *from, RfAdmissionTicket *to)
{
  rf_admission_leave (admission, from);
  assert_next (admission, to);
}

static void
test_no_limit (void)
{
  RfAdmissionTicket tickets[MAX_TICKETS];
  RfAdmissionReader readers[7] = { 0 };
  RfAdmission admission;

  begin (&admission, 0);
  for (guint i = 0; i < MAX_TICKETS; i++)
    {
      ticket_init (&tickets[i], &readers[i % 7]);
      g_assert_true (rf_admission_enter (&admission, HOST, &tickets[i], i % 3 == 0));
    }
  assert_next (&admission, NULL);
  for (guint i = 0; i < MAX_TICKETS; i++)
    {
      g_assert_cmpuint (g_hash_table_size (admission.hosts), ==, 1);
      rf_admission_leave (&admission, &tickets[i]);
    }
  assert_next (&admission, NULL);
  end (&admission);
}

static void
test_limit (void)
{
  RfAdmissionTicket tickets[4];
  RfAdmissionReader reader = { 0 };
  RfAdmission admission;

  begin (&admission, 2);
  for (guint i = 0; i < G_N_ELEMENTS (tickets); i++)
    {
      ticket_init (&tickets[i], &reader);
      g_assert_cmpint (rf_admission_enter (&admission, HOST, &tickets[i], FALSE), ==, i < 2);
    }
  assert_next (&admission, NULL);

  rf_admission_leave (&admission, &tickets[1]);
  /* Who comes now does not go before those that wait. */
  g_assert_false (rf_admission_enter (&admission, HOST, &tickets[1], FALSE));
  assert_next (&admission, &tickets[2]);
  assert_next (&admission, NULL);
  pass (&admission, &tickets[0], &tickets[3]);
  pass (&admission, &tickets[2], &tickets[1]);
  rf_admission_leave (&admission, &tickets[1]);
  pass (&admission, &tickets[3], NULL);

  /* To leave once more changes nothing. */
  rf_admission_leave (&admission, &tickets[3]);
  g_assert_true (rf_admission_enter (&admission, HOST, &tickets[3], FALSE));
  g_assert_true (rf_admission_enter (&admission, HOST, &tickets[2], FALSE));
  g_assert_false (rf_admission_enter (&admission, HOST, &tickets[1], FALSE));
  for (guint i = 1; i < 4; i++)
    rf_admission_leave (&admission, &tickets[i]);
  end (&admission);
}

static void
test_hosts_apart (void)
{
  RfAdmissionTicket tickets[4];
  RfAdmissionReader reader = { 0 };
  RfAdmission admission;

  begin (&admission, 1);
  for (guint i = 0; i < G_N_ELEMENTS (tickets); i++)
    ticket_init (&tickets[i], &reader);
  g_assert_true (rf_admission_enter (&admission, HOST, &tickets[0], FALSE));
  g_assert_true (rf_admission_enter (&admission, OTHER_HOST, &tickets[1], FALSE));
  g_assert_false (rf_admission_enter (&admission, OTHER_HOST, &tickets[2], FALSE));
  g_assert_false (rf_admission_enter (&admission, HOST, &tickets[3], FALSE));
  g_assert_cmpuint (g_hash_table_size (admission.hosts), ==, 2);
  pass (&admission, &tickets[0], &tickets[3]);
  assert_next (&admission, NULL);
  rf_admission_leave (&admission, &tickets[3]);
  g_assert_cmpuint (g_hash_table_size (admission.hosts), ==, 1);
  pass (&admission, &tickets[1], &tickets[2]);
  rf_admission_leave (&admission, &tickets[2]);
  end (&admission);
}

static void
test_limit_changes (void)
{
  RfAdmissionTicket tickets[20];
  RfAdmissionReader reader = { 0 };
  RfAdmission admission;

  begin (&admission, 4);
  for (guint i = 0; i < G_N_ELEMENTS (tickets); i++)
    {
      ticket_init (&tickets[i], &reader);
      rf_admission_enter (&admission, HOST, &tickets[i], FALSE);
    }
  rf_admission_set_limit (&admission, 7);
  g_assert_cmpuint (count_admitted (&admission), ==, 3);
  /* Those that run go on; the next one begins when there are fewer than the limit. */
  rf_admission_set_limit (&admission, 2);
  for (guint i = 0; i < 5; i++)
    {
      rf_admission_leave (&admission, &tickets[i]);
      g_assert_cmpuint (count_admitted (&admission), ==, 0);
    }
  rf_admission_leave (&admission, &tickets[5]);
  g_assert_cmpuint (count_admitted (&admission), ==, 1);
  rf_admission_set_limit (&admission, 0);
  g_assert_cmpuint (count_admitted (&admission), ==, 12);
  g_assert_true (rf_admission_enter (&admission, HOST, &tickets[0], FALSE));
  /* What runs without a limit is counted when there is one. */
  rf_admission_set_limit (&admission, 15);
  g_assert_false (rf_admission_enter (&admission, HOST, &tickets[1], FALSE));
  for (guint i = 0; i < G_N_ELEMENTS (tickets); i++)
    rf_admission_leave (&admission, &tickets[i]);
  end (&admission);
}

/* One request runs, and others of two readers wait: 0 to 3 are one's, 4 and 5 the other's. */
typedef struct
{
  RfAdmission admission;
  RfAdmissionReader readers[3];
  RfAdmissionTicket tickets[6];
  RfAdmissionTicket running;
} Queue;

static void
queue_init (Queue *self)
{
  *self = (Queue){ 0 };
  begin (&self->admission, 1);
  ticket_init (&self->running, &self->readers[2]);
  g_assert_true (rf_admission_enter (&self->admission, HOST, &self->running, FALSE));
  for (guint i = 0; i < 6; i++)
    {
      ticket_init (&self->tickets[i], &self->readers[i / 4]);
      g_assert_false (rf_admission_enter (&self->admission, HOST, &self->tickets[i], FALSE));
    }
}

/* Ends one request after another, and expects the others to begin in this order. */
static void
queue_expect_order (Queue *self, const char *order)
{
  RfAdmissionTicket *running = &self->running;

  for (; *order != '\0'; order++)
    {
      rf_admission_leave (&self->admission, running);
      running = &self->tickets[g_ascii_digit_value (*order)];
      assert_next (&self->admission, running);
      assert_next (&self->admission, NULL);
    }
  pass (&self->admission, running, NULL);
  end (&self->admission);
}

static void
test_turns (void)
{
  Queue queue;

  queue_init (&queue);
  queue_expect_order (&queue, "041523");
}

static void
test_urgent (void)
{
  Queue queue;

  /* It goes before others of its reader, and not before the other reader. */
  queue_init (&queue);
  rf_admission_hurry (&queue.admission, &queue.tickets[5]);
  queue_expect_order (&queue, "051423");

  /* One that is first is first already. */
  queue_init (&queue);
  rf_admission_hurry (&queue.admission, &queue.tickets[0]);
  rf_admission_hurry (&queue.admission, &queue.tickets[0]);
  rf_admission_hurry (&queue.admission, &queue.tickets[2]);
  queue_expect_order (&queue, "042513");

  /* Several are in order, be it at first or later. */
  queue_init (&queue);
  rf_admission_hurry (&queue.admission, &queue.tickets[3]);
  rf_admission_hurry (&queue.admission, &queue.tickets[1]);
  rf_admission_leave (&queue.admission, &queue.tickets[2]);
  g_assert_false (rf_admission_enter (&queue.admission, HOST, &queue.tickets[2], TRUE));
  queue_expect_order (&queue, "341520");

  /* One that runs, or has left, is none that waits. */
  queue_init (&queue);
  rf_admission_hurry (&queue.admission, &queue.running);
  rf_admission_leave (&queue.admission, &queue.tickets[1]);
  rf_admission_hurry (&queue.admission, &queue.tickets[1]);
  queue_expect_order (&queue, "04253");
}

/* Who has had a turn goes behind who has had none since, also if it did not wait meanwhile. Who is new goes
 * behind those that wait. */
static void
test_last_turns (void)
{
  RfAdmissionReader newcomer = { 0 };
  RfAdmissionTicket late;
  Queue queue;

  queue_init (&queue);
  ticket_init (&late, &newcomer);
  g_assert_false (rf_admission_enter (&queue.admission, HOST, &late, FALSE));
  pass (&queue.admission, &queue.running, &queue.tickets[0]);
  /* Its last turn was before that of 0. */
  g_assert_false (rf_admission_enter (&queue.admission, HOST, &queue.running, FALSE));
  pass (&queue.admission, &queue.tickets[0], &queue.tickets[4]);
  pass (&queue.admission, &queue.tickets[4], &late);
  pass (&queue.admission, &late, &queue.running);
  queue_expect_order (&queue, "1523");
}

/* Whoever leaves the queue, the others keep their order, and a reader its turn. */
static void
test_cancelled (void)
{
  static const char *const orders[] = { "14253", "04253", "04153", "04152", "05123", "04123" };

  for (guint i = 0; i < 6; i++)
    {
      Queue queue;

      queue_init (&queue);
      pass (&queue.admission, &queue.tickets[i], NULL);
      queue_expect_order (&queue, orders[i]);
    }
}

/* Readers that always have work for all of their workers, at one host. What ends first has begun first. */
typedef struct
{
  RfAdmission admission;
  RfAdmissionReader readers[100];
  guint num_admitted[100];
  RfAdmissionTicket tickets[MAX_TICKETS];
  guint num_tickets;
  GQueue running;
} Crowd;

static void
crowd_admit (Crowd *self, RfAdmissionTicket *ticket)
{
  self->num_admitted[ticket->reader - self->readers]++;
  g_queue_push_tail (&self->running, ticket);
}

static void
crowd_enter (Crowd *self, RfAdmissionTicket *ticket)
{
  if (rf_admission_enter (&self->admission, HOST, ticket, FALSE))
    crowd_admit (self, ticket);
}

static void
crowd_init (Crowd *self, guint limit, const guint *num_workers, guint num_readers)
{
  *self = (Crowd){ 0 };
  g_queue_init (&self->running);
  begin (&self->admission, limit);
  for (guint i = 0; i < num_readers; i++)
    for (guint k = 0; k < num_workers[i]; k++)
      {
        RfAdmissionTicket *ticket = &self->tickets[self->num_tickets++];

        ticket_init (ticket, &self->readers[i]);
        crowd_enter (self, ticket);
      }
}

static void
crowd_run (Crowd *self, guint num_ends)
{
  for (guint i = 0; i < num_ends; i++)
    {
      RfAdmissionTicket *ended = g_queue_pop_head (&self->running);
      RfAdmissionTicket *ticket;

      rf_admission_leave (&self->admission, ended);
      while ((ticket = rf_admission_next (&self->admission)) != NULL)
        crowd_admit (self, ticket);
      crowd_enter (self, ended);
    }
}

static void
crowd_clear (Crowd *self)
{
  for (guint i = 0; i < self->num_tickets; i++)
    rf_admission_leave (&self->admission, &self->tickets[i]);
  end (&self->admission);
  g_queue_clear (&self->running);
}

/* A reader of a single worker gets as much as one of 64. */
static void
test_shares (void)
{
  static const guint num_workers[] = { 64, 1, 8, 64, 2 };

  for (guint limit = 1; limit < G_N_ELEMENTS (num_workers); limit++)
    {
      Crowd crowd;

      crowd_init (&crowd, limit, num_workers, G_N_ELEMENTS (num_workers));
      /* Who came first may have begun more than once, before the others came. */
      crowd_run (&crowd, 100);
      memset (crowd.num_admitted, 0, sizeof crowd.num_admitted);
      for (guint round = 1; round <= 100; round++)
        {
          crowd_run (&crowd, G_N_ELEMENTS (num_workers));
          for (guint i = 0; i < G_N_ELEMENTS (num_workers); i++)
            g_assert_cmpuint (crowd.num_admitted[i], ==, round);
        }
      crowd_clear (&crowd);
    }
}

/* What a reader of few workers cannot use is shared by the others. */
static void
test_more_than_a_share (void)
{
  static const guint num_workers[] = { 64, 1, 64 };
  Crowd crowd;

  crowd_init (&crowd, 9, num_workers, G_N_ELEMENTS (num_workers));
  crowd_run (&crowd, 900);
  memset (crowd.num_admitted, 0, sizeof crowd.num_admitted);
  crowd_run (&crowd, 900);
  /* It is one of nine, and another one begins before it comes back. */
  g_assert_cmpuint (crowd.num_admitted[1], ==, 90);
  g_assert_cmpuint (crowd.num_admitted[0], ==, 405);
  g_assert_cmpuint (crowd.num_admitted[2], ==, 405);
  g_assert_cmpuint (g_queue_get_length (&crowd.running), ==, 9);
  crowd_clear (&crowd);
}

static void
test_fewer_than_readers (void)
{
  guint num_workers[100];
  Crowd crowd;

  for (guint i = 0; i < 100; i++)
    num_workers[i] = i % 7 + 1;
  crowd_init (&crowd, 1, num_workers, 100);
  crowd_run (&crowd, 100);
  memset (crowd.num_admitted, 0, sizeof crowd.num_admitted);
  for (guint round = 1; round <= 5; round++)
    {
      crowd_run (&crowd, 100);
      for (guint i = 0; i < 100; i++)
        g_assert_cmpuint (crowd.num_admitted[i], ==, round);
    }
  crowd_clear (&crowd);
}

/* Anything at any time, against what is simply remembered and compared. */
#define CHANCE_HOSTS 3
#define CHANCE_READERS 5
#define CHANCE_TICKETS 40

typedef enum
{
  PLACE_OUT,
  PLACE_WAITING,
  PLACE_RUNNING,
} Place;

typedef struct
{
  RfAdmissionTicket ticket;
  guint reader;
  guint host;
  Place place;
  gboolean is_urgent;
  guint rank; /* counted up when it came, or became urgent */
} Entry;

typedef struct
{
  RfAdmission admission;
  RfAdmissionReader readers[CHANCE_READERS];
  Entry entries[CHANCE_TICKETS];
  guint limit;
  guint ranks;
  /* How often others have had a turn since this reader began to wait at a host. */
  guint passed[CHANCE_HOSTS][CHANCE_READERS][CHANCE_READERS];
} Chance;

static guint
chance_count (const Chance *self, guint host, int reader, Place place)
{
  guint count = 0;

  for (guint i = 0; i < CHANCE_TICKETS; i++)
    if (self->entries[i].place == place && self->entries[i].host == host
        && (reader < 0 || self->entries[i].reader == (guint)reader))
      count++;
  return count;
}

/* Nobody of the same reader at the same host should have gone before. */
static void
chance_check_order (const Chance *self, const Entry *entry)
{
  for (guint i = 0; i < CHANCE_TICKETS; i++)
    {
      const Entry *other = &self->entries[i];

      if (other == entry || other->place != PLACE_WAITING || other->host != entry->host
          || other->reader != entry->reader)
        continue;
      g_assert_true (entry->is_urgent || !other->is_urgent);
      if (entry->is_urgent == other->is_urgent)
        g_assert_cmpuint (entry->rank, <, other->rank);
    }
}

static void
chance_drain (Chance *self)
{
  RfAdmissionTicket *ticket;

  while ((ticket = rf_admission_next (&self->admission)) != NULL)
    {
      Entry *entry = ticket->owner;

      g_assert_cmpint (entry->place, ==, PLACE_WAITING);
      g_assert_true (self->limit == 0
                     || chance_count (self, entry->host, -1, PLACE_RUNNING) < self->limit);
      chance_check_order (self, entry);
      entry->place = PLACE_RUNNING;
      for (guint i = 0; i < CHANCE_READERS; i++)
        if (i != entry->reader && chance_count (self, entry->host, (int)i, PLACE_WAITING) > 0)
          g_assert_cmpuint (++self->passed[entry->host][i][entry->reader], ==, 1);
      memset (self->passed[entry->host][entry->reader], 0, sizeof self->passed[0][0]);
    }
  for (guint i = 0; i < CHANCE_HOSTS; i++)
    g_assert_true (
        chance_count (self, i, -1, PLACE_WAITING) == 0
        || (self->limit > 0 && chance_count (self, i, -1, PLACE_RUNNING) >= self->limit));
}

static void
chance_enter (Chance *self, Entry *entry, guint host, gboolean is_urgent)
{
  static const char *const names[CHANCE_HOSTS] = { "http://a:80", "http://a:81", "https://a:80" };
  g_autofree char *name = g_strdup (names[host]);
  gboolean has_room
      = self->limit == 0 || chance_count (self, host, -1, PLACE_RUNNING) < self->limit;

  if (chance_count (self, host, (int)entry->reader, PLACE_WAITING) == 0)
    memset (self->passed[host][entry->reader], 0, sizeof self->passed[0][0]);
  entry->host = host;
  entry->is_urgent = is_urgent;
  entry->rank = self->ranks++;
  entry->place = has_room ? PLACE_RUNNING : PLACE_WAITING;
  g_assert_cmpint (rf_admission_enter (&self->admission, name, &entry->ticket, is_urgent), ==,
                   has_room);
}

static void
chance_check_hosts (const Chance *self)
{
  guint num_hosts = 0;

  for (guint i = 0; i < CHANCE_HOSTS; i++)
    if (chance_count (self, i, -1, PLACE_WAITING) + chance_count (self, i, -1, PLACE_RUNNING) > 0)
      num_hosts++;
  g_assert_cmpuint (g_hash_table_size (self->admission.hosts), ==, num_hosts);
}

static void
chance_step (Chance *self, GRand *rand)
{
  Entry *entry = &self->entries[g_rand_int_range (rand, 0, CHANCE_TICKETS)];
  gboolean is_urgent = g_rand_int_range (rand, 0, 4) == 0;

  if (g_rand_int_range (rand, 0, 50) == 0)
    {
      self->limit = (guint)g_rand_int_range (rand, 0, 8);
      rf_admission_set_limit (&self->admission, self->limit);
      /* Those that were let in by no limit may take their time to leave. */
    }
  else if (entry->place == PLACE_OUT)
    {
      chance_enter (self, entry, (guint)g_rand_int_range (rand, 0, CHANCE_HOSTS), is_urgent);
    }
  else if (is_urgent)
    {
      rf_admission_hurry (&self->admission, &entry->ticket);
      if (entry->place == PLACE_WAITING && !entry->is_urgent)
        {
          entry->is_urgent = TRUE;
          entry->rank = self->ranks++;
        }
    }
  else
    {
      rf_admission_leave (&self->admission, &entry->ticket);
      entry->place = PLACE_OUT;
    }
  chance_drain (self);
  chance_check_hosts (self);
}

static void
test_chance (void)
{
  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      Chance chance = { 0 };

      begin (&chance.admission, 0);
      for (guint i = 0; i < CHANCE_TICKETS; i++)
        {
          Entry *entry = &chance.entries[i];

          /* Half of all are the first reader's. */
          entry->reader = i % 2 == 0 ? 0 : i % CHANCE_READERS;
          ticket_init (&entry->ticket, &chance.readers[entry->reader]);
          entry->ticket.owner = entry;
        }
      for (guint i = 0; i < 5000; i++)
        chance_step (&chance, rand);
      for (guint i = 0; i < CHANCE_TICKETS; i++)
        rf_admission_leave (&chance.admission, &chance.entries[i].ticket);
      end (&chance.admission);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/admission/no-limit", test_no_limit);
  g_test_add_func ("/admission/limit", test_limit);
  g_test_add_func ("/admission/hosts-apart", test_hosts_apart);
  g_test_add_func ("/admission/limit-changes", test_limit_changes);
  g_test_add_func ("/admission/turns", test_turns);
  g_test_add_func ("/admission/urgent", test_urgent);
  g_test_add_func ("/admission/last-turns", test_last_turns);
  g_test_add_func ("/admission/cancelled", test_cancelled);
  g_test_add_func ("/admission/shares", test_shares);
  g_test_add_func ("/admission/more-than-a-share", test_more_than_a_share);
  g_test_add_func ("/admission/fewer-than-readers", test_fewer_than_readers);
  g_test_add_func ("/admission/chance", test_chance);
  return g_test_run ();
}
