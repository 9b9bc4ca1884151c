#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Measures ringfetchsrc beside its peers, on one server, in one run; docs/performance.md has more."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import check
import machine
import plots
import report
from model import Scenario
from runner import Bench, run_scenario
from scenarios import ELEMENTS, SCENARIOS, TOOLS
from summary import summarize

Json = dict[str, Any]

SCHEMA = 1
HERE = Path(__file__).resolve().parent

# Without these nothing can be done; that of meson for a test that is skipped.
NEEDED = ("gnuplot", "openssl")
EXIT_SKIPPED = 77

# Peers that write do so into memory, as far as there is some.
MEMORY = Path("/dev/shm")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="the build folder")
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="for the results")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one")
    parser.add_argument("--turns", type=int, default=0, help="of each scenario")
    parser.add_argument(
        "--quick", action="store_true", help="small objects: checks that everything works"
    )
    return parser.parse_args()


def make_certificates(folder: Path) -> None:
    script = HERE.parent / "support/certificates.sh"
    subprocess.run(
        ["bash", "-euc", '. "$1" && make_certificates "$2"', "bash", str(script), str(folder)],
        check=True,
    )


def prepare(build: Path, work: Path, quick: bool) -> tuple[Bench, dict[str, str]]:
    """Certificates, a warm registry, and who is there."""
    make_certificates(work)
    bare = Bench(build, work, frozenset(), quick)
    versions = machine.describe_versions(
        build / "tests/bench/rf-bench-pipeline", bare.environment, ELEMENTS, TOOLS
    )
    return Bench(build, work, frozenset(versions), quick), versions


def say(text: str) -> None:
    print(text, flush=True)


def write_results(results: Json, folder: Path) -> None:
    text = json.dumps(results, indent=1, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "results.md").write_text(report.markdown(results), encoding="utf-8")


def run_all(
    bench: Bench, scenarios: list[Scenario], turns: int, results: Json, folder: Path
) -> None:
    """What has been measured is written after each scenario: the next may take long."""
    results["scenarios"] = []
    for scenario in scenarios:
        measured = run_scenario(bench, scenario, turns, report.progress(say))
        summarize(measured)
        plots.draw(scenario, measured["cases"], folder)
        say(report.terminal_table(measured) + "\n")
        results["scenarios"].append(measured)
        write_results(results, folder)


def command_line(arguments: argparse.Namespace) -> str:
    """How to repeat it, without the folders of this machine."""
    words = ["tests/bench/run.sh"]
    words += ["--quick"] if arguments.quick else []
    words += [word for name in arguments.scenario or () for word in ("--scenario", name)]
    words += ["--turns", str(arguments.turns)] if arguments.turns else []
    return shlex.join(words)


def main() -> int:
    arguments = parse_arguments()
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        print(f"not installed: {', '.join(missing)}", file=sys.stderr)
        return EXIT_SKIPPED
    build = arguments.build.resolve()
    folder = arguments.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    names = arguments.scenario or list(SCENARIOS)
    scenarios = [SCENARIOS[name](arguments.quick) for name in names]
    results: Json = {
        "schema": SCHEMA,
        "began": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "command": command_line(arguments),
        "machine": machine.describe_machine(),
        "build": machine.describe_build(build),
    }

    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="rf-bench-", dir=memory) as work:
        bench, results["versions"] = prepare(build, Path(work), arguments.quick)
        turns = arguments.turns or (1 if arguments.quick else 0)
        run_all(bench, scenarios, turns, results, folder)
    say(f"Written to {folder}: results.json, results.md, *.svg")

    wrong = check.check(results, folder)
    for line in wrong:
        print(f"FAILED: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
