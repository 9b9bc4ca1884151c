/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The way over redirections: who looks for it, who waits, where it leads and with whose credentials, and when
 * it is looked for again. */

#include "rf-route-private.h"

#include "rf-error.h"

#include <string.h>

/* Those that send requests: only the addresses count. */
static const char a, b, c;

static void
init (RfRoute *route, const char *origin)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RfLocation) location = rf_location_new (origin, &error);

  g_assert_no_error (error);
  rf_route_init (route, location);
}

static void
assert_at (const RfRoute *route, const char *uri)
{
  g_assert_cmpstr (rf_location_get_uri (route->current), ==, uri);
}

static void
follow (RfRoute *route, const char *reference, const char *expected)
{
  g_autoptr (GError) error = NULL;

  rf_route_follow (route, &a, reference, -1, &error);
  g_assert_no_error (error);
  assert_at (route, expected);
}

/* Refused with these words and no secret, and nothing has changed by it. */
static void
assert_no_way (RfRoute *route, const char *reference, int max, const char *words)
{
  g_autoptr (RfLocation) before = rf_location_ref (route->current);
  g_autoptr (GError) error = NULL;

  g_assert_false (rf_route_follow (route, &a, reference, max, NULL));
  g_assert_false (rf_route_follow (route, &a, reference, max, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_PROTOCOL);
  if (strstr (error->message, words) == NULL || strstr (error->message, "secret") != NULL)
    g_error ("of %s: %s", words, error->message);
  g_assert_true (route->current == before);
  g_assert_cmpint (route->state, ==, RF_ROUTE_SEARCHED);
  g_assert_true (route->searcher == &a);
}

/* A way over one redirection that `a` has found. */
static void
init_found (RfRoute *route)
{
  init (route, "http://front/o");
  g_assert_true (rf_route_enter (route, &a));
  follow (route, "http://store/o?secret", "http://store/o?secret");
  g_assert_true (rf_route_confirm (route, &a));
}

static void
test_search (void)
{
  RfRoute route;

  init (&route, "http://h/o");
  assert_at (&route, "http://h/o");
  g_assert_cmpint (route.state, ==, RF_ROUTE_UNKNOWN);
  g_assert_false (rf_route_confirm (&route, &a));
  g_assert_false (rf_route_leave (&route, &a));

  g_assert_true (rf_route_enter (&route, &a));
  g_assert_cmpint (route.state, ==, RF_ROUTE_SEARCHED);
  g_assert_false (rf_route_enter (&route, &b));
  g_assert_false (rf_route_confirm (&route, &b));
  /* It is asked again, for instance after a failure. */
  g_assert_true (rf_route_enter (&route, &a));

  g_assert_true (rf_route_confirm (&route, &a));
  g_assert_cmpint (route.state, ==, RF_ROUTE_KNOWN);
  g_assert_true (rf_route_enter (&route, &b));
  g_assert_true (rf_route_enter (&route, &a));
  g_assert_cmpint (route.state, ==, RF_ROUTE_KNOWN);
  /* Once: nobody waits any more. */
  g_assert_false (rf_route_confirm (&route, &a));
  g_assert_false (rf_route_confirm (&route, &b));
  g_assert_false (rf_route_is_redirected (&route));
  assert_at (&route, "http://h/o");
  rf_route_clear (&route);
}

static void
test_way_over_hosts (void)
{
  RfRoute route;

  init (&route, "http://u:p@front/x/y?q");
  g_assert_true (rf_route_enter (&route, &a));
  g_assert_false (rf_route_is_redirected (&route));
  follow (&route, "z", "http://u:p@front/x/z");
  g_assert_true (rf_route_is_redirected (&route));
  follow (&route, "?k", "http://u:p@front/x/z?k");
  follow (&route, "//one:81/a/b?sig=%2F", "http://one:81/a/b?sig=%2F");
  follow (&route, "../c", "http://one:81/c");
  follow (&route, "https://two/d/", "https://two/d/");
  follow (&route, "//three", "https://three");
  follow (&route, "e", "https://three/e");
  follow (&route, "/f#part", "https://three/f");
  g_assert_true (rf_route_confirm (&route, &a));
  g_assert_true (rf_route_enter (&route, &b));
  assert_at (&route, "https://three/f");
  rf_route_clear (&route);
}

/* They come back with the server that they are for, and a server may give some for itself. */
static void
test_credentials (void)
{
  RfRoute route;

  init (&route, "http://u:p@front/o");
  g_assert_true (rf_route_enter (&route, &a));
  follow (&route, "http://front:8080/o", "http://front:8080/o");
  follow (&route, "/1", "http://front:8080/1");
  follow (&route, "http://other/o", "http://other/o");
  follow (&route, "http://other.front/o", "http://other.front/o");
  follow (&route, "http://FRONT/1", "http://u:p@FRONT/1");
  follow (&route, "https://front/o", "https://u:p@front/o");
  follow (&route, "https://front:444/o", "https://front:444/o");
  follow (&route, "http://v:q@other/2", "http://v:q@other/2");
  follow (&route, "/3", "http://other/3");
  follow (&route, "http://v:q@front/2", "http://v:q@front/2");
  follow (&route, "/3", "http://u:p@front/3");
  rf_route_clear (&route);

  init (&route, "https://u:p@front/o");
  g_assert_true (rf_route_enter (&route, &a));
  follow (&route, "http://front/o", "http://front/o");
  follow (&route, "http://front:443/o", "http://front:443/o");
  follow (&route, "https://front:443/1", "https://u:p@front:443/1");
  rf_route_clear (&route);
}

static void
test_limit (void)
{
  static const int limits[] = { 0, 1, 2, 10, 100 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *words
          = g_strdup_printf ("more than %d times; raise max-redirect", limits[i]);
      RfRoute route;

      init (&route, "http://h/o");
      g_assert_true (rf_route_enter (&route, &a));
      for (int k = 0; k < limits[i]; k++)
        {
          g_autofree char *reference = g_strdup_printf ("/%d?secret", k);
          g_autoptr (GError) error = NULL;

          g_assert_true (rf_route_follow (&route, &a, reference, limits[i], &error));
          g_assert_no_error (error);
        }
      assert_no_way (&route, "/last?secret", limits[i], words);
      /* What was not followed was no redirection. */
      g_assert_cmpint (rf_route_is_redirected (&route), ==, limits[i] > 0);
      rf_route_clear (&route);
    }
}

static void
test_no_limit (void)
{
  RfRoute route;

  init (&route, "http://h/o");
  g_assert_true (rf_route_enter (&route, &a));
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *reference = g_strdup_printf ("/%u", i);

      g_assert_true (rf_route_follow (&route, &a, reference, i % 2 == 0 ? -1 : G_MAXINT, NULL));
    }
  assert_at (&route, "http://h/999");
  assert_no_way (&route, "/500", -1, "loop");
  rf_route_clear (&route);
}

