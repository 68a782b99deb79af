"""The whole stack: started together, written down, stopped together."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import psutil

from devstack import services, state
from devstack.layout import stack_folder
from devstack.processes import (
    NotStarted,
    Service,
    Started,
    free_port,
    kill,
    launch,
    resident_bytes,
    stop,
    wait_until_gone,
    wait_until_ready,
)
from devstack.state import Addresses, State

BOT_TOKEN: Final = "7000000001:local-stack-token-of-the-telegram-double"  # noqa: S105 - of the double only
BOT_USERNAME: Final = "x1walletwatchbot"
STOP_SIGNALS: Final = {"postgres": signal.SIGINT}
START_ORDER: Final = ("postgres", "valkey", "chain", "telegram", "rates", "localstack")
EXTERNAL: Final[Mapping[str, str]] = {
    "postgres": "DATABASE_URL",
    "valkey": "REDIS_URL",
    "chain": "RPC_URL",
    "localstack": "LOCALSTACK_URL",
}
"""Variables that name a server to be used in place of our own."""
OWNER_STOP_SECONDS: Final = 60.0


class StackBusy(Exception):
    """The stack in this folder runs already, or another launcher is starting or stopping it."""


class Stack:
    """The services of one folder.

    Each runs in a session of its own and outlives its starter. `state.json` says what runs; a process is only
    touched if its pid and its time of creation are those written down, so that a stale file harms nobody.
    The variables of `EXTERNAL` in the environment name servers that take the place of our own.

    Args:
        folder: Where all data go.
        port_base: First of the services' ports, in the order of `START_ORDER`; free ports by default.
    """

    def __init__(self, folder: Path | None = None, *, port_base: int | None = None) -> None:
        self.folder = folder or stack_folder()
        self._port_base = port_base
        self._state = state.read(self._file)

    @property
    def addresses(self) -> Addresses:
        """Where the services are.

        Raises:
            NotStarted: The stack does not run.
        """
        return self._known.addresses

    @property
    def function_logs(self) -> Path:
        """A folder for each function, a file for each of its environments."""
        return self.folder / "functions"

    def start(self, *, fresh: bool = False) -> Self:
        """Start all services, after ending what a launcher that was killed left.

        Args:
            fresh: Begin without the data of an earlier run.

        Raises:
            NotStarted: A service did not come up; the others are stopped again.
            StackBusy: The stack runs, or another launcher is at work in this folder.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # PostgreSQL runs as another user under root, and has to reach its folder.
        self.folder.chmod(0o755)
        with self._exclusive():
            self._state = state.read(self._file)
            if self._in_use():
                raise StackBusy(f"a stack runs in {self.folder} already: make down ends it")
            self._stop()
            if fresh:
                self._forget()
            self._start()
        return self

    def keep(self) -> None:
        """Let it run on after this process has ended."""
        self._write(replace(self._known, kept=True))

    def stop(self) -> None:
        """Stop all services in the opposite order. Safe to repeat.

        A launcher that stays with its stack, such as the demo, is ended first.
        """
        if not self.folder.exists():
            return
        self._state = state.read(self._file)
        if self._state is not None and not self._state.kept:
            owner = self._state.owner.find()
            if owner is not None and owner.pid != os.getpid():
                owner.terminate()
                wait_until_gone([owner], OWNER_STOP_SECONDS)
        with self._exclusive():
            self._stop()

    def running(self) -> Mapping[str, bool]:
        """By service, whether its process lives."""
        processes = self._state.processes if self._state is not None else ()
        return {started.name: started.find() is not None for started in processes}

    def memory(self) -> Mapping[str, int]:
        """By service, the resident bytes of its processes."""
        return {started.name: resident_bytes(started) for started in self._known.processes}

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
        """Kill a service if it runs, and start it again on its port and with its data."""
        kill(self._process(name))
        service = self._services(self._known.ports)[name]()
        started = launch(service)
        processes = tuple(started if old.name == name else old for old in self._known.processes)
        self._write(replace(self._known, processes=processes))
        wait_until_ready(service, started)

    def attach(self, service: Service) -> None:
        """Start one more service, in place of its last start. It is stopped with the others.

        Raises:
            NotStarted: The stack does not run, or the service did not come up.
            StackBusy: Another launcher is at work in this folder.
        """
        with self._exclusive():
            self._state = state.read(self._file)
            others = tuple(started for started in self._known.processes if started.name != service.name)
            for started in set(self._known.processes).difference(others):
                stop(started, service.stop_signal)
            started = launch(service)
            self._write(replace(self._known, processes=(*others, started)))
            try:
                wait_until_ready(service, started)
            except BaseException:
                stop(started, service.stop_signal)
                self._write(replace(self._known, processes=others))
                raise

    def clear(self) -> None:
        """Forget all data; the stack must be stopped."""
        shutil.rmtree(self._postgres_folder, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _known(self) -> State:
        if self._state is None:
            raise NotStarted(f"no stack runs in {self.folder}")
        return self._state

    def _in_use(self) -> bool:
        """Whether it runs and is wanted: it was left running on purpose, or its launcher is still there."""
        if self._state is None:
            return False
        if self._state.kept:
            return any(self.running().values())
        owner = self._state.owner.find()
        return owner is not None and owner.pid != os.getpid()

    def _start(self) -> None:
        external = {name: url for name, variable in EXTERNAL.items() if (url := os.environ.get(variable))}
        ports = {name: self._port(name) for name in START_ORDER}
        addresses = _addresses(ports, external)
        owner = Started.of("launcher", os.getpid())
        if "localstack" not in external:
            shutil.rmtree(self.function_logs, ignore_errors=True)
        builders = self._services(ports)
        launched: list[tuple[Service, Started]] = []
        try:
            for name in START_ORDER:
                if name not in external:
                    service = builders[name]()
                    launched.append((service, launch(service)))
                    processes = tuple(started for _, started in launched)
                    self._write(State(ports, addresses, processes, owner, kept=False))
            for service, started in launched:
                wait_until_ready(service, started)
        except BaseException:
            self._stop()
            raise

    def _port(self, name: str) -> int:
        """The port named in the environment (`STACK_POSTGRES_PORT` and so on), by the base, or a free one."""
        fixed = os.environ.get(f"STACK_{name.upper()}_PORT")
        if fixed:
            return int(fixed)
        return free_port() if self._port_base is None else self._port_base + START_ORDER.index(name)

    def _services(self, ports: Mapping[str, int]) -> Mapping[str, Callable[[], Service]]:
        def folder(name: str) -> Path:
            return self.folder / name

        return {
            "postgres": lambda: services.postgres(self._postgres_folder, ports["postgres"]),
            "valkey": lambda: services.valkey(folder("valkey"), ports["valkey"]),
            "chain": lambda: services.svm_node(folder("chain"), ports["chain"]),
            "telegram": lambda: services.telegram_double(
                folder("telegram"), ports["telegram"], BOT_TOKEN, BOT_USERNAME
            ),
            "rates": lambda: services.rates_double(folder("rates"), ports["rates"]),
            "localstack": lambda: services.localstack(
                folder("localstack"), ports["localstack"], self.function_logs
            ),
        }

    def _stop(self) -> None:
        self._state = state.read(self._file)
        if self._state is not None:
            for started in reversed(self._state.processes):
                stop(started, STOP_SIGNALS.get(started.name, signal.SIGTERM))
            self._file.unlink(missing_ok=True)
        self._state = None

    def _forget(self) -> None:
        """Remove all data but the lock, which is held."""
        shutil.rmtree(self._postgres_folder, ignore_errors=True)
        for name in START_ORDER:
            shutil.rmtree(self.folder / name, ignore_errors=True)

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

    def _write(self, new: State) -> None:
        self._state = new
        state.write(self._file, new)


def _addresses(ports: Mapping[str, int], external: Mapping[str, str]) -> Addresses:
    rpc_url = external.get("chain") or f"http://127.0.0.1:{ports['chain']}"
    return Addresses(
        database_url=external.get("postgres") or services.database_url(ports["postgres"]),
        redis_url=external.get("valkey") or f"redis://127.0.0.1:{ports['valkey']}/0",
        rpc_url=rpc_url,
        rpc_ws_url=os.environ.get("RPC_WS_URL") or rpc_url.replace("http", "ws", 1),
        telegram_url=f"http://127.0.0.1:{ports['telegram']}",
        fx_rates_url=f"http://127.0.0.1:{ports['rates']}/v6/latest/USD",
        aws_url=external.get("localstack") or f"http://127.0.0.1:{ports['localstack']}",
    )
