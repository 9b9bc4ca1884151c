# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What runs come to: medians, and how ringfetchsrc stands against each peer."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

from model import MIB

Json = dict[str, Any]

GB = 1e9

# Of these more is better, of all others less.
MORE_IS_BETTER = frozenset(("rate", "settled", "of_ideal", "objects_rate"))


def rate(run: Json) -> float:
    return float(run["bytes"] / run["seconds"] / MIB)


def cpu(run: Json) -> float:
    return float((run["user"] + run["system"]) / run["bytes"] * GB)


def spread(run: Json) -> float:
    """How far apart the ends of streams are that began together."""
    return float((max(run["ends"]) - min(run["ends"])) / max(run["ends"]))


# Each of one run. A run that has not what one needs has not this figure.
METRICS: dict[str, Callable[[Json], Any]] = {
    "rate": rate,
    "settled": lambda run: run["settled_rate"] / MIB,
    "cpu": cpu,
    "user": lambda run: run["user"] / run["bytes"] * GB,
    "system": lambda run: run["system"] / run["bytes"] * GB,
    "rss_mib": lambda run: run["max_rss"] / MIB,
    "rss_over_mib": lambda run: (run["max_rss"] - run["base_rss"]) / MIB,
    "first_byte_ms": lambda run: run["first_byte"] * 1000,
    "seek_ms": lambda run: median(run["seeks"]) * 1000,
    "seek_max_ms": lambda run: max(run["seeks"]) * 1000,
    "objects_rate": lambda run: run["objects"] / run["seconds"],
    "threads": lambda run: run["threads"],
    "spread": spread,
    "connections": lambda run: run["server"]["connections"],
    "requests": lambda run: run["server"]["requests"],
}


def figures(run: Json, ideal: float | None) -> dict[str, float]:
    result = {}
    for name, of in METRICS.items():
        try:
            result[name] = float(of(run))
        except (KeyError, ValueError, ZeroDivisionError):
            continue
    if ideal and "rate" in result:
        result["of_ideal"] = result["rate"] * MIB / ideal
    return result


def medians(runs: list[Json], ideal: float | None) -> dict[str, float]:
    good = [figures(run, ideal) for run in runs if "error" not in run]
    names = [name for name in good[0] if all(name in other for other in good)] if good else []
    return {name: median(run[name] for run in good) for name in names}


def times_better(metric: str, ours: dict[str, float], theirs: dict[str, float]) -> float | None:
    """How many times better; below 1 it is worse."""
    if not ours.get(metric) or not theirs.get(metric):
        return None
    ratio = ours[metric] / theirs[metric]
    return ratio if metric in MORE_IS_BETTER else 1 / ratio


def reference(peers: list[Json]) -> Json:
    """Whom the others are compared with: ringfetchsrc as it is without settings, if it is there."""
    ours = [peer for peer in peers if peer["kind"] == "element" and peer["ours"]]
    return next((peer for peer in ours if peer["name"] == "ringfetchsrc"), ours[0])


def summarize_case(case: Json, metric: str) -> None:
    for peer in case["peers"]:
        peer["median"] = medians(peer["runs"], case["ideal"])
        peer["errors"] = sorted({run["error"] for run in peer["runs"] if "error" in run})
        peer["failed"] = sum("error" in run for run in peer["runs"])
    ours = reference(case["peers"])
    best = [
        better
        for peer in case["peers"]
        if peer["kind"] != "limit"
        and (better := times_better(metric, peer["median"], ours["median"])) is not None
    ]
    for peer in case["peers"]:
        peer["ratio"] = times_better(metric, ours["median"], peer["median"])
        own = times_better(metric, peer["median"], ours["median"])
        peer["of_best"] = own / max(best) if own is not None and best else None


def summarize(scenario: Json) -> None:
    for case in scenario["cases"]:
        summarize_case(case, scenario["metric"])
