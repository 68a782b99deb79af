"""PostgreSQL and Valkey for tests: the stack's own, or external ones named in the environment.

Set `TEST_DATABASE_URL` or `TEST_REDIS_URL` to use a server that runs already; tests that kill servers always
start their own. The fixtures come with `from tests.servers import ...` in a conftest.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from devstack import services
from devstack.deploy import client
from devstack.layout import LAMBDA_RUNTIME, LOCALSTACK_PYTHON
from devstack.processes import Service, Started, free_port, kill, launch, stop, wait_until_ready


class Server:
    """A service that can be killed, and started again on its port with its data."""

    def __init__(self, service: Service, url: str) -> None:
        self.url = url
        self._service = service
        self._started: Started | None = None

    def start(self) -> None:
        self._started = launch(self._service)
        wait_until_ready(self._service, self._started)

    def stop(self) -> None:
        """End it in good order."""
        if self._started is not None:
            stop(self._started, self._service.stop_signal)
            self._started = None

    def kill(self) -> None:
        """End it and its children at once, as a lost machine would."""
        if self._started is not None:
            kill(self._started)
            self._started = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let it answer nothing, with its connections open."""
        assert self._started is not None
        process = psutil.Process(self._started.pid)
        family = [process, *process.children(recursive=True)]
        for member in family:
            member.suspend()
        try:
            yield
        finally:
            for member in family:
                member.resume()


@contextmanager
def _running(name: str) -> Iterator[Server]:
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="walletwatch-", dir=memory if memory.is_dir() else None))
    folder.chmod(0o755)
    port = free_port()
    if name == "postgres":
        server = Server(services.postgres(folder / name, port), services.database_url(port))
    else:
        server = Server(services.valkey(folder / name, port), f"redis://127.0.0.1:{port}/0")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server for the whole session; make databases of your own on it."""
    external = os.environ.get("TEST_DATABASE_URL")
    if external:
        yield external
        return
    with _running("postgres") as server:
        yield server.url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server for the whole session; a test may empty its database."""
    external = os.environ.get("TEST_REDIS_URL")
    if external:
        yield external
        return
    with _running("valkey") as server:
        yield server.url


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


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    """A LocalStack for the whole session; `TEST_AWS_URL` names one that runs already."""
    external = os.environ.get("TEST_AWS_URL")
    if external:
        yield external
        return
    if not (LOCALSTACK_PYTHON.exists() and LAMBDA_RUNTIME.exists()):
        pytest.skip("LocalStack's environment is not installed: make setup")
    folder = Path(tempfile.mkdtemp(prefix="walletwatch-"))
    port = free_port()
    server = Server(services.localstack(folder, port, folder / "functions"), f"http://127.0.0.1:{port}")
    try:
        server.start()
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def bucket(aws_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket for one test, at which boto3 arrives by itself."""
    for name, value in {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": services.REGION,
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"test-{uuid.uuid4().hex}"
    s3 = client("s3", aws_url)
    s3.create_bucket(Bucket=name)
    yield name
    for found in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=found["Key"])
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def mortal_postgres() -> Iterator[Server]:
    """A server that the test may kill."""
    with _running("postgres") as server:
        yield server


@pytest.fixture
def mortal_valkey() -> Iterator[Server]:
    """A server that the test may kill."""
    with _running("valkey") as server:
        yield server
