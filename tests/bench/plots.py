# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Diagrams, one SVG for each scenario, drawn by gnuplot."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from model import KIB, Panel, Scenario

Json = dict[str, Any]

# Rows, each with its label or x and one value for each series; None: there is none.
Table = tuple[list[str], list[tuple[str, list[float | None]]]]

PANEL_WIDTH = 460
PANEL_HEIGHT = 330
MAX_COLUMNS = 3
MISSING = "?"

HEADER = """\
set terminal svg size {width},{height} dynamic enhanced background rgb 'white' font 'sans,11'
set encoding utf8
set output '{output}'
set datafile missing '{missing}'
set style fill solid 0.8 border -1
set boxwidth 0.9
set grid ytics
set key noenhanced outside bottom center horizontal font ',9'
set multiplot layout {rows},{columns}
"""

BARS = """\
unset logscale
set xrange [*:*]
set yrange [0:*]
set style data histogram
set style histogram clustered gap 1
set xtics noenhanced
set title "{title}" noenhanced
plot {curves}
"""

LINES = """\
set logscale x 2
set xrange [*:*]
{y_axis}
set style data linespoints
set xtics autofreq
set title "{title}" noenhanced
plot {curves}
"""

LINEAR_Y = "unset logscale y\nset yrange [0:*]"
LOGARITHMIC_Y = "set logscale y\nset yrange [*:*]"


def is_chosen(panel: Panel, case: Json) -> bool:
    return all(case["values"].get(key) == value for key, value in panel.select)


def series_name(panel: Panel, case: Json, peer: Json) -> str:
    """Peers whose settings are what the x axis shows are one series."""
    name: str = peer["name"]
    if panel.x in ("connections", "slots"):
        for mark in (" × ", " num-workers=", " num-slots="):
            name = name.partition(mark)[0]
        if peer["kind"] == "element" and panel.x == "connections":
            name += " num-workers=x" if "num-workers" in peer["name"] else ""
    if panel.series:
        name += f", {case['values'][panel.series] / KIB:g} KiB"
    return name


def collect(panel: Panel, cases: list[Json]) -> dict[str, dict[str, float]]:
    """For each series the values by the label or x of the case."""
    found: dict[str, dict[str, float]] = {}
    for case in cases:
        if not is_chosen(panel, case) or (panel.x and panel.x not in case["values"]):
            continue
        key = f"{case['values'][panel.x]:g}" if panel.x else case["name"]
        for peer in case["peers"]:
            value = peer["median"].get(panel.metric)
            if value is not None:
                found.setdefault(series_name(panel, case, peer), {})[key] = value
    return found


def level_series(panel: Panel, cases: list[Json], keys: list[str]) -> dict[str, dict[str, float]]:
    """Cases without an x are the same for every x: level lines."""
    found: dict[str, dict[str, float]] = {}
    for case in cases:
        if not panel.x or panel.x in case["values"] or not is_chosen(panel, case):
            continue
        for peer in case["peers"]:
            value = peer["median"].get(panel.metric)
            if value is not None:
                found[f"{peer['name']} (automatic)"] = dict.fromkeys(keys, value)
    return found


def make_table(panel: Panel, cases: list[Json]) -> Table:
    series = collect(panel, cases)
    keys = list(dict.fromkeys(key for values in series.values() for key in values))
    if panel.x:
        keys.sort(key=float)
    series |= level_series(panel, cases, keys)
    names = list(series)
    return names, [(key, [series[name].get(key) for name in names]) for key in keys]


def quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def data_block(number: int, panel: Panel, table: Table) -> str:
    names, rows = table
    lines = [" ".join(["x", *map(quoted, names)])]
    for key, values in rows:
        cells = [MISSING if value is None else f"{value:.6g}" for value in values]
        lines.append(" ".join([key if panel.x else quoted(key), *cells]))
    return f"$data{number} << EOD\n" + "\n".join(lines) + "\nEOD\n"


def curves(number: int, panel: Panel, names: list[str], colours: dict[str, int]) -> str:
    """A series has one colour in all panels."""
    labels = "1:{}" if panel.x else "{}:xtic(1)"
    return ", ".join(
        f"$data{number} using {labels.format(i)} title columnheader({i}) linetype {colours[name]}"
        + (" linewidth 2" if panel.x else "")
        for i, name in enumerate(names, start=2)
    )


def panel_script(number: int, panel: Panel, table: Table, colours: dict[str, int]) -> str:
    template = LINES if panel.x else BARS
    return template.format(
        title=panel.title,
        y_axis=LOGARITHMIC_Y if panel.logarithmic_y else LINEAR_Y,
        curves=curves(number, panel, table[0], colours),
    )


def plot_script(scenario: Scenario, cases: list[Json], output: Path) -> str:
    tables = [(panel, make_table(panel, cases)) for panel in scenario.panels]
    drawn = [(panel, table) for panel, table in tables if table[0]]
    names = dict.fromkeys(name for _, table in drawn for name in table[0])
    colours = {name: i for i, name in enumerate(names, start=1)}
    columns = min(MAX_COLUMNS, max(1, len(drawn)))
    rows = -(-max(1, len(drawn)) // columns)
    header = HEADER.format(
        width=columns * PANEL_WIDTH, height=rows * PANEL_HEIGHT, output=output.name,
        rows=rows, columns=columns, missing=MISSING,
    )  # fmt: skip
    blocks = [data_block(i, panel, table) for i, (panel, table) in enumerate(drawn)]
    scripts = [panel_script(i, panel, table, colours) for i, (panel, table) in enumerate(drawn)]
    return "".join([*blocks, header, *scripts, "unset multiplot\n"])


def draw(scenario: Scenario, cases: list[Json], folder: Path) -> Path:
    """Writes NAME.svg; an error of gnuplot is one."""
    output = folder / f"{scenario.name}.svg"
    subprocess.run(
        ["gnuplot"], input=plot_script(scenario, cases, output), text=True, check=True, cwd=folder
    )
    return output
