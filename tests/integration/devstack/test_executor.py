"""Functions as processes, on a real LocalStack."""

import base64
import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from devstack import services
from devstack.deploy import client
from devstack.layout import LAMBDA_RUNTIME, LOCALSTACK_PYTHON
from devstack.processes import Started, free_port, launch, stop, wait_until_ready

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not (LOCALSTACK_PYTHON.exists() and LAMBDA_RUNTIME.exists()),
        reason="LocalStack's environment is not installed: make setup",
    ),
]

ROLE = "arn:aws:iam::000000000000:role/function"
CODE = """
import os, sys, time, signal, subprocess
import which
started = time.time()
def handler(event, context):
    match event.get("do"):
        case "sleep": time.sleep(event["seconds"])
        case "child": subprocess.Popen(["sleep", "300"])
        case "exit": os._exit(3)
        case "kill": os.kill(os.getpid(), signal.SIGKILL)
        case "raise": raise ValueError("no")
        case "print": print("seen in the log", event["text"])
        case "import":
            import importlib
            importlib.import_module(event["library"])
    return {
        "pid": os.getpid(), "memory": context.memory_limit_in_mb, "which": which.NAME,
        "left": context.get_remaining_time_in_millis(), "setting": os.environ.get("SETTING"),
        "launcher": os.environ.get("LAUNCHER_ONLY"),
        "root": os.environ["LAMBDA_TASK_ROOT"] == os.getcwd(), "name": context.function_name,
    }
"""


@dataclass(frozen=True)
class Lambda:
    """LocalStack's Lambda with the function `code` and a layer deployed."""

    client: Any
    sqs: Any
    process: Started
    logs: Path

    def invoke(self, name: str = "code", **event: object) -> tuple[dict[str, Any], str | None, str]:
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail")
        payload = json.loads(answer["Payload"].read())
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        return payload, answer.get("FunctionError"), log

    def pids(self) -> set[int]:
        process = self.process.find()
        assert process is not None
        return {child.pid for child in process.children(recursive=True)}


def _zip(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def lambda_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lambda]:
    folder = tmp_path_factory.mktemp("localstack")
    os.environ["LAUNCHER_ONLY"] = "must not reach a function"
    port = free_port()
    service = services.localstack(folder, port, folder / "functions")
    started = launch(service)
    try:
        wait_until_ready(service, started)
        url = f"http://127.0.0.1:{port}"
        functions = client("lambda", url)
        layers = [
            functions.publish_layer_version(
                LayerName=name, Content={"ZipFile": _zip({"python/which.py": f"NAME = {name!r}"})}
            )["LayerVersionArn"]
            for name in ("first", "second")
        ]
        functions.create_function(
            FunctionName="code",
            Runtime="python3.13",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": _zip({"app.py": CODE})},
            Layers=layers,
            Timeout=2,
            MemorySize=320,
            Environment={"Variables": {"SETTING": "set"}},
        )
        functions.create_function(
            FunctionName="broken",
            Runtime="python3.13",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": _zip({"app.py": "import not_in_any_layer"})},
            Timeout=2,
        )
        for name in ("code", "broken"):
            functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
        yield Lambda(functions, client("sqs", url), started, folder / "functions")
    finally:
        stop(started, signal.SIGTERM)
        del os.environ["LAUNCHER_ONLY"]


def test_a_function_sees_what_lambda_gives_it_and_nothing_else(lambda_: Lambda) -> None:
    answer, error, _ = lambda_.invoke()
    assert error is None
    assert answer["memory"] == "320"
    assert answer["setting"] == "set"
    assert answer["launcher"] is None
    assert answer["which"] == "second"
    assert answer["root"] is True
    assert answer["name"] == "code"
    assert 1000 < answer["left"] <= 2000


def test_invocations_one_after_the_other_share_a_warm_process(lambda_: Lambda) -> None:
    assert lambda_.invoke()[0]["pid"] == lambda_.invoke()[0]["pid"]


