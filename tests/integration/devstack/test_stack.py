"""The stack's services start together, end together, and survive what tests do to them."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from devstack.layout import LAMBDA_RUNTIME, LOCALSTACK_PYTHON
from devstack.processes import NotStarted, Started, stop
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
