# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The scenarios. Each function makes one, or its small form, which is only to show that it works."""

from __future__ import annotations

from collections.abc import Callable

from model import GIB, KIB, MIB, Case, Load, Panel, Scenario, Work
from peers import AUTOMATIC, CURL_ELEMENT, SOUP, aria2, axel, curl, receive, ringfetch

ALL_RATES = (Panel("Rate, MiB/s", "rate"), Panel("CPU seconds a GB", "cpu"))

# The network that most scenarios have: each connection gets a part of what the client could take.
PACED_RATE = 20 * MIB
PACED_LATENCY_MS = 20
PACED_CONNECTIONS = 8
PACED_IDEAL = float(PACED_CONNECTIONS * PACED_RATE)

# A run without limits is over within a second, in which the turns of two processors differ by a third.
LOOPBACK_TURNS = 15


def size_text(size: int) -> str:
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} bytes"


def paced(size: int, *faults: str, latency_ms: int = PACED_LATENCY_MS) -> Load:
    return Load(size, latency_ms=latency_ms, rate=PACED_RATE, faults=faults)


def loopback(name: str, title: str, quick: bool, tls: bool) -> Scenario:
    """The limits have the rings that one, two and eight workers have; the last, slots that stay in the caches."""
    size = 4 * MIB if quick else 2 * GIB
    who = [AUTOMATIC, ringfetch(2), ringfetch(8), SOUP, CURL_ELEMENT, curl(), aria2(8), axel(8)]
    if not tls:
        who += [receive(1, whole=True), receive(1, 4, MIB), receive(2, 8, MIB), receive(8, 32, MIB)]
        who += [receive(2, 8, MIB, hot=True)]
    case = Case(size_text(size), Load(size, tls=tls), tuple(who))
    return Scenario(name, title, (case,), ALL_RATES, turns=3 if tls else LOOPBACK_TURNS)


def loopback_plain(quick: bool) -> Scenario:
    return loopback("loopback-plain", "Loopback, without limits", quick, False)


def loopback_tls(quick: bool) -> Scenario:
    return loopback("loopback-tls", "Loopback, without limits, with TLS", quick, True)


def headline(quick: bool) -> Scenario:
    size = 4 * MIB if quick else 512 * MIB
    who = [AUTOMATIC, SOUP, curl(), receive(8)]
    if not quick:
        who = [
            AUTOMATIC, ringfetch(8), SOUP, CURL_ELEMENT, curl(), aria2(8), axel(8), receive(8),
        ]  # fmt: skip
    case = Case(f"{size_text(size)}, 8 × 20 MiB/s", paced(size), tuple(who), ideal=PACED_IDEAL)
    panels = (*ALL_RATES, Panel("First byte, ms", "first_byte_ms"))
    return Scenario("headline", "Connections of 20 MiB/s, latency 20 ms", (case,), panels)


def shared_link(quick: bool) -> Scenario:
    size = 4 * MIB if quick else 512 * MIB
    link = 100 * MIB
    load = Load(size, latency_ms=PACED_LATENCY_MS, rate=PACED_RATE, link_rate=link)
    who = (AUTOMATIC, ringfetch(8), ringfetch(32), aria2(16), axel(16))
    case = Case(f"{size_text(size)}, link of 100 MiB/s", load, who[:2] if quick else who,
                ideal=float(link))  # fmt: skip
    return Scenario("shared-link", "Connections of 20 MiB/s share 100 MiB/s", (case,), ALL_RATES)


def paced_case(latency: int, mib: int, connections: int, seconds: float) -> Case:
    rate = mib * MIB
    size = round(connections * rate * seconds)
    who = [ringfetch(connections)]
    if connections in (8, 16):
        who += [aria2(connections), axel(connections)]
    return Case(
        f"{latency} ms, {mib} MiB/s × {connections}",
        Load(size, latency_ms=latency, rate=rate),
        tuple(who),
        ideal=float(connections * rate),
        values={"latency": latency, "rate": mib, "connections": connections},
    )


def paced_grid(quick: bool) -> Scenario:
    latencies = (5,) if quick else (5, 20, 100)
    rates = (20,) if quick else (1, 5, 20)
    counts = (2, 8) if quick else (1, 2, 4, 8, 16, 32, 64)
    seconds = 0.05 if quick else 2.5
    cases = []
    panels = []
    for latency in latencies:
        for rate in rates:
            cases += [paced_case(latency, rate, count, seconds) for count in counts]
            chosen = (("latency", latency), ("rate", rate))
            title = f"{latency} ms, {rate} MiB/s a connection: part of the ideal rate"
            panels.append(Panel(title, "of_ideal", x="connections", select=chosen))
    return Scenario(
        "paced", "Latency × rate of a connection × connections", tuple(cases), tuple(panels), turns=1
    )


