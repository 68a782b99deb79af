"""Functions as processes, on a real LocalStack."""

import base64
import io
import json
import os
import re
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
        case "orphan":
            print("child", subprocess.Popen(["sleep", "300"]).pid)
            os._exit(0)
        case "exit": os._exit(3)
        case "kill": os.kill(os.getpid(), signal.SIGKILL)
        case "raise": raise ValueError("no")
        case "print": print("seen in the log", event["text"])
        case "fill": print("first", *("." * 99 for _ in range(100)), "last", sep=chr(10))
        case "import":
            import importlib
            importlib.import_module(event["library"])
    return {
        "pid": os.getpid(), "memory": context.memory_limit_in_mb, "which": which.NAME,
        "left": context.get_remaining_time_in_millis(), "setting": os.environ.get("SETTING"),
        "launcher": os.environ.get("LAUNCHER_ONLY"),
        "root": os.environ["LAMBDA_TASK_ROOT"] == os.getcwd(), "name": context.function_name,
        "environment": sorted(os.environ), "input": sys.stdin.read(),
        "runtime": os.environ["AWS_EXECUTION_ENV"], "arn": context.invoked_function_arn,
    }
"""
CONSUMER = """
seen = set()
def handler(event, context):
    failures = []
    for record in event["Records"]:
        print("took", record["body"])
        if record["body"].startswith("bad") and record["body"] not in seen:
            seen.add(record["body"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
"""


@dataclass(frozen=True)
class Lambda:
    """LocalStack's Lambda with the function `code` and a layer deployed."""

    client: Any
    url: str
    process: Started
    logs: Path

    def invoke(self, name: str = "code", **event: object) -> tuple[dict[str, Any], str | None, str]:
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail")
        payload = json.loads(answer["Payload"].read())
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        return payload, answer.get("FunctionError"), log

    def create(self, name: str, files: Mapping[str, str], **settings: object) -> str:
        """A function that is ready to be invoked; its ARN."""
        created = self.client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": _zip(files)},
            **settings,
        )
        self.client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
        return str(created["FunctionArn"])

    def log(self, name: str) -> str:
        return "".join(log.read_text() for log in sorted((self.logs / name).glob("*.log")))

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


@contextmanager
def _running(folder: Path, **environment: str) -> Iterator[Lambda]:
    port = free_port()
    service = services.localstack(folder, port, folder / "functions")
    service = replace(service, environment={**service.environment, **environment})
    started = launch(service)
    try:
        wait_until_ready(service, started)
        url = f"http://127.0.0.1:{port}"
        yield Lambda(client("lambda", url), url, started, folder / "functions")
    finally:
        stop(started, signal.SIGTERM)


@pytest.fixture(scope="module")
def lambda_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lambda]:
    with _running(
        tmp_path_factory.mktemp("localstack"), LAUNCHER_ONLY="must not reach a function"
    ) as lambda_:
        layers = [
            lambda_.client.publish_layer_version(
                LayerName=name, Content={"ZipFile": _zip({"python/which.py": f"NAME = {name!r}"})}
            )["LayerVersionArn"]
            for name in ("first", "second")
        ]
        lambda_.create(
            "code",
            {"app.py": CODE},
            Layers=layers,
            Timeout=2,
            MemorySize=320,
            Environment={"Variables": {"SETTING": "set"}},
        )
        yield lambda_


@pytest.fixture(scope="module")
def slow(lambda_: Lambda) -> Iterator[Future[tuple[dict[str, Any], str | None, str]]]:
    """An invocation of a function that takes too long to start, under way while other tests run."""
    lambda_.create("slow", {"app.py": "import time; time.sleep(60)"}, Timeout=20)
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(lambda_.invoke, "slow")


@pytest.mark.usefixtures("slow")
def test_a_function_sees_what_lambda_gives_it_and_nothing_else(lambda_: Lambda) -> None:
    answer, error, _ = lambda_.invoke()
    assert error is None
    assert answer["memory"] == "320"
    assert answer["setting"] == "set"
    assert answer["launcher"] is None
    assert not [name for name in answer["environment"] if name.startswith(("LOCALSTACK", "PROCESS_EXECUTOR"))]
    assert answer["runtime"] == "AWS_Lambda_python3.13"
    assert answer["arn"].endswith(":function:code")
    assert answer["input"] == ""
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
    assert "Task timed out after 2.00 seconds" in log
    after, error, _ = lambda_.invoke()
    assert error is None
    assert after["pid"] != before
    assert not psutil.pid_exists(before) or before in lambda_.pids()


@pytest.mark.parametrize(("how", "reason"), [("exit", "exit status 3"), ("kill", "signal: killed")])
def test_a_process_that_dies_fails_its_invocation_at_once(lambda_: Lambda, how: str, reason: str) -> None:
    started = time.monotonic()
    answer, error, log = lambda_.invoke(do=how)
    assert time.monotonic() - started < 1.5
    assert error == "Unhandled"
    assert answer["errorType"] == "Runtime.ExitError"
    message = answer["errorMessage"]
    assert re.fullmatch(rf"RequestId: [0-9a-f-]{{36}} Error: Runtime exited with error: {reason}", message)
    assert message in log
    assert lambda_.invoke()[1] is None