static void
test_loop (void)
{
  RfRoute route;

  init (&route, "http://u:p@h/o?secret");
  g_assert_true (rf_route_enter (&route, &a));
  assert_no_way (&route, "http://u:p@h/o?secret", 10, "loop");
  assert_no_way (&route, "http://h/o?secret", 10, "loop");
  assert_no_way (&route, "/o?secret#x", 10, "loop");
  assert_no_way (&route, "?secret", 10, "loop");
  follow (&route, "http://g/o?secret", "http://g/o?secret");
  assert_no_way (&route, "http://g/o?secret", 10, "loop");
  assert_no_way (&route, "", 10, "loop");
  follow (&route, "http://h/p", "http://u:p@h/p");
  assert_no_way (&route, "http://g/o?secret", 10, "loop");
  assert_no_way (&route, "http://h/o?secret", 10, "loop");
  /* Another query may be another resource. */
  follow (&route, "http://h/o?other", "http://u:p@h/o?other");
  rf_route_clear (&route);
}

static void
test_nowhere (void)
{
  RfRoute route;

  init (&route, "http://h/o");
  g_assert_true (rf_route_enter (&route, &a));
  assert_no_way (&route, "ftp://h/secret", 10, "redirected");
  assert_no_way (&route, "http://secret@/", 10, "redirected");
  assert_no_way (&route, "/secret\r\nX: y", 10, "redirected");
  g_assert_false (rf_route_is_redirected (&route));
  follow (&route, "/p", "http://h/p");
  rf_route_clear (&route);
}

