"""Processes that are started to outlive their starter, and found again by what was written down of them."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import psutil

POLL_SECONDS: Final = 0.03
STOP_SECONDS: Final = 10.0
LOG_TAIL_LINES: Final = 25
NOBODY: Final = 65534
START_MARK: Final = "--- start of"
"""Begins the line of a log after which a new process writes."""
SERVICE_PORTS: Final = (15_000, 32_000)


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

    @classmethod
    def of(cls, name: str, pid: int) -> Self:
        """A process that runs now."""
        return cls(name, pid, psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The process, if it still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1.0
        except psutil.NoSuchProcess:
            return None
        return process if same and _runs(process) else None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on.

    It lies below the range from which the system takes the ports of outgoing connections, so that it is still
    free when a service that was killed is started again.
    """
    while True:
        port = random.randrange(*SERVICE_PORTS)  # noqa: S311 - not a secret
        with socket.socket() as probe:
            # As servers do, so that connections of a former one that still fade away do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def launch(service: Service) -> Started:
    """Start a service in a session of its own, without waiting for it."""
    user = NOBODY if service.unprivileged and os.geteuid() == 0 else None
    with service.log.open("ab") as log:
        log.write(f"{START_MARK} {service.name}\n".encode())
        log.flush()
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
    return Started.of(service.name, process.pid)


def wait_until_ready(service: Service, started: Started) -> None:
    """Wait for a launched service.

    Raises:
        NotStarted: It ended, or took longer than its `start_seconds`.
    """
    deadline = time.monotonic() + service.start_seconds
    while True:
        ready = service.ready()
        # Whoever answers may be another server on the same port.
        if started.find() is None:
            raise NotStarted(f"{service.name} ended\n{tail(service.log)}")
        if ready:
            return
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
    wait_until_gone([process], STOP_SECONDS)
    _kill(family)


def kill(started: Started) -> None:
    """End a service as a lost machine would."""
    process = started.find()
    if process is not None:
        _kill([process, *_descendants(process)])


def _kill(family: Sequence[psutil.Process]) -> None:
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    wait_until_gone(family, STOP_SECONDS)


def wait_until_gone(processes: Sequence[psutil.Process], timeout: float) -> None:
    """Wait for processes to end, for so many seconds at most.

    A zombie has ended: whoever has to wait for it, such as a container's first process, may be late or never
    do it. If that is us, it is done here.
    """
    deadline = time.monotonic() + timeout
    left = list(processes)
    while (left := [process for process in left if not _is_gone(process)]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended; one of our own has its end acknowledged."""
    if _runs(process):
        return False
    if not is_zombie(process.pid):
        return True
    try:
        # A zombie whose other threads are still ending can't be waited for yet, and holds what it held.
        return os.waitpid(process.pid, os.WNOHANG) != (0, 0)
    except ChildProcessError:
        return True


def is_zombie(pid: int) -> bool:
    """Whether a process has ended and its parent has not asked how."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _runs(process: psutil.Process) -> bool:
    return bool(process.is_running()) and not is_zombie(process.pid)


def resident_bytes(started: Started) -> int:
    """Memory of a service and all its descendants; pages they share are counted once for each."""
    process = started.find()
    if process is None:
        return 0
    total = 0
    for member in [process, *_descendants(process)]:
        with suppress(psutil.NoSuchProcess):
            total += member.memory_info().rss
    return total


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
