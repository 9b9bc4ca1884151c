# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What is measured: a scenario has cases, and in each case every peer does the same work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

# The server keeps no more of an object in memory; its content repeats after that.
IMAGE_SIZE = 64 * MIB


@dataclass(frozen=True)
class Load:
    """How the server behaves."""

    size: int
    latency_ms: int = 0
    rate: int = 0  # bytes a second of a connection; 0: no limit
    link_rate: int = 0  # of all of them
    tls: bool = False
    faults: tuple[str, ...] = ()  # further options of the server; {turn} is the number of the turn

    @property
    def image_size(self) -> int:
        return min(self.size, IMAGE_SIZE)


@dataclass(frozen=True)
class Work:
    """What a client does with the object."""

    count: int = 1  # so many clients at once, in one process
    objects: int = 0  # so many objects one after another
    seeks: int = 0  # so many seeks, and no end


@dataclass(frozen=True)
class Job:
    """One run, as a peer has to know it."""

    load: Load
    work: Work
    uri: str
    build: Path  # the build folder
    output: Path  # where a peer may write what it gets
    authority: Path  # the certificate to trust
    verify: bool


@dataclass(frozen=True)
class Peer:
    name: str
    needs: str  # an element or a tool; empty: nothing that could be missing
    command: Callable[[Job], list[str]]
    kind: str  # "element", "tool" or "limit"

    @property
    def is_ours(self) -> bool:
        return self.needs == "ringfetchsrc" or self.kind == "limit"


@dataclass(frozen=True)
class Case:
    name: str
    load: Load
    peers: tuple[Peer, ...]
    work: Work = Work()
    ideal: float | None = None  # bytes a second
    values: dict[str, float] = field(default_factory=dict)  # what the plots have on their axes
    turns: int = 0  # 0: those of the scenario
    timeout: int = 60  # seconds of a run


@dataclass(frozen=True)
class Panel:
    """One diagram. Without `x` it has a group of bars for each case, else a line for each series."""

    title: str
    metric: str
    x: str = ""  # key of the values of a case
    series: str = ""  # key of the values of a case, bytes; empty: a series is a peer
    select: tuple[tuple[str, float], ...] = ()  # only cases with these values
    logarithmic_y: bool = False  # the x axis is in any case


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    cases: tuple[Case, ...]
    panels: tuple[Panel, ...]
    metric: str = "rate"  # what the ratios are of
    turns: int = 3
