"""Processes that are started to outlive their starter, and found again by what was written down of them."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

POLL_SECONDS: Final = 0.03
STOP_SECONDS: Final = 10.0
LOG_TAIL_LINES: Final = 25
NOBODY: Final = 65534


class NotStarted(Exception):
    """A service did not come up; the message ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Service:
    """How to run one service.

    Attributes:
        ready: Returns whether it answers; called until it does.
        unprivileged: Run as `nobody` where the starter is root, as PostgreSQL demands.
        stop_signal: What ends it in good order.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready: Callable[[], bool]
    start_seconds: float = 30.0
    unprivileged: bool = False
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def log(self) -> Path:
        """What it prints."""
        return self.folder / f"{self.name}.log"


@dataclass(frozen=True, slots=True)
class Started:
    """A process as written down: the time of its creation tells it from a later one with the same pid."""

    name: str
    pid: int
    created: float

    def find(self) -> psutil.Process | None:
        """The process, if it still runs."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE:
                return process
        except psutil.NoSuchProcess:
            pass
        return None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_open(port: int) -> bool:
    """Whether something listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def launch(service: Service) -> Started:
    """Start a service in a session of its own, without waiting for it."""
    user = NOBODY if service.unprivileged and os.geteuid() == 0 else None
    with service.log.open("ab") as log:
        process = subprocess.Popen(
            service.command,
            env=dict(service.environment),
            cwd=service.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
        )
    # The process outlives this object, which must not complain about that when it goes.
    process.returncode = 0
    return Started(service.name, process.pid, psutil.Process(process.pid).create_time())


def wait_until_ready(service: Service, started: Started) -> None:
    """Wait for a launched service.

    Raises:
        NotStarted: It ended, or took longer than its `start_seconds`.
    """
    deadline = time.monotonic() + service.start_seconds
    while not service.ready():
        if started.find() is None:
            raise NotStarted(f"{service.name} ended\n{tail(service.log)}")
        if time.monotonic() > deadline:
            raise NotStarted(
                f"{service.name} was not ready after {service.start_seconds:.0f} s\n{tail(service.log)}"
            )
        time.sleep(POLL_SECONDS)


def stop(started: Started, stop_signal: signal.Signals) -> None:
    """End a service and all its descendants, in good order if it obeys and by force if not."""
    process = started.find()
    if process is None:
        return
    family = [process, *_descendants(process)]
    with suppress(psutil.NoSuchProcess):
        process.send_signal(stop_signal)
    _, alive = psutil.wait_procs([process], timeout=STOP_SECONDS)
    for survivor in {*alive, *(member for member in family if member.is_running())}:
        with suppress(psutil.NoSuchProcess):
            survivor.kill()
    psutil.wait_procs(family, timeout=STOP_SECONDS)


def kill(started: Started) -> None:
    """End a service as a lost machine would."""
    process = started.find()
    if process is None:
        return
    family = [process, *_descendants(process)]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(family, timeout=STOP_SECONDS)


def tail(log: Path) -> str:
    """The last lines of a log."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])


def _descendants(process: psutil.Process) -> Sequence[psutil.Process]:
    try:
        found: list[psutil.Process] = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return found
