"""One process of a function: a Lambda execution environment's life from its start to its end."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from process_executor.runtime_api import Outcome, RuntimeApi

SANDBOX = Path(__file__).with_name("sandbox.py")


def failure(error_type: str, message: str) -> Outcome:
    """An error in the form Lambda gives to the caller."""
    body = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(body, is_error=True)


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
        return self._process.poll() is None

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
            return failure(
                "Sandbox.Timedout",
                f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds",
            )

    def kill(self) -> None:
        """End the process and whatever it started."""
        if self.alive:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self._process.wait()

    def _reap(self) -> None:
        code = self._process.wait()
        reason = f"signal: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        self._api.process_ended(failure("Runtime.ExitError", f"Runtime exited with error: {reason}"))
        self._api.close()
