"""The stack's services start together, end together, and survive what tests do to them."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from devstack.layout import LAMBDA_RUNTIME, LOCALSTACK_PYTHON
from devstack.processes import NotStarted, Started, free_port, stop
from devstack.stack import START_ORDER, Stack, StackBusy

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not (LOCALSTACK_PYTHON.exists() and LAMBDA_RUNTIME.exists()),
        reason="LocalStack's environment is not installed: make setup",
    ),
]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "stack")
    yield stack
    stack.stop()
    stack.clear()


@pytest.fixture
def without_localstack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_URL", "http://127.0.0.1:9")


def _pids(stack: Stack) -> set[int]:
    state = json.loads((stack.folder / "state.json").read_text())
    own = {process["pid"] for process in state["processes"]}
    return own | {child.pid for pid in own for child in psutil.Process(pid).children(recursive=True)}


def _alive(pids: set[int]) -> set[int]:
    return {
        pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    }


def test_everything_starts_and_nothing_is_left(stack: Stack) -> None:
    stack.start()
    assert stack.running() == dict.fromkeys(START_ORDER, True)
    pids = _pids(stack)
    assert len(_alive(pids)) >= len(START_ORDER)
    stack.stop()
    assert _alive(pids) == set()
    assert stack.running() == {}
    stack.stop()


@pytest.mark.usefixtures("without_localstack")
def test_what_a_killed_launcher_left_is_ended_by_the_next_start(stack: Stack) -> None:
    script = (
        "import os, pathlib; from devstack.stack import Stack; "
        f"Stack(pathlib.Path({str(stack.folder)!r})).start(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    left = _pids(stack)
    assert _alive(left)
    again = Stack(stack.folder).start()
    try:
        assert _alive(left) == set()
        assert all(again.running().values())
    finally:
        again.stop()


def test_killed_stores_come_back_and_postgresql_has_lost_nothing(stack: Stack) -> None:
    stack.start()
    url = stack.addresses.database_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    stack.kill("postgres")
    stack.kill("valkey")
    assert {name for name, alive in stack.running().items() if not alive} == {"postgres", "valkey"}
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=1)
    stack.restart("postgres")
    stack.restart("valkey")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    client = redis.Redis.from_url(stack.addresses.redis_url)
    assert client.ping()
    client.close()
    if os.geteuid() == 0:
        state = json.loads((stack.folder / "state.json").read_text())
        (postgres,) = [process for process in state["processes"] if process["name"] == "postgres"]
        assert psutil.Process(postgres["pid"]).uids().real != 0


@pytest.mark.usefixtures("without_localstack")
def test_servers_named_in_the_environment_take_the_place_of_our_own(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/database")
    monkeypatch.setenv("RPC_URL", "https://rpc.example")
    stack.start()
    assert set(stack.running()) == {"valkey", "telegram", "rates"}
    assert stack.addresses.aws_url == "http://127.0.0.1:9"
    assert stack.addresses.database_url == "postgresql://elsewhere/database"
    assert stack.addresses.rpc_url == "https://rpc.example"
    assert stack.addresses.rpc_ws_url == "wss://rpc.example"


@pytest.mark.usefixtures("without_localstack")
def test_a_stack_that_is_kept_is_neither_replaced_nor_left_by_its_launcher(stack: Stack) -> None:
    stack.start()
    stack.keep()
    pids = _pids(stack)
    with pytest.raises(StackBusy, match=r"runs in .* already"):
        Stack(stack.folder).start(fresh=True)
    assert _alive(pids) == pids
    Stack(stack.folder).stop()
    assert _alive(pids) == set()


@pytest.mark.usefixtures("without_localstack")
def test_stopping_ends_a_launcher_that_stays_with_its_stack(stack: Stack) -> None:
    script = (
        "import pathlib, signal, sys; from devstack.stack import Stack; "
        "signal.signal(signal.SIGTERM, lambda *_: print('told', flush=True) or sys.exit())\n"
        f"with Stack(pathlib.Path({str(stack.folder)!r})): print('runs', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == "runs\n"
        pids = _pids(stack)
        with pytest.raises(StackBusy):
            stack.start()
        stack.stop()
        assert launcher.stdout.read() == "told\n"
    assert _alive(pids) == set()


@pytest.mark.usefixtures("without_localstack")
def test_a_fresh_start_forgets_and_another_does_not(stack: Stack) -> None:
    def tables() -> list[tuple[str]]:
        with psycopg.connect(stack.addresses.database_url) as connection:
            return connection.execute("SELECT relname FROM pg_class WHERE relname = 'kept'").fetchall()

    stack.start()
    with psycopg.connect(stack.addresses.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept ()")
    stack.stop()
    stack.start()
    assert tables() == [("kept",)]
    stack.stop()
    stack.start(fresh=True)
    assert tables() == []


def test_ports_follow_each_other_from_a_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL", "RPC_URL", "LOCALSTACK_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    base = free_port() - START_ORDER.index("telegram")
    stack = Stack(tmp_path / "stack", port_base=base)
    with stack:
        assert stack.addresses.telegram_url == f"http://127.0.0.1:{base + START_ORDER.index('telegram')}"


def test_a_service_that_does_not_come_up_says_why_and_leaves_nothing(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("STACK_CHAIN_PORT", str(taken.getsockname()[1]))
        with pytest.raises(NotStarted, match=r"(?s)chain ended.*address already in use"):
            stack.start()
    assert stack.running() == {}


def test_a_port_is_not_one_of_outgoing_connections() -> None:
    ports = {free_port() for _ in range(20)}
    assert all(15_000 <= port < 32_000 for port in ports)
    assert len(ports) > 1


def test_two_launchers_do_not_share_a_folder(stack: Stack) -> None:
    stack.folder.mkdir(parents=True)
    with (stack.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StackBusy):
            stack.start()


def test_a_stale_pid_harms_nobody() -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        created = psutil.Process(bystander.pid).create_time()
        stale = Started("valkey", bystander.pid, created - 3600)
        assert stale.find() is None
        stop(stale, signal.SIGTERM)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_stack_that_does_not_run_has_no_addresses(stack: Stack) -> None:
    with pytest.raises(NotStarted):
        _ = stack.addresses
    with pytest.raises(NotStarted):
        stack.kill("postgres")
