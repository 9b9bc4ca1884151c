# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What is written: a table for the terminal, and the same as Markdown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

GIB = 1 << 30


@dataclass(frozen=True)
class Column:
    title: str
    metric: str
    form: str  # as in format()


COLUMNS = (
    Column("MiB/s", "rate", ".0f"),
    Column("settled", "settled", ".0f"),
    Column("of ideal", "of_ideal", ".3f"),
    Column("objects/s", "objects_rate", ".0f"),
    Column("CPU s/GB", "cpu", ".3f"),
    Column("user", "user", ".3f"),
    Column("system", "system", ".3f"),
    Column("peak MiB", "rss_mib", ".0f"),
    Column("grown MiB", "rss_over_mib", ".0f"),
    Column("first byte ms", "first_byte_ms", ".1f"),
    Column("seek ms", "seek_ms", ".1f"),
    Column("longest", "seek_max_ms", ".1f"),
    Column("connections", "connections", ".0f"),
    Column("requests", "requests", ".0f"),
    Column("threads", "threads", ".0f"),
    Column("spread", "spread", ".2f"),
)

def ratio_text(peer: Json) -> str:
    """How many times better ringfetchsrc is; where it is not, that is marked."""
    if peer["ratio"] is None:
        return "–"
    return f"{peer['ratio']:.2f}" + (" ◄ worse" if peer["ratio"] < 0.995 else "")


def note(peer: Json) -> str:
    if not peer["runs"]:
        return "not installed"
    if not peer["failed"]:
        return ""
    return f"{peer['failed']} of {len(peer['runs'])} failed: " + "; ".join(peer["errors"])


def has_many_streams(scenario: Json) -> bool:
    runs = (run for case in scenario["cases"] for peer in case["peers"] for run in peer["runs"])
    return any("objects" not in run and len(run.get("ends", ())) > 1 for run in runs)


def is_present(column: Column, scenario: Json) -> bool:
    return any(
        column.metric in peer["median"] for case in scenario["cases"] for peer in case["peers"]
    )


def chosen_columns(scenario: Json) -> list[Column]:
    hidden = () if has_many_streams(scenario) else ("spread", "threads")
    return [
        column
        for column in COLUMNS
        if column.metric not in hidden and is_present(column, scenario)
    ]


def cells(columns: list[Column], peer: Json) -> list[str]:
    return [
        format(peer["median"][column.metric], column.form)
        if column.metric in peer["median"]
        else "–"
        for column in columns
    ]


def table(scenario: Json) -> list[list[str]]:
    """Title row and rows."""
    columns = chosen_columns(scenario)
    heads = ["case", "who", *(column.title for column in columns), "ratio", "of best", "runs", ""]
    rows = [heads]
    for case in scenario["cases"]:
        for peer in case["peers"]:
            best = "–" if peer["of_best"] is None else f"{peer['of_best']:.2f}"
            good = len(peer["runs"]) - peer["failed"]
            rows.append(
                [case["name"], peer["name"], *cells(columns, peer), ratio_text(peer), best,
                 str(good), note(peer)]
            )  # fmt: skip
    return rows


def terminal_table(scenario: Json) -> str:
    rows = table(scenario)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows]
    return "\n".join(["", f"== {scenario['name']}: {scenario['title']}", *lines])


def markdown_row(row: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def markdown_commands(scenario: Json) -> list[str]:
    """Of the first case: what the server and each peer were started with."""
    case = scenario["cases"][0]
    commands = [case["server"]]
    commands += [peer["runs"][0]["command"] for peer in case["peers"] if peer["runs"]]
    indented = [f"    {command}" for command in commands]
    return [f"Commands of the first case, *{case['name']}*:", "", *indented, ""]


def markdown_scenario(scenario: Json) -> list[str]:
    head, *rows = table(scenario)
    lines = [f"## {scenario['name']}: {scenario['title']}", ""]
    lines += [markdown_row(head), markdown_row(["---"] * len(head))]
    lines += [markdown_row(row) for row in rows]
    lines += ["", f"![{scenario['title']}]({scenario['name']}.svg)", ""]
    return lines + markdown_commands(scenario)


def machine_lines(results: Json) -> list[str]:
    machine = results["machine"]
    build = results["build"]
    return [
        f"- {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_bytes'] / GIB:.0f} GiB of memory",
        f"- {machine['system']}, Linux {machine['kernel']}, load before: "
        f"{machine['load_before']:.2f}",
        f"- RingFetch {build['commit']}, buildtype {build['buildtype']}",
        *(f"- {name}: {version}" for name, version in results["versions"].items()),
    ]


def markdown(results: Json) -> str:
    lines = ["# Results", "", f"Made by `{results['command']}`, {results['began']}.", ""]
    lines += machine_lines(results) + [""]
    for scenario in results["scenarios"]:
        lines += markdown_scenario(scenario)
    return "\n".join(lines)


def progress(say: Callable[[str], None]) -> Callable[..., None]:
    """Says of each run what has come of it."""

    def tell(scenario: Any, case: Any, peer: Any, run: Json) -> None:
        outcome = run.get("error") or f"{run['seconds']:.3f} s"
        say(f"{scenario.name}: {case.name}: {peer.name}: {outcome}")

    return tell