def test_invocations_at_the_same_time_have_processes_of_their_own(lambda_: Lambda) -> None:
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: lambda_.invoke(do="sleep", seconds=0.5)[0], range(2)))
    assert len({answer["pid"] for answer in answers}) == 2


def test_a_function_over_its_timeout_is_killed_and_replaced(lambda_: Lambda) -> None:
    before = lambda_.invoke()[0]["pid"]
    started = time.monotonic()
    answer, error, log = lambda_.invoke(do="sleep", seconds=30)
    assert time.monotonic() - started < 5
    assert error == "Unhandled"
    assert answer["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 2.00 seconds" in answer["errorMessage"]
    assert "Task timed out" in log
    after, error, _ = lambda_.invoke()
    assert error is None
    assert after["pid"] != before
    assert not psutil.pid_exists(before) or before in lambda_.pids()


@pytest.mark.parametrize(("how", "reason"), [("exit", "exit status 3"), ("kill", "signal: SIGKILL")])
def test_a_process_that_dies_fails_its_invocation_at_once(lambda_: Lambda, how: str, reason: str) -> None:
    started = time.monotonic()
    answer, error, _ = lambda_.invoke(do=how)
    assert time.monotonic() - started < 1.5
    assert error == "Unhandled"
    assert answer == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"Runtime exited with error: {reason}",
    }
    assert lambda_.invoke()[1] is None


def test_a_process_killed_while_it_waits_is_replaced(lambda_: Lambda) -> None:
    pid = lambda_.invoke()[0]["pid"]
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    answer, error, _ = lambda_.invoke()
    assert error is None
    assert answer["pid"] != pid


def test_an_exception_is_the_functions_error(lambda_: Lambda) -> None:
    answer, error, _ = lambda_.invoke(do="raise")
    assert error == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "no")


def test_what_a_function_prints_is_in_its_log(lambda_: Lambda) -> None:
    _, _, tail = lambda_.invoke(do="print", text="hello")
    assert "seen in the log hello" in tail
    assert "REPORT RequestId" in tail
    assert any("seen in the log hello" in log.read_text() for log in (lambda_.logs / "code").glob("*.log"))


@pytest.mark.parametrize("library", ["boto3", "localstack", "moto", "walletwatch"])
def test_a_library_that_no_layer_has_is_not_there(lambda_: Lambda, library: str) -> None:
    answer, error, _ = lambda_.invoke(do="import", library=library)
    assert error == "Unhandled"
    assert answer["errorType"] == "ModuleNotFoundError"


def test_a_handler_that_cannot_be_imported_says_so(lambda_: Lambda) -> None:
    answer, error, _ = lambda_.invoke("broken")
    assert error == "Unhandled"
    assert answer["errorType"] == "Runtime.ImportModuleError"
    assert "not_in_any_layer" in answer["errorMessage"]


def test_nothing_outlives_localstack_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    service = services.localstack(tmp_path, port, tmp_path / "functions")
    started = launch(service)
    try:
        wait_until_ready(service, started)
        functions = client("lambda", f"http://127.0.0.1:{port}")
        functions.create_function(
            FunctionName="code",
            Runtime="python3.13",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": _zip({"app.py": CODE, "which.py": "NAME = 'own'"})},
            Timeout=5,
        )
        functions.get_waiter("function_active_v2").wait(FunctionName="code", WaiterConfig={"Delay": 0.1})
        answer = functions.invoke(FunctionName="code", Payload=b'{"do": "child"}')
        pid = json.loads(answer["Payload"].read())["pid"]
        family = [psutil.Process(pid), *psutil.Process(pid).children()]
        assert len(family) == 2
        localstack = started.find()
        assert localstack is not None
        localstack.kill()
        _, alive = psutil.wait_procs(family, timeout=5)
        assert not alive
    finally:
        stop(started, signal.SIGTERM)
