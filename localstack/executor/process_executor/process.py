"""One process of a function: a Lambda execution environment's life from its start to its end."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from process_executor.runtime_api import Outcome, RuntimeApi

SANDBOX = Path(__file__).with_name("sandbox.py")


def failure(error_type: str, message: str, request_id: str | None = None) -> Outcome:
    """An error in the form Lambda gives to the caller."""
    if request_id is not None:
        message = f"RequestId: {request_id} Error: {message}"
    body = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(body, is_error=True, log=f"{message}\n{error_type}")


class FunctionProcess:
    """Runs `awslambdaric` for one handler in a process group of its own.

    Args:
        python: Interpreter; it runs without site-packages, so that a function sees nothing but its code, its
            layers and the runtime client.
        handler: As configured, such as `app.handler`.
        code: The function's folder, which is its working directory.
        environment: The whole environment of the process.
        log: File that gets what the process prints.
    """

    def __init__(
        self, *, python: str, handler: str, code: str, environment: Mapping[str, str], log: Path
    ) -> None:
        self._api = RuntimeApi()
        self._ended = threading.Event()
        self._started_at = time.perf_counter()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [python, "-S", "-P", str(SANDBOX), handler],
                cwd=code,
                env={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        threading.Thread(target=self._reap, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can take an invocation."""
        return not self._ended.is_set()

    @property
    def age_ms(self) -> float:
        """Milliseconds since its start."""
        return (time.perf_counter() - self._started_at) * 1000

    def wait_until_ready(self, timeout: float) -> Outcome | None:
        """Wait for the handler to be imported; the error if that failed.

        Raises:
            TimeoutError: It took longer than this.
        """
        return self._api.ready.result(timeout)

    def invoke(self, request_id: str, payload: bytes, *, arn: str, trace_id: str, timeout: float) -> Outcome:
        """Run one invocation; a process that takes longer than `timeout` seconds is killed."""
        answer = self._api.offer(request_id, payload, arn=arn, trace_id=trace_id, timeout=timeout)
        try:
            return answer.result(timeout)
        except TimeoutError:
            self.kill()
            return failure("Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds", request_id)

    def kill(self) -> None:
        """End the process and whatever it started."""
        if self.alive:
            self._kill_group()
            self._ended.wait()

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _reap(self) -> None:
        # Until the process is waited for, its pid names its group and no other.
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._kill_group()
        code = self._process.wait()
        reason = f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or '').lower()}"
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._ended.set()
        self._api.process_ended(
            lambda request_id: failure(
                "Runtime.ExitError", f"Runtime exited with error: {reason}", request_id
            )
        )
        self._api.close()
