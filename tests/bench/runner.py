# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Runs: a server and a client for each, in turns, every peer once in each turn."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model import Case, Job, Load, Peer, Scenario

Json = dict[str, Any]

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class Bench:
    """What all runs have in common."""

    build: Path
    work: Path  # a folder in memory, for what peers write
    available: frozenset[str]  # elements and tools
    quick: bool

    @property
    def environment(self) -> dict[str, str]:
        environment = {
            name: value for name, value in os.environ.items() if name.lower() not in PROXIES
        }
        environment["GST_PLUGIN_PATH"] = str(self.build / "gst")
        environment["GST_REGISTRY"] = str(self.work / "registry.bin")
        environment["GST_REGISTRY_FORK"] = "no"
        return environment

    def readable(self, command: list[str]) -> str:
        """The command without the folders of this machine."""
        places = ((str(self.build), "$BUILD"), (str(self.work), "$WORK"))
        words = []
        for word in command:
            for place, name in places:
                word = word.replace(place, name)
            words.append(f"'{word}'" if " " in word else word)
        return " ".join(words)


def server_command(bench: Bench, load: Load, turn: int) -> list[str]:
    command = [
        str(bench.build / "tests/support/rf-test-server"),
        "--until-eof",
        "--cached",
        f"--size={load.size}",
        f"--image-size={load.image_size}",
    ]
    settings = {"latency-ms": load.latency_ms, "rate": load.rate, "link-rate": load.link_rate}
    command += [f"--{name}={value}" for name, value in settings.items() if value]
    if load.tls:
        command += [f"--tls-cert={bench.work}/server.pem", f"--tls-key={bench.work}/server.key"]
    return command + [option.replace("{turn}", str(turn)) for option in load.faults]


class Server:
    """A server of one object, and afterwards what it has counted."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.uri = self.process.stdout.readline().strip()
        self.counts: dict[str, int] = {}
        if not self.uri:
            raise RuntimeError(self.end() or "the server does not start")

    def end(self) -> str:
        """Ends the server and returns what it has said."""
        _, said = self.process.communicate()
        for line in said.splitlines():
            name, _, value = line.partition("=")
            if value.isdigit():
                self.counts[name] = int(value)
        return said


@contextmanager
def serve(command: list[str]) -> Iterator[Server]:
    server = Server(command)
    try:
        yield server
    finally:
        server.end()


def execute(bench: Bench, command: list[str], timeout: int) -> tuple[Json, str]:
    """What a program reports, and what it says besides."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=bench.environment,
        start_new_session=True,
    )
    try:
        output, said = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return {"error": f"took longer than {timeout} s", "timed_out": True}, ""
    try:
        report = json.loads(output)
    except json.JSONDecodeError:
        report = {"error": f"ended with status {process.returncode}: {said.strip()[-200:]}"}
    return report, said


def sha256_of(stream: Any) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def sha256_of_object(bench: Bench, load: Load) -> str:
    """As a plain GET of it has."""
    plain = Load(load.size)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with serve(server_command(bench, plain, 0)) as server, opener.open(server.uri) as answer:
        return sha256_of(answer)


def received_bytes(job: Job, said: str) -> int:
    """How much a tool got: what it wrote, or what it says."""
    if job.output.exists():
        return job.output.stat().st_size * max(1, job.work.objects)
    return sum(int(line) for line in said.split() if line.isdigit())


def check_tool(bench: Bench, job: Job, report: Json, said: str) -> None:
    """A tool that is content may still have got something else."""
    if "error" in report:
        report["error"] += ": " + said.strip()[-200:] if said.strip() else ""
        return
    report["bytes"] = received_bytes(job, said)
    wanted = job.load.size * max(1, job.work.objects)
    if report["bytes"] != wanted:
        report["error"] = f"{report['bytes']} of {wanted} bytes came"
    elif job.verify:
        with open(job.output, "rb") as output:
            if sha256_of(output) != sha256_of_object(bench, job.load):
                report["error"] = "wrong content came"


def run(bench: Bench, case: Case, peer: Peer, turn: int) -> Json:
    """One peer, once. A run that fails is a result too."""
    folder = bench.work / "output"
    folder.mkdir()
    try:
        with serve(server_command(bench, case.load, turn)) as server:
            job = Job(
                case.load, case.work, server.uri, bench.build, folder / "object",
                bench.work / "ca.pem", bench.quick,
            )  # fmt: skip
            command = peer.command(job)
            report, said = execute(bench, command, case.timeout)
            if peer.kind == "tool":
                check_tool(bench, job, report, said)
    except RuntimeError as error:
        return {"error": f"server: {error}".strip(), "command": "", "turn": turn, "server": {}}
    finally:
        shutil.rmtree(folder)
    report["turn"] = turn
    if case.work.objects:
        report["objects"] = case.work.objects
    report["server"] = server.counts
    report["command"] = bench.readable(command)
    return report


def run_case(bench: Bench, scenario: Scenario, case: Case, turns: int, say: Any) -> Json:
    """All peers, once in each turn; each turn begins with another one."""
    runs: dict[str, list[Json]] = {peer.name: [] for peer in case.peers}
    for turn in range(turns):
        shift = turn % len(case.peers)
        for peer in case.peers[shift:] + case.peers[:shift]:
            if peer.needs and peer.needs not in bench.available:
                continue
            if any(result.get("timed_out") for result in runs[peer.name]):
                continue  # it would again take all of its time
            result = run(bench, case, peer, turn)
            runs[peer.name].append(result)
            say(scenario, case, peer, result)
    return {
        "name": case.name,
        "values": case.values,
        "ideal": case.ideal,
        "turns": turns,
        "server": bench.readable(server_command(bench, case.load, 0)),
        "peers": [
            {"name": peer.name, "kind": peer.kind, "ours": peer.is_ours, "runs": runs[peer.name]}
            for peer in case.peers
        ],
    }


def run_scenario(bench: Bench, scenario: Scenario, turns: int, say: Any) -> Json:
    """`turns` 0: as many as the scenario has."""
    cases = [
        run_case(bench, scenario, case, turns or case.turns or scenario.turns, say)
        for case in scenario.cases
    ]
    return {
        "name": scenario.name,
        "title": scenario.title,
        "metric": scenario.metric,
        "cases": cases,
    }
