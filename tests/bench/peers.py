# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Who is measured, and the command of each."""

from __future__ import annotations

from model import MIB, Job, Peer

DEFAULT_SLOT_SIZE = 4 * MIB
DEFAULT_SLOTS = 16

# aria2c takes no more.
ARIA2_MAX_CONNECTIONS = 16


def content_options(job: Job) -> list[str]:
    options = ["--size", str(job.load.size), "--image-size", str(job.load.image_size)]
    return options + (["--verify"] if job.verify else [])


def trust_of(factory: str, job: Job) -> str:
    """How an element is told what to trust; souphttpsrc takes no file, only an object."""
    if not job.load.tls:
        return ""
    return " ssl-strict=false" if factory == "souphttpsrc" else f" ssl-ca-file={job.authority}"


def element(description: str) -> Peer:
    factory = description.split()[0]

    def command(job: Job) -> list[str]:
        work = job.work
        return [
            str(job.build / "tests/bench/rf-bench-pipeline"),
            "--element", description + trust_of(factory, job),
            "--location", job.uri,
            "--count", str(work.count),
            "--objects", str(work.objects),
            "--seeks", str(work.seeks),
            *content_options(job),
        ]  # fmt: skip

    return Peer(description, factory, command, "element")


def ringfetch(workers: int = 0, slots: int = 0, slot_size: int = 0) -> Peer:
    settings = {"num-workers": workers, "num-slots": slots, "slot-size": slot_size}
    chosen = "".join(f" {name}={value}" for name, value in settings.items() if value)
    return element("ringfetchsrc" + chosen)


def receive(
    connections: int,
    slots: int = DEFAULT_SLOTS,
    slot_size: int = DEFAULT_SLOT_SIZE,
    whole: bool = False,
    hot: bool = False,
) -> Peer:
    """Fills the slots of a ring in turn, or, `hot`, the same one of each connection again and again.
    `whole`: by one request, which fills the same slot all the time, instead of one for each slot."""

    def command(job: Job) -> list[str]:
        return [
            str(job.build / "tests/bench/rf-bench-recv"),
            "--location", job.uri,
            "--connections", str(connections),
            "--slot-size", str(slot_size),
            "--num-slots", str(max(slots, connections)),
            "--request-size", str(job.load.size if whole else slot_size),
            *(["--hot"] if hot else []),
            *content_options(job),
        ]  # fmt: skip

    name = "recv(), one request" if whole else f"recv() × {connections}{', hot' if hot else ''}"
    return Peer(name, "", command, "limit")


def tool(name: str, needs: str, arguments: object) -> Peer:
    def command(job: Job) -> list[str]:
        assert callable(arguments)
        return [str(job.build / "tests/bench/rf-bench-tool"), needs, *arguments(job)]

    return Peer(name, needs, command, "tool")


def curl_arguments(job: Job) -> list[str]:
    output = str(job.output) if job.verify else "/dev/null"
    uris = [f"{job.uri}/{i}" for i in range(job.work.objects)] or [job.uri]
    trust = ["--cacert", str(job.authority)] if job.load.tls else []
    transfers = [word for uri in uris for word in ("-o", output, uri)]
    return ["-sSf", "-w", "%{size_download}\\n", *trust, *transfers]


def curl() -> Peer:
    return tool("curl", "curl", curl_arguments)


def aria2(connections: int) -> Peer:
    def arguments(job: Job) -> list[str]:
        return [
            "--no-conf", "--quiet", "--file-allocation=none", "--allow-overwrite=true",
            f"--max-connection-per-server={connections}", f"--split={connections}",
            "--min-split-size=1M",
            *([f"--ca-certificate={job.authority}"] if job.load.tls else []),
            f"--dir={job.output.parent}", f"--out={job.output.name}", job.uri,
        ]  # fmt: skip

    return tool(f"aria2c × {connections}", "aria2c", arguments)


def axel(connections: int) -> Peer:
    def arguments(job: Job) -> list[str]:
        trust = ["--insecure"] if job.load.tls else []  # it finds no address in a certificate
        return ["-q", *trust, "-n", str(connections), "-o", str(job.output), job.uri]

    return tool(f"axel × {connections}", "axel", arguments)


SOUP = element("souphttpsrc")
CURL_ELEMENT = element("curlhttpsrc")
AUTOMATIC = ringfetch()
