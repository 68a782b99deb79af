"""JSON-RPC 2.0 requests, batches and their answers as text."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from walletwatch.chain.rpc.errors import MAX_TEXT_LENGTH, Fault, classify, read_error
from walletwatch.chain.rpc.transport import Reply

_OK: Final = 200


class Request(msgspec.Struct, frozen=True):
    """A method and its positional parameters, in JSON types."""

    method: str
    params: Sequence[Any]


class Failure(msgspec.Struct, frozen=True):
    """An answer that is an error.

    Attributes:
        fault: What it means.
        text: Of the other side; may quote the URL.
        error: The `error` member as it came.
    """

    fault: Fault
    text: str
    error: object = None


class Success(msgspec.Struct, frozen=True):
    """An answer that is a result."""

    result: Any


class BatchRefused(Exception):
    """The endpoint did not answer a batch with a batch.

    Attributes:
        failure: What it answered instead.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.text)
        self.failure = failure


def encode(request: Request) -> str:
    """One request."""
    return msgspec.json.encode(_envelope(request, 1)).decode()


def encode_batch(requests: Sequence[Request]) -> str:
    """A batch, with the positions as ids."""
    return msgspec.json.encode([_envelope(request, at) for at, request in enumerate(requests)]).decode()


def decode(reply: Reply) -> Success | Failure:
    """Read the answer to one request; whatever is no answer is a failure."""
    try:
        answer = msgspec.json.decode(reply.text)
    except msgspec.DecodeError:
        # The page of a gateway or of a rate limiter.
        page = reply.text[:MAX_TEXT_LENGTH]
        return Failure(classify(reply.status, None, page), f"HTTP {reply.status}: {page}")
    return _read(reply.status, answer)


def decode_batch(reply: Reply, size: int) -> Sequence[Success | Failure | None]:
    """Read the answer to a batch: in the order of its requests, None where there is no answer to one.

    Raises:
        BatchRefused: The answer is not a list.
    """
    try:
        answers = msgspec.json.decode(reply.text)
    except msgspec.DecodeError:
        answers = None
    if not isinstance(answers, list) or reply.status != _OK:
        outcome = decode(reply)
        if isinstance(outcome, Success):
            outcome = Failure(Fault.BROKEN, "a batch was answered like one request")
        raise BatchRefused(outcome)
    outcomes: list[Success | Failure | None] = [None] * size
    for answer in answers:
        at = answer.get("id") if isinstance(answer, dict) else None
        # The order is the server's own.
        if isinstance(at, int) and not isinstance(at, bool) and 0 <= at < size and outcomes[at] is None:
            outcomes[at] = _read(reply.status, answer)
    return outcomes


def _envelope(request: Request, identifier: int) -> Mapping[str, Any]:
    return {"jsonrpc": "2.0", "id": identifier, "method": request.method, "params": request.params}


def _read(status: int, answer: Any) -> Success | Failure:
    if not isinstance(answer, dict):
        return Failure(classify(status, None, ""), f"HTTP {status} with JSON of another shape")
    error = answer.get("error")
    if error is None and "result" in answer and status == _OK:
        return Success(answer["result"])
    code, message = read_error(answer if error is None else error)
    text = f"{code}: {message}" if code is not None else message
    return Failure(classify(status, code, message), text, error)