static void
test_searcher_leaves (void)
{
  RfRoute route;
  guint number;

  init (&route, "http://front/o");
  g_assert_true (rf_route_enter (&route, &a));
  follow (&route, "http://store/o", "http://store/o");
  number = route.number;
  g_assert_false (rf_route_leave (&route, &b));
  g_assert_cmpuint (route.number, ==, number);
  assert_at (&route, "http://store/o");

  g_assert_true (rf_route_leave (&route, &a));
  g_assert_cmpint (route.state, ==, RF_ROUTE_UNKNOWN);
  g_assert_cmpuint (route.number, !=, number);
  /* An error tells where it was. */
  g_assert_true (rf_route_is_redirected (&route));
  assert_at (&route, "http://store/o");
  g_assert_false (rf_route_leave (&route, &a));

  g_assert_true (rf_route_enter (&route, &b));
  g_assert_false (rf_route_is_redirected (&route));
  assert_at (&route, "http://front/o");
  g_assert_false (rf_route_enter (&route, &a));
  g_assert_false (rf_route_confirm (&route, &a));
  g_assert_true (rf_route_confirm (&route, &b));
  g_assert_false (rf_route_leave (&route, &b));
  g_assert_cmpint (route.state, ==, RF_ROUTE_KNOWN);
  rf_route_clear (&route);
}

static void
test_reset (void)
{
  RfRoute route;
  guint number;

  init_found (&route);
  number = route.number;
  rf_route_reset (&route);
  g_assert_cmpint (route.state, ==, RF_ROUTE_UNKNOWN);
  g_assert_cmpuint (route.number, !=, number);

  /* While one searches: its answer is none of the next one's. */
  g_assert_true (rf_route_enter (&route, &a));
  g_assert_false (rf_route_is_redirected (&route));
  assert_at (&route, "http://front/o");
  rf_route_reset (&route);
  g_assert_true (rf_route_enter (&route, &b));
  g_assert_false (rf_route_confirm (&route, &a));
  g_assert_false (rf_route_leave (&route, &a));
  g_assert_true (route.searcher == &b);
  rf_route_clear (&route);
}

/* What the way has led to is refused, after it was not. */
static void
test_expired (void)
{
  RfRoute route;
  guint number;

  init_found (&route);
  number = route.number;
  g_assert_true (rf_route_give_up (&route, &b, number, RF_ROUTE_REFUSED));
  g_assert_cmpint (route.state, ==, RF_ROUTE_SEARCHED);
  g_assert_true (route.searcher == &b);
  g_assert_cmpuint (route.number, !=, number);
  assert_at (&route, "http://front/o");
  g_assert_false (rf_route_enter (&route, &a));
  g_assert_true (rf_route_enter (&route, &b));

  /* The same place again is no loop, as a presigned URI may be the same for some time. */
  g_assert_true (rf_route_follow (&route, &b, "http://store/o?secret", 1, NULL));
  /* Once: what is refused there now is refused. */
  g_assert_false (rf_route_give_up (&route, &b, route.number, RF_ROUTE_REFUSED));
  g_assert_cmpint (route.state, ==, RF_ROUTE_SEARCHED);
  assert_at (&route, "http://store/o?secret");

  g_assert_true (rf_route_confirm (&route, &b));
  g_assert_true (rf_route_enter (&route, &a));
  assert_at (&route, "http://store/o?secret");
  g_assert_true (rf_route_give_up (&route, &a, route.number, RF_ROUTE_REFUSED));
  rf_route_clear (&route);
}

static void
test_two_fail_at_once (void)
{
  RfRoute route;
  guint number, searched;

  init_found (&route);
  number = route.number;
  g_assert_true (rf_route_give_up (&route, &a, number, RF_ROUTE_REFUSED));
  searched = route.number;
  for (guint fault = RF_ROUTE_REFUSED; fault <= RF_ROUTE_UNREACHABLE; fault++)
    g_assert_true (rf_route_give_up (&route, &b, number, fault));
  g_assert_true (route.searcher == &a);
  g_assert_cmpuint (route.number, ==, searched);
  g_assert_false (rf_route_enter (&route, &b));
  g_assert_false (rf_route_leave (&route, &b));

  /* The origin refuses as well: the next one has a try of its own. */
  g_assert_false (rf_route_give_up (&route, &a, searched, RF_ROUTE_REFUSED));
  g_assert_true (route.searcher == &a);
  g_assert_true (rf_route_leave (&route, &a));
  g_assert_true (rf_route_enter (&route, &b));
  g_assert_false (rf_route_enter (&route, &c));
  g_assert_false (rf_route_give_up (&route, &b, route.number, RF_ROUTE_REFUSED));
  g_assert_true (rf_route_confirm (&route, &b));

  /* A third one's fault is older than the way that has been found. */
  g_assert_true (rf_route_give_up (&route, &c, number, RF_ROUTE_UNREACHABLE));
  g_assert_cmpint (route.state, ==, RF_ROUTE_KNOWN);
  g_assert_true (rf_route_enter (&route, &c));
  rf_route_clear (&route);
}

