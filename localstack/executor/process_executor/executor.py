"""LocalStack's contract for whatever runs a function, kept with processes."""

import math
import os
import threading
import time
from pathlib import Path

from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    HotReloadingCode,
    InvocationResult,
    S3Code,
)
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from localstack import config
from process_executor.process import FunctionProcess, failure
from process_executor.runtime_api import Outcome

PYTHON = "PROCESS_EXECUTOR_PYTHON"
RUNTIME = "PROCESS_EXECUTOR_RUNTIME"
LOGS = "PROCESS_EXECUTOR_LOGS"
INIT_TIMEOUT_SECONDS = 10.0
"""As on AWS; an init that takes longer is an error."""
LAYER_FOLDERS = ("python/lib/python3.13/site-packages", "python")
"""What Lambda puts on sys.path of a layer, in this order."""
INTERNAL = {"EDGE_PORT", "AWS_LAMBDA_FUNCTION_TIMEOUT"}
"""Variables for LocalStack's own init program, beside those whose names begin with LOCALSTACK_."""
SYSTEM_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "en_US.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One execution environment.

    An environment whose process ended, by its time-out, its own exit or `kill -9`, gets a new process at its
    next invocation, as Lambda resets a sandbox.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - LocalStack's name
        function_version: FunctionVersion,
    ) -> None:
        super().__init__(id=id, function_version=function_version)
        self._environment: dict[str, str] = {}
        self._process: FunctionProcess | None = None
        self._stopped = False
        self._init_ms: float | None = None
        self._lock = threading.Lock()
        self._log = Path(os.environ[LOGS]) / function_version.id.function_name / f"{id}.log"

    def start(self, env_vars: dict[str, str]) -> None:
        """Start the process and wait for its handler to be imported.

        Raises:
            StatusErrorException: The import failed; LocalStack answers the invocation with the payload.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        code, layers = _folders(self.function_version)
        self._environment = {
            **SYSTEM_ENVIRONMENT,
            **self._as_on_lambda(env_vars),
            "LAMBDA_TASK_ROOT": code,
            "LAMBDA_RUNTIME_DIR": os.environ[RUNTIME],
            "PYTHONPATH": os.pathsep.join([code, *layers, os.environ[RUNTIME]]),
        }
        error = self._launch()
        if error is not None:
            if error.log is not None:
                self._write(error.log)
            raise StatusErrorException("the function did not start", payload=error.payload)

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run one invocation; LocalStack calls this for one at a time."""
        request_id = payload["invoke-id"]
        timeout = float(self.function_version.config.timeout)
        offset = self._log.stat().st_size
        self._write(f"START RequestId: {request_id} Version: {self.function_version.id.qualifier}")
        outcome = None if self._process is not None and self._process.alive else self._launch()
        started = time.perf_counter()
        if outcome is None:
            process = self._process
            assert process is not None
            outcome = process.invoke(
                request_id,
                payload["payload"].encode(),
                arn=payload["invoked-function-arn"],
                trace_id=payload["trace-id"],
                timeout=timeout,
            )
        if outcome.log is not None:
            self._write(outcome.log)
        self._write(f"END RequestId: {request_id}")
        self._write(self._report(request_id, (time.perf_counter() - started) * 1000))
        return InvocationResult(request_id, outcome.payload, outcome.is_error, logs=self._since(offset))

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def get_address(self) -> str:
        """Where the process is."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Where the process finds LocalStack."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Unused by the runtime client, part of the contract."""
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self) -> str:
        """All that this environment printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack code and layers once for all environments of a version."""
        _folders(function_version)

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing of a version is kept outside of LocalStack's own folder."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Whether this executor can run functions here."""
        return all(name in os.environ for name in (PYTHON, RUNTIME, LOGS))

    def _as_on_lambda(self, env_vars: dict[str, str]) -> dict[str, str]:
        """Without what LocalStack adds for its own init program, which is not used here."""
        function = self.function_version.config
        own = function.environment or {}
        kept = {
            name: str(value)
            for name, value in env_vars.items()
            if name in own or not (name.startswith("LOCALSTACK_") or name in INTERNAL)
        }
        return {**kept, "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}"}

    def _launch(self) -> Outcome | None:
        handler = self.function_version.config.handler
        assert handler is not None
        with self._lock:
            if self._stopped:
                return failure("Sandbox.Stopped", "the environment was stopped")
            process = FunctionProcess(
                python=os.environ[PYTHON],
                handler=handler,
                code=self._environment["LAMBDA_TASK_ROOT"],
                environment=self._environment,
                log=self._log,
            )
            self._process = process
        try:
            error = process.wait_until_ready(INIT_TIMEOUT_SECONDS)
        except TimeoutError:
            process.kill()
            return failure("Sandbox.Timedout", f"Init timed out after {INIT_TIMEOUT_SECONDS:.2f} seconds")
        self._init_ms = process.age_ms
        return error

    def _report(self, request_id: str, milliseconds: float) -> str:
        """The line with which Lambda ends an invocation; the start belongs to the first one after it."""
        report = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {milliseconds:.2f} ms",
            f"Billed Duration: {math.ceil(milliseconds + (self._init_ms or 0))} ms",
            f"Memory Size: {self.function_version.config.memory_size} MB",
        ]
        if self._init_ms is not None:
            report.append(f"Init Duration: {self._init_ms:.2f} ms")
            self._init_ms = None
        return "\t".join(report)

    def _write(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(f"{line}\n")

    def _since(self, offset: int) -> str:
        """What was printed since then; LocalStack gives it to CloudWatch, and its end to the caller."""
        with self._log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")


def _folders(version: FunctionVersion) -> tuple[str, list[str]]:
    """The unpacked code, and what the layers add to sys.path; a later layer wins, as in /opt."""
    layers = [_unpacked(layer.code) for layer in reversed(version.config.layers or [])]
    paths = [str(layer / folder) for folder in LAYER_FOLDERS for layer in layers]
    return str(_unpacked(version.config.code)), paths


def _unpacked(code: S3Code | HotReloadingCode | None) -> Path:
    assert code is not None, "LocalStack's community edition runs no images"
    code.prepare_for_execution()
    return code.get_unzipped_code_location()