def automatic_case(latency: int, mib: int, quick: bool) -> Case:
    """As much as most workers bring in seven seconds, so that all have settled for most of the time."""
    counts = (8,) if quick else (32, 64)
    size = 4 * MIB if quick else counts[-1] * mib * MIB * 7
    return Case(
        f"{latency} ms, {mib} MiB/s a connection",
        Load(size, latency_ms=latency, rate=mib * MIB),
        (AUTOMATIC, *map(ringfetch, counts)),
        values={"latency": latency, "rate": mib},
    )


def automatic(quick: bool) -> Scenario:
    latencies = (5,) if quick else (5, 20, 100)
    rates = (20,) if quick else (1, 5, 20)
    cases = tuple(automatic_case(latency, rate, quick) for latency in latencies for rate in rates)
    panels = (
        Panel("Rate after the first 2 seconds, MiB/s", "settled", logarithmic_y=True),
        Panel("Rate of the whole, MiB/s", "rate", logarithmic_y=True),
    )
    title = "Workers whose number is found, and is given"
    return Scenario("automatic", title, cases, panels, "rate" if quick else "settled")


def faulty_case(
    name: str, size: int, quick: bool, faults: tuple[str, ...], single: bool = False
) -> Case:
    who = [AUTOMATIC, ringfetch(8)]
    if not quick:
        who += [aria2(8), axel(8), *((SOUP, curl()) if single else ())]
    return Case(name, paced(size, *faults), tuple(who), ideal=PACED_IDEAL, timeout=40)


def faulty_size(quick: bool) -> int:
    return 4 * MIB if quick else 256 * MIB


OF_IDEAL = (Panel("Part of the ideal rate", "of_ideal"),)


def by_count(name: str, title: str, quick: bool, option: str, *others: str) -> Scenario:
    """Tools that ask for large parts make fewer than twenty requests, and five strike them too."""
    cases = tuple(
        faulty_case(f"each {nth}th of {size_text(faulty_size(quick))}", faulty_size(quick), quick,
                    (f"{option}={nth}", *others))
        for nth in ((4,) if quick else (20, 5))
    )  # fmt: skip
    return Scenario(name, title, cases, OF_IDEAL)


def stragglers(quick: bool) -> Scenario:
    title = "One request in twenty, or in five, comes at 1 MiB/s"
    return by_count("stragglers", title, quick, "--slow-every", "--slow-rate=1M")


def stalls(quick: bool) -> Scenario:
    title = "One request in twenty, or in five, stalls for good"
    return by_count("stalls", title, quick, "--stall-every")


def faults(quick: bool) -> Scenario:
    options = ("--chaos-seed={turn}", "--unavailable=10", "--reset=10", "--cut=10")
    title = "A tenth of the requests gets 503, a tenth a reset, a tenth half a body"
    size = faulty_size(quick)
    case = faulty_case(size_text(size), size, quick, options, single=True)
    return Scenario("faults", title, (case,), OF_IDEAL)


def seeks(quick: bool) -> Scenario:
    size = 64 * MIB if quick else GIB
    work = Work(seeks=3 if quick else 20)
    case = Case(
        f"{work.seeks} seeks in {size_text(size)}", paced(size),
        (AUTOMATIC, ringfetch(8), SOUP, CURL_ELEMENT), work,
    )  # fmt: skip
    panels = (
        Panel("Seek to first buffer, ms: median", "seek_ms"),
        Panel("Seek to first buffer, ms: longest", "seek_max_ms"),
        Panel("Connections opened", "connections"),
    )
    return Scenario("seeks", "Seeks, latency 20 ms", (case,), panels, metric="seek_ms")


def first_byte(quick: bool) -> Scenario:
    case = Case("1 MiB", paced(MIB), (AUTOMATIC, SOUP, CURL_ELEMENT))
    panels = (Panel("First byte, ms", "first_byte_ms"),)
    return Scenario(
        "first-byte", "First byte, latency 20 ms", (case,), panels, "first_byte_ms", turns=20
    )