static void
assert_gives_up (const char *reference, gboolean is_known, RfRouteFault fault, gboolean expected)
{
  RfRoute route;
  guint number;

  init (&route, "http://front/o");
  g_assert_true (rf_route_enter (&route, &a));
  if (reference != NULL)
    g_assert_true (rf_route_follow (&route, &a, reference, 1, NULL));
  if (is_known)
    g_assert_true (rf_route_confirm (&route, &a));
  number = route.number;

  g_assert_cmpint (rf_route_give_up (&route, &a, number, fault), ==, expected);
  g_assert_cmpint (route.number != number, ==, expected);
  g_assert_cmpint (route.state, ==, expected || !is_known ? RF_ROUTE_SEARCHED : RF_ROUTE_KNOWN);
  g_assert_true (route.searcher == (expected || !is_known ? &a : NULL));
  if (expected)
    assert_at (&route, "http://front/o");
  rf_route_clear (&route);
}

static void
test_faults (void)
{
  /* Another way is there only over a redirection, and what the front has just said it would say again. */
  assert_gives_up ("http://store/o", TRUE, RF_ROUTE_REFUSED, TRUE);
  assert_gives_up ("http://store/o", FALSE, RF_ROUTE_REFUSED, FALSE);
  assert_gives_up (NULL, TRUE, RF_ROUTE_REFUSED, FALSE);
  assert_gives_up (NULL, FALSE, RF_ROUTE_REFUSED, FALSE);

  /* The place may not have had a redirection before. */
  assert_gives_up ("http://store/o", TRUE, RF_ROUTE_MOVED, TRUE);
  assert_gives_up (NULL, TRUE, RF_ROUTE_MOVED, TRUE);
  assert_gives_up ("http://store/o", FALSE, RF_ROUTE_MOVED, FALSE);
  assert_gives_up (NULL, FALSE, RF_ROUTE_MOVED, FALSE);

  /* A front may name another machine each time. */
  assert_gives_up ("http://store/o", TRUE, RF_ROUTE_UNREACHABLE, TRUE);
  assert_gives_up ("http://store/o", FALSE, RF_ROUTE_UNREACHABLE, TRUE);
  assert_gives_up (NULL, TRUE, RF_ROUTE_UNREACHABLE, FALSE);
  assert_gives_up (NULL, FALSE, RF_ROUTE_UNREACHABLE, FALSE);
}

/* It goes on searching, from the origin. */
static void
test_searcher_meets_a_fault (void)
{
  RfRoute route;

  init (&route, "http://front/o");
  g_assert_true (rf_route_enter (&route, &a));
  g_assert_false (rf_route_give_up (&route, &a, route.number, RF_ROUTE_UNREACHABLE));
  follow (&route, "http://store/o", "http://store/o");
  g_assert_false (rf_route_give_up (&route, &a, route.number, RF_ROUTE_REFUSED));
  assert_at (&route, "http://store/o");

  g_assert_true (rf_route_give_up (&route, &a, route.number, RF_ROUTE_UNREACHABLE));
  g_assert_true (route.searcher == &a);
  g_assert_false (rf_route_enter (&route, &b));
  assert_at (&route, "http://front/o");
  follow (&route, "http://store/o", "http://store/o");
  g_assert_true (rf_route_confirm (&route, &a));
  rf_route_clear (&route);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/route/search", test_search);
  g_test_add_func ("/route/way-over-hosts", test_way_over_hosts);
  g_test_add_func ("/route/credentials", test_credentials);
  g_test_add_func ("/route/limit", test_limit);
  g_test_add_func ("/route/no-limit", test_no_limit);
  g_test_add_func ("/route/loop", test_loop);
  g_test_add_func ("/route/nowhere", test_nowhere);
  g_test_add_func ("/route/searcher-leaves", test_searcher_leaves);
  g_test_add_func ("/route/reset", test_reset);
  g_test_add_func ("/route/expired", test_expired);
  g_test_add_func ("/route/two-fail-at-once", test_two_fail_at_once);
  g_test_add_func ("/route/faults", test_faults);
  g_test_add_func ("/route/searcher-meets-a-fault", test_searcher_meets_a_fault);
  return g_test_run ();
}
