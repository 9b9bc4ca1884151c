# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Where it was measured, and with which versions."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

Json = dict[str, Any]

# Their versions matter to the elements and tools that stand on them.
PACKAGES = ("libcurl4", "libcurl4t64", "libsoup-3.0-0", "libglib2.0-0", "libglib2.0-0t64")


def output_of(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def processor() -> str:
    for line in output_of("env", "LC_ALL=C", "lscpu").splitlines():
        name, _, value = line.partition(":")
        if name == "Model name":
            return value.strip()
    return platform.machine()


def memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def system_name() -> str:
    release = platform.freedesktop_os_release()
    return release.get("PRETTY_NAME", "Linux")


def describe_machine() -> Json:
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": memory_bytes(),
        "kernel": platform.release(),
        "system": system_name(),
        "load_before": os.getloadavg()[0],
    }


def tool_versions(tools: tuple[str, ...]) -> dict[str, str]:
    there = [tool for tool in tools if shutil.which(tool)]
    return {tool: output_of(tool, "--version").partition("\n")[0] for tool in there}


def package_versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        version = output_of("dpkg-query", "-W", "-f", "${Version}", package)
        if version:
            found[package] = version
    return found


def describe_versions(
    pipeline: Path, environment: dict[str, str], elements: tuple[str, ...], tools: tuple[str, ...]
) -> Json:
    """Elements and tools that are missing are missing here."""
    answer = subprocess.run(
        [str(pipeline), "--versions", *elements],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    versions: dict[str, str] = json.loads(answer.stdout)
    return versions | tool_versions(tools) | package_versions()


def describe_build(build: Path) -> Json:
    """The options of the build that decide how fast it is."""
    options = json.loads((build / "meson-info/intro-buildoptions.json").read_text())
    wanted = ("buildtype", "optimization", "b_ndebug", "b_sanitize")
    chosen = {option["name"]: option["value"] for option in options if option["name"] in wanted}
    source = Path(__file__).resolve().parent
    commit = output_of("git", "-C", str(source), "-c", "safe.directory=*", "describe", "--always",
                       "--dirty")  # fmt: skip
    return {"commit": commit or "unknown", **chosen}