def small_objects(quick: bool) -> Scenario:
    work = Work(objects=5 if quick else 100)
    cases = [
        Case(f"{work.objects} × {size_text(size)}, {latency} ms", Load(size, latency_ms=latency),
             (AUTOMATIC, SOUP, CURL_ELEMENT, curl()), work)
        for latency in ((0,) if quick else (0, 5))
        for size in (64 * KIB, MIB)
    ]  # fmt: skip
    panels = (
        Panel("Objects a second", "objects_rate"),
        Panel("Connections opened", "connections"),
    )
    return Scenario(
        "small-objects", "Objects one after another, with one element", tuple(cases), panels
    )


def scale(quick: bool) -> Scenario:
    total = 8 * MIB if quick else 4 * GIB
    cases = [
        Case(f"{count} at once", Load(total // count), (AUTOMATIC, ringfetch(2), SOUP),
             Work(count=count), values={"count": count})
        for count in ((1, 4) if quick else (1, 10, 30, 100))
    ]  # fmt: skip
    panels = (
        Panel("Rate of all, MiB/s", "rate", x="count"),
        Panel("CPU seconds a GB", "cpu", x="count"),
        Panel("Peak memory, MiB", "rss_mib", x="count"),
        Panel("Threads", "threads", x="count"),
        Panel("Spread of the ends: (last − first) ÷ last", "spread", x="count"),
    )
    return Scenario("scale", "Elements at once in one process", tuple(cases), panels)


def sizes_case(size: int, timeout: int) -> Case:
    who = [AUTOMATIC, SOUP, curl(), receive(1, whole=True)]
    if size <= GIB:
        who.insert(2, CURL_ELEMENT)  # its memory grows with the object
    return Case(
        size_text(size), Load(size), tuple(who), values={"size": size / MIB},
        turns=1 if size > 8 * GIB else 0, timeout=timeout,
    )  # fmt: skip


def sizes(quick: bool) -> Scenario:
    all_sizes = (MIB, 4 * MIB) if quick else (MIB, 16 * MIB, 256 * MIB, GIB, 4 * GIB, 64 * GIB)
    cases = [sizes_case(size, 300 if size > 8 * GIB else 60) for size in all_sizes]
    panels = (
        Panel("Rate, MiB/s, by the object's MiB", "rate", x="size", logarithmic_y=True),
        Panel("CPU seconds a GB", "cpu", x="size", logarithmic_y=True),
        Panel("Peak memory, MiB", "rss_mib", x="size"),
    )
    return Scenario("sizes", "Objects from 1 MiB to 64 GiB", tuple(cases), panels)


def rings_case(size: int, slot_size: int, slots: int, workers: int) -> Case:
    return Case(
        f"{slots} × {size_text(slot_size)}",
        Load(size),
        (ringfetch(workers, slots, slot_size), receive(min(workers, slots), slots, slot_size)),
        values={"slots": slots, "slot_size": slot_size},
    )


def rings(quick: bool) -> Scenario:
    size = 4 * MIB if quick else 2 * GIB
    slot_sizes = (256 * KIB, MIB) if quick else (256 * KIB, MIB, 4 * MIB, 8 * MIB)
    counts = (4,) if quick else (2, 4, 8, 16, 32)
    cases = [
        rings_case(size, slot_size, slots, 4) for slot_size in slot_sizes for slots in counts
    ]
    panels = (
        Panel("Rate, MiB/s, by the number of slots", "rate", x="slots", series="slot_size"),
        Panel("CPU seconds a GB", "cpu", x="slots", series="slot_size"),
    )
    return Scenario("rings", "Rings: slots × their size, 4 workers", tuple(cases), panels)


SCENARIOS: dict[str, Callable[[bool], Scenario]] = {
    "loopback-plain": loopback_plain,
    "loopback-tls": loopback_tls,
    "headline": headline,
    "shared-link": shared_link,
    "paced": paced_grid,
    "automatic": automatic,
    "stragglers": stragglers,
    "stalls": stalls,
    "faults": faults,
    "seeks": seeks,
    "first-byte": first_byte,
    "small-objects": small_objects,
    "scale": scale,
    "sizes": sizes,
    "rings": rings,
}

# Elements that are asked for their version.
ELEMENTS = tuple(peer.needs for peer in (AUTOMATIC, SOUP, CURL_ELEMENT))
TOOLS = ("curl", "aria2c", "axel")
