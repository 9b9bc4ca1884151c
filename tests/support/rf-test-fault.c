/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Chance is a hash of seed and number and not a generator with a state: so it does not matter which
 * thread answers first, and request 1000 of a seed is the same whatever became of those before it. */

#include "rf-test-fault.h"

#define DEFAULT_FAILURE 503

/* The constants of SplitMix64. */
#define STEP G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define MIX_1 G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9)
#define MIX_2 G_GUINT64_CONSTANT (0x94d049bb133111eb)

/* What is drawn for one request, each independent of the others. */
typedef enum
{
  DRAW_KIND,
  DRAW_STATUS,
  DRAW_PLACE,
} Draw;

static guint64
mix (guint64 value)
{
  value = (value ^ (value >> 30)) * MIX_1;
  value = (value ^ (value >> 27)) * MIX_2;
  return value ^ (value >> 31);
}

static guint64
draw (const RfTestServerConfig *config, guint64 number, Draw purpose)
{
  return mix (mix (mix (config->chaos.seed + STEP) + number * STEP) + (guint64)purpose * STEP);
}

gboolean
rf_test_fault_is_nth (guint64 number, guint every)
{
  return every != 0 && number % every == 0;
}

static gboolean
is_cut (const RfTestServerConfig *config, guint64 number)
{
  return config->cut_every != 0 ? rf_test_fault_is_nth (number, config->cut_every)
                                : config->cut_after != 0;
}

static guint
draw_transient_status (const RfTestServerConfig *config, guint64 number)
{
  static const guint statuses[] = { 408, 429, 500, 502, 504 };

  return statuses[draw (config, number, DRAW_STATUS) % G_N_ELEMENTS (statuses)];
}

static RfTestFault
pick_by_chance (const RfTestServerConfig *config, guint64 number)
{
  const RfTestServerChaos *chaos = &config->chaos;
  const struct
  {
    guint share;
    RfTestFault fault;
  } faults[] = {
    { chaos->unavailable, { RF_TEST_FAULT_STATUS, 503, FALSE } },
    { chaos->transient, { RF_TEST_FAULT_STATUS, draw_transient_status (config, number), FALSE } },
    { chaos->reset, { RF_TEST_FAULT_RESET, 0, FALSE } },
    { chaos->cut, { RF_TEST_FAULT_CUT, 0, FALSE } },
    { chaos->reset_body, { RF_TEST_FAULT_RESET_BODY, 0, FALSE } },
    { chaos->stall, { RF_TEST_FAULT_STALL, 0, FALSE } },
    { chaos->hang, { RF_TEST_FAULT_HANG, 0, FALSE } },
    { chaos->slow, { RF_TEST_FAULT_NONE, 0, TRUE } },
  };
  guint64 lot = draw (config, number, DRAW_KIND) % 100;

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      if (lot < faults[i].share)
        return faults[i].fault;
      lot -= faults[i].share;
    }
  return (RfTestFault){ RF_TEST_FAULT_NONE, 0, FALSE };
}

static RfTestFaultKind
pick_by_count (const RfTestServerConfig *config, guint64 number)
{
  if (rf_test_fault_is_nth (number, config->drop_every))
    return RF_TEST_FAULT_RESET;
  if (rf_test_fault_is_nth (number, config->hang_every))
    return RF_TEST_FAULT_HANG;
  if (number <= config->fail_first || rf_test_fault_is_nth (number, config->fail_every))
    return RF_TEST_FAULT_STATUS;
  if (rf_test_fault_is_nth (number, config->stall_every))
    return RF_TEST_FAULT_STALL;
  if (is_cut (config, number))
    return config->cut_resets ? RF_TEST_FAULT_RESET_BODY : RF_TEST_FAULT_CUT;
  return RF_TEST_FAULT_NONE;
}

RfTestFault
rf_test_fault_pick (const RfTestServerConfig *config, guint64 number)
{
  RfTestFault fault = { .kind = pick_by_count (config, number) };

  if (fault.kind == RF_TEST_FAULT_NONE)
    fault = pick_by_chance (config, number);
  else if (fault.kind == RF_TEST_FAULT_STATUS)
    fault.status = config->fail_status != 0 ? config->fail_status : DEFAULT_FAILURE;
  if (rf_test_fault_is_nth (number, config->slow_every))
    fault.slow = TRUE;
  return fault;
}

guint64
rf_test_fault_place (const RfTestServerConfig *config, guint64 number, guint64 length)
{
  if (length == 0)
    return 0;
  switch (pick_by_count (config, number))
    {
    case RF_TEST_FAULT_STALL:
      return length / 2;
    case RF_TEST_FAULT_CUT:
    case RF_TEST_FAULT_RESET_BODY:
      return config->cut_after;
    case RF_TEST_FAULT_NONE:
    case RF_TEST_FAULT_RESET:
    case RF_TEST_FAULT_HANG:
    case RF_TEST_FAULT_STATUS:
      break;
    }
  return draw (config, number, DRAW_PLACE) % length;
}

RfTestFaultKind
rf_test_fault_pick_handshake (const RfTestServerConfig *config, guint64 number)
{
  if (rf_test_fault_is_nth (number, config->tls_break))
    return RF_TEST_FAULT_CUT;
  return rf_test_fault_is_nth (number, config->tls_stall) ? RF_TEST_FAULT_STALL
                                                          : RF_TEST_FAULT_NONE;
}
