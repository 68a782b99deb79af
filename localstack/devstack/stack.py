"""The whole stack: started together, written down, stopped together."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import psutil

from devstack import services
from devstack.layout import stack_folder
from devstack.processes import NotStarted, Service, Started, free_port, kill, launch, stop, wait_until_ready

BOT_TOKEN: Final = "7000000001:local-stack-token-of-the-telegram-double"  # noqa: S105 - of the double only
BOT_USERNAME: Final = "x1walletwatchbot"
STOP_SIGNALS: Final = {"postgres": signal.SIGINT}
START_ORDER: Final = ("postgres", "valkey", "chain", "telegram", "localstack")


class StackBusy(Exception):
    """Another launcher is starting or stopping the stack in this folder."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services are."""

    database_url: str
    redis_url: str
    rpc_url: str
    rpc_ws_url: str
    telegram_url: str
    aws_url: str


@dataclass(frozen=True, slots=True)
class _State:
    """What is written down of a running stack."""

    ports: Mapping[str, int]
    addresses: Addresses
    processes: tuple[Started, ...]


class Stack:
    """The services of one folder.

    Each runs in a session of its own and outlives its starter. `state.json` says what runs; a process is only
    touched if its pid and its time of creation are those written down, so that a stale file harms nobody.
    `DATABASE_URL` and `REDIS_URL` in the environment take the place of our own servers.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or stack_folder()
        self._state = self._read()

    @property
    def addresses(self) -> Addresses:
        """Where the services are.

        Raises:
            NotStarted: The stack does not run.
        """
        if self._state is None:
            raise NotStarted(f"no stack runs in {self.folder}")
        return self._state.addresses

    @property
    def function_logs(self) -> Path:
        """A folder for each function, a file for each of its environments."""
        return self.folder / "functions"

    def start(self) -> Self:
        """Start all services on free ports, after ending what an earlier launcher left.

        Raises:
            NotStarted: A service did not come up; the others are stopped again.
            StackBusy: Another launcher is at work in this folder.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # PostgreSQL runs as another user under root, and has to reach its folder.
        self.folder.chmod(0o755)
        with self._exclusive():
            self._stop()
            self._start()
        return self

    def stop(self) -> None:
        """Stop all services in the opposite order. Safe to repeat."""
        if not self.folder.exists():
            return
        with self._exclusive():
            self._stop()

    def running(self) -> Mapping[str, bool]:
        """By service, whether its process lives."""
        if self._state is None:
            return {}
        return {started.name: started.find() is not None for started in self._state.processes}

    def kill(self, name: str) -> None:
        """`kill -9` a service and its children."""
        kill(self._process(name))

    def kill_functions(self) -> int:
        """`kill -9` every process of a Lambda function, busy or not; how many there were."""
        process = self._process("localstack").find()
        if process is None:
            raise NotStarted("LocalStack does not run")
        functions: list[psutil.Process] = process.children()
        for function in functions:
            with contextlib.suppress(psutil.NoSuchProcess):
                function.kill()
        return len(functions)

    def restart(self, name: str) -> None:
        """Start a service that was killed, on its port and with its data."""
        state = self._state
        if state is None:
            raise NotStarted(f"no stack runs in {self.folder}")
        kill(self._process(name))
        service = self._services(state.ports)[name]()
        started = launch(service)
        wait_until_ready(service, started)
        others = tuple(known for known in state.processes if known.name != name)
        self._write(_State(state.ports, state.addresses, (*others, started)))

    def clear(self) -> None:
        """Forget all data; the stack must be stopped."""
        shutil.rmtree(self._postgres_folder, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> None:
        external = {
            name: url
            for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
            if (url := os.environ.get(variable))
        }
        ports = {name: _port(name) for name in START_ORDER}
        shutil.rmtree(self.function_logs, ignore_errors=True)
        builders = self._services(ports)
        launched: list[tuple[Service, Started]] = []
        try:
            for name in START_ORDER:
                if name not in external:
                    service = builders[name]()
                    launched.append((service, launch(service)))
                    self._write(_State(ports, _addresses(ports, external), _processes(launched)))
            for service, started in launched:
                wait_until_ready(service, started)
        except BaseException:
            self._stop()
            raise

    def _services(self, ports: Mapping[str, int]) -> Mapping[str, Callable[[], Service]]:
        def folder(name: str) -> Path:
            return self.folder / name

        return {
            "postgres": lambda: services.postgres(self._postgres_folder, ports["postgres"]),
            "valkey": lambda: services.valkey(folder("valkey"), ports["valkey"]),
            "chain": lambda: services.svm_node(folder("chain"), ports["chain"]),
            "telegram": lambda: services.telegram_double(folder("telegram"), ports["telegram"], BOT_TOKEN),
            "localstack": lambda: services.localstack(
                folder("localstack"), ports["localstack"], self.function_logs
            ),
        }

    def _stop(self) -> None:
        state = self._read()
        if state is not None:
            for started in reversed(state.processes):
                stop(started, STOP_SIGNALS.get(started.name, signal.SIGTERM))
            self._file.unlink(missing_ok=True)
        self._state = None

    def _process(self, name: str) -> Started:
        if self._state is not None:
            for started in self._state.processes:
                if started.name == name:
                    return started
        raise NotStarted(f"{name} is not one of this stack's processes")

    @property
    def _postgres_folder(self) -> Path:
        """Within the stack's folder, unless PostgreSQL's user could not get there.

        Under root it runs as another user, to whom root's home or a test's temporary folder is closed.
        """
        existing = [parent for parent in self.folder.parents if parent.exists()]
        if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in existing):
            return self.folder / "postgres"
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"walletwatch-postgres-{name}"

    @property
    def _file(self) -> Path:
        return self.folder / "state.json"

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackBusy(f"another launcher is at work in {self.folder}") from None
            yield

    def _read(self) -> _State | None:
        try:
            data = json.loads(self._file.read_text())
        except FileNotFoundError:
            return None
        return _State(
            data["ports"],
            Addresses(**data["addresses"]),
            tuple(Started(**process) for process in data["processes"]),
        )

    def _write(self, state: _State) -> None:
        self._state = state
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(state), indent=2))
        partial.rename(self._file)


def _port(name: str) -> int:
    """The port named in the environment (`STACK_POSTGRES_PORT` and so on), or a free one."""
    fixed = os.environ.get(f"STACK_{name.upper()}_PORT")
    return int(fixed) if fixed else free_port()


def _processes(launched: list[tuple[Service, Started]]) -> tuple[Started, ...]:
    return tuple(started for _, started in launched)


def _addresses(ports: Mapping[str, int], external: Mapping[str, str]) -> Addresses:
    return Addresses(
        database_url=external.get("postgres") or services.database_url(ports["postgres"]),
        redis_url=external.get("valkey") or f"redis://127.0.0.1:{ports['valkey']}/0",
        rpc_url=f"http://127.0.0.1:{ports['chain']}",
        rpc_ws_url=f"ws://127.0.0.1:{ports['chain']}",
        telegram_url=f"http://127.0.0.1:{ports['telegram']}",
        aws_url=f"http://127.0.0.1:{ports['localstack']}",
    )