def test_a_process_killed_while_it_waits_is_replaced(lambda_: Lambda) -> None:
    pid = lambda_.invoke()[0]["pid"]
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    answer, error, _ = lambda_.invoke()
    assert error is None
    assert answer["pid"] != pid


def test_what_a_function_started_ends_with_it(lambda_: Lambda) -> None:
    _, error, log = lambda_.invoke(do="orphan")
    assert error == "Unhandled"
    found = re.search(r"child (\d+)", log)
    assert found is not None
    assert not psutil.pid_exists(int(found[1])) or psutil.Process(int(found[1])).status() == "zombie"


def test_an_exception_is_the_functions_error(lambda_: Lambda) -> None:
    answer, error, log = lambda_.invoke(do="raise")
    assert error == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "no")
    assert log.count("ValueError: no") == 1


def test_what_a_function_prints_is_in_its_log(lambda_: Lambda) -> None:
    _, _, tail = lambda_.invoke(do="print", text="hello")
    lines = tail.splitlines()
    assert lines[0].startswith("START RequestId: ")
    assert lines[1] == "seen in the log hello"
    assert lines[2].startswith("END RequestId: ")
    assert re.fullmatch(
        r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 320 MB"
        r"(\tInit Duration: [\d.]+ ms)?",
        lines[3],
    )
    assert "seen in the log hello" in lambda_.log("code")


def test_a_long_log_is_whole_in_cloudwatch_and_its_end_is_in_the_answer(lambda_: Lambda) -> None:
    _, _, tail = lambda_.invoke(do="fill")
    assert len(tail) == 4096
    assert "first" not in tail
    assert "last" in tail
    logs = client("logs", lambda_.url)
    deadline = time.monotonic() + 5
    messages: set[str] = set()
    while not {"first\n", "last\n"} <= messages:
        assert time.monotonic() < deadline
        events = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/code")
        messages = {event["message"] for page in events for event in page["events"]}


@pytest.mark.parametrize("library", ["boto3", "localstack", "moto", "walletwatch"])
def test_a_library_that_no_layer_has_is_not_there(lambda_: Lambda, library: str) -> None:
    answer, error, _ = lambda_.invoke(do="import", library=library)
    assert error == "Unhandled"
    assert answer["errorType"] == "ModuleNotFoundError"


def test_a_handler_that_cannot_be_imported_says_so(lambda_: Lambda) -> None:
    lambda_.create("broken", {"app.py": "import not_in_any_layer"})
    answer, error, _ = lambda_.invoke("broken")
    assert error == "Unhandled"
    assert answer["errorType"] == "Runtime.ImportModuleError"
    assert "not_in_any_layer" in answer["errorMessage"]


def test_a_function_that_ends_while_it_starts_says_so(lambda_: Lambda) -> None:
    lambda_.create("ending", {"app.py": "import os; os._exit(5)"})
    answer, error, _ = lambda_.invoke("ending")
    assert error == "Unhandled"
    assert answer == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "Runtime exited with error: exit status 5",
    }
    assert "exit status 5" in lambda_.log("ending")


def test_records_of_a_batch_that_failed_are_delivered_again_and_no_others(lambda_: Lambda) -> None:
    sqs = client("sqs", lambda_.url)
    queue = sqs.create_queue(QueueName="batch", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bodies = ["good-1", "bad-1", "good-2", "bad-2"]
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    lambda_.create("consumer", {"app.py": CONSUMER})
    lambda_.client.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName="consumer",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    expected = Counter(bodies) + Counter(body for body in bodies if body.startswith("bad"))
    deadline = time.monotonic() + 15
    taken: Counter[str] = Counter()
    while taken != expected:
        assert time.monotonic() < deadline, taken
        time.sleep(0.1)
        taken = Counter(re.findall(r"took (\S+)", lambda_.log("consumer")))
    time.sleep(1.5)
    assert Counter(re.findall(r"took (\S+)", lambda_.log("consumer"))) == expected


def test_a_start_that_takes_too_long_is_ended(
    slow: Future[tuple[dict[str, Any], str | None, str]], lambda_: Lambda
) -> None:
    answer, error, _ = slow.result(timeout=20)
    assert error == "Unhandled"
    assert answer == {"errorType": "Sandbox.Timedout", "errorMessage": "Init timed out after 10.00 seconds"}
    assert "Init timed out" in lambda_.log("slow")


def test_a_process_ends_when_it_is_not_needed_and_with_localstack(tmp_path: Path) -> None:
    with _running(tmp_path, LAMBDA_KEEPALIVE_MS="500") as lambda_:
        lambda_.create("code", {"app.py": CODE, "which.py": "NAME = 'own'"}, Timeout=5)
        first = psutil.Process(lambda_.invoke()[0]["pid"])
        assert first.wait(timeout=5) is None

        pid = lambda_.invoke(do="child")[0]["pid"]
        assert pid != first.pid
        family = [psutil.Process(pid), *psutil.Process(pid).children()]
        assert len(family) == 2
        localstack = lambda_.process.find()
        assert localstack is not None
        localstack.kill()
        _, alive = psutil.wait_procs(family, timeout=5)
        assert not alive
