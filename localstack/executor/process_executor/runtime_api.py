"""The Lambda runtime API for one process (AWS Lambda guide, "Using the Lambda runtime API")."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

VERSION = "2018-06-01"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an invocation, or of a start.

    Attributes:
        payload: A JSON document; the description of the error if `is_error`.
        log: For the function's log, of an error that the process could not log itself.
    """

    payload: bytes
    is_error: bool
    log: str | None = None


class RuntimeApi:
    """Serves the runtime API on a free port of 127.0.0.1.

    Attributes:
        ready: Done when the process asks for its first invocation; holds the outcome of a failed start.
    """

    def __init__(self) -> None:
        self.ready: Future[Outcome | None] = Future()
        self._lock = threading.Lock()
        self._ended: Callable[[str | None], Outcome] | None = None
        self._events: queue.Queue[tuple[dict[str, str], bytes] | None] = queue.Queue()
        self._pending: dict[str, Future[Outcome]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    @property
    def address(self) -> str:
        """For AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def offer(
        self, request_id: str, payload: bytes, *, arn: str, trace_id: str, timeout: float
    ) -> Future[Outcome]:
        """Hand an invocation to the process; the future is done when it answers or ends."""
        answer: Future[Outcome] = Future()
        with self._lock:
            if self._ended is not None:
                answer.set_result(self._ended(request_id))
                return answer
            self._pending[request_id] = answer
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": arn,
            "Lambda-Runtime-Trace-Id": trace_id,
        }
        self._events.put((headers, payload))
        return answer

    def process_ended(self, describe: Callable[[str | None], Outcome]) -> None:
        """The process is gone: whoever waits for it, or will, gets the outcome described for his request."""
        with self._lock:
            self._ended = describe
            pending = list(self._pending)
        self.settle_ready(describe(None))
        for request_id in pending:
            self.settle(request_id, describe(request_id))
        self._events.put(None)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def next_event(self) -> tuple[dict[str, str], bytes] | None:
        """Wait for the next invocation's headers and payload; None when there will be none."""
        self.settle_ready(None)
        return self._events.get()

    def settle_ready(self, outcome: Outcome | None) -> None:
        """The start is over, with this error if there is one."""
        if not self.ready.done():
            self.ready.set_result(outcome)

    def settle(self, request_id: str, outcome: Outcome) -> None:
        """An invocation is over."""
        with self._lock:
            future = self._pending.pop(request_id, None)
        if future is not None and not future.done():
            future.set_result(outcome)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: ClassVar[RuntimeApi]

    def log_message(self, *_args: object) -> None:
        """The function's log is what it prints, not its calls of the runtime API."""

    def do_GET(self) -> None:
        if self.path != f"/{VERSION}/runtime/invocation/next":
            self._answer(404)
            return
        event = self.api.next_event()
        if event is None:
            # The process that asked is gone.
            self.close_connection = True
        else:
            headers, body = event
            self._answer(200, headers, body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match self.path.removeprefix(f"/{VERSION}/runtime/").split("/"):
            case ["init", "error"]:
                self.api.settle_ready(Outcome(body, is_error=True))
            case ["invocation", request_id, ("response" | "error") as end]:
                self.api.settle(request_id, Outcome(body, is_error=end == "error"))
            case _:
                self._answer(404)
                return
        self._answer(202)

    def _answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
