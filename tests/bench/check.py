# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Whether results are complete: the schema of results.json, and that what is ours worked."""

from __future__ import annotations

import xml.etree.ElementTree
from pathlib import Path
from typing import Any

Json = dict[str, Any]

NUMBER = (int, float)
OPTIONAL_NUMBER = (int, float, type(None))

# A dictionary has these members, and maybe more; a list has members of this kind; "*" are all members.
RUN = {"turn": int, "command": str, "server": dict}
PEER = {
    "name": str,
    "kind": str,
    "ours": bool,
    "runs": [RUN],
    "median": {"*": NUMBER},
    "errors": [str],
    "failed": int,
    "ratio": OPTIONAL_NUMBER,
    "of_best": OPTIONAL_NUMBER,
}
CASE = {
    "name": str,
    "values": {"*": NUMBER},
    "ideal": OPTIONAL_NUMBER,
    "turns": int,
    "server": str,
    "peers": [PEER],
}
SCENARIO = {"name": str, "title": str, "metric": str, "cases": [CASE]}
RESULTS = {
    "schema": int,
    "began": str,
    "command": str,
    "machine": {"processor": str, "cores": int, "memory_bytes": int, "kernel": str},
    "build": {"commit": str, "buildtype": str},
    "versions": {"*": str},
    "scenarios": [SCENARIO],
}


def mismatches(value: Any, schema: Any, place: str) -> list[str]:
    """What of a value is not as the schema says."""
    if isinstance(schema, list):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [m for i, v in enumerate(value) for m in mismatches(v, schema[0], f"{place}[{i}]")]
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            return [f"{place} is no object"]
        keys = value if "*" in schema else schema
        return [
            m
            for key in keys
            for m in mismatches(value.get(key), schema.get(key, schema.get("*")), f"{place}.{key}")
        ]
    return [] if isinstance(value, schema) else [f"{place} is {value!r}"]


def failures(results: Json) -> list[str]:
    """Runs of what is ours that failed, and cases in which nothing of it ran."""
    found = []
    for scenario in results["scenarios"]:
        for case in scenario["cases"]:
            for peer in case["peers"]:
                place = f"{scenario['name']}, {case['name']}, {peer['name']}"
                if peer["ours"]:
                    found += [f"{place}: {error}" for error in peer["errors"]]
                    found += [] if peer["runs"] else [f"{place}: it did not run"]
                elif peer["kind"] == "tool":
                    found += [f"{place}: {e}" for e in peer["errors"] if "wrong content" in e]
    return found


def bad_plots(results: Json, folder: Path) -> list[str]:
    found = []
    for scenario in results["scenarios"]:
        plot = folder / f"{scenario['name']}.svg"
        try:
            root = xml.etree.ElementTree.parse(plot).getroot()
        except (OSError, xml.etree.ElementTree.ParseError) as error:
            found.append(f"{plot.name}: {error}")
            continue
        if not root.tag.endswith("svg"):
            found.append(f"{plot.name} is no SVG")
    return found


def check(results: Json, folder: Path) -> list[str]:
    """All that is wrong."""
    return mismatches(results, RESULTS, "results") + failures(results) + bad_plots(results, folder)
