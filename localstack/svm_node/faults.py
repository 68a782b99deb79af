"""Faults of a node that can be switched on, so that clients can be tested against them.

A fault is a JSON object: `{"kind": …, "methods": […], "about": …, "probability": 0..1, "times": N, …}`.
Without `methods` it strikes every method; with `about` only requests that have this text in them; without
`probability` always; with `times` it goes away after so many strikes. Kinds:

- `rate_limit`: HTTP 429 with a JSON-RPC error 429. `retry_after` (seconds) adds the header.
- `rate_limit_html`: HTTP 429 with `body` (default an HTML page; may be empty). `retry_after` as above.
- `http_error`: HTTP `status` (default 502) with `body` (default an HTML page).
- `rpc_error`: HTTP 200 with the JSON-RPC error `code`, `message` and `data`.
- `node_behind`: error -32005; `slots` says by how many (null: "Node is unhealthy").
- `latency`: waits `seconds` plus up to `jitter` seconds at random.
- `timeout`: takes the request and never answers.
- `missing_transaction`: `getTransaction` answers null for the first `asks` asks of each signature.
- `drop_connection`: closes the connection without an answer.
- `long_term_storage`: skipped slots are told with -32009, as by nodes that keep their history elsewhere.
- `method_refused`: the JSON-RPC error `code` and `message` for each call of the `methods`, as by a provider
  that does not offer them.

The last two and `missing_transaction` change single answers, of batches too. All others strike whole HTTP
requests, batches included; sockets are lost by `POST /control/drop-sockets`.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong."""

    RATE_LIMIT = "rate_limit"
    RATE_LIMIT_HTML = "rate_limit_html"
    HTTP_ERROR = "http_error"
    RPC_ERROR = "rpc_error"
    NODE_BEHIND = "node_behind"
    LATENCY = "latency"
    TIMEOUT = "timeout"
    METHOD_REFUSED = "method_refused"
    MISSING_TRANSACTION = "missing_transaction"
    DROP_CONNECTION = "drop_connection"
    LONG_TERM_STORAGE = "long_term_storage"


class InvalidFault(ValueError):
    """A fault that cannot be switched on as it is described."""


HTML_429 = "<html><head><title>429 Too Many Requests</title></head><body>Too Many Requests</body></html>"
HTML_5XX = "<html><head><title>Bad Gateway</title></head><body><center>nginx</center></body></html>"

_ANSWER_FAULTS = frozenset(
    {FaultKind.METHOD_REFUSED, FaultKind.MISSING_TRANSACTION, FaultKind.LONG_TERM_STORAGE}
)
"""Those that change one answer instead of striking the request."""
_COMMON = {"kind", "methods", "about", "probability", "times"}
_OWN = {
    FaultKind.RATE_LIMIT: {"retry_after"},
    FaultKind.RATE_LIMIT_HTML: {"retry_after", "body"},
    FaultKind.HTTP_ERROR: {"status", "body"},
    FaultKind.RPC_ERROR: {"code", "message", "data"},
    FaultKind.NODE_BEHIND: {"slots"},
    FaultKind.METHOD_REFUSED: {"code", "message"},
    FaultKind.LATENCY: {"seconds", "jitter"},
    FaultKind.TIMEOUT: set[str](),
    FaultKind.MISSING_TRANSACTION: {"asks"},
    FaultKind.DROP_CONNECTION: set[str](),
    FaultKind.LONG_TERM_STORAGE: set[str](),
}


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        methods: The methods it strikes; empty: all.
        about: A text that the request must have in it, such as an address; empty: any.
        probability: How often it strikes, 0 to 1.
        times: Strikes left; None: no end.
        options: The members of its kind.
    """

    kind: FaultKind
    methods: frozenset[str] = frozenset()
    probability: float = 1.0
    times: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""

    @classmethod
    def from_json(cls, value: Any) -> "Fault":
        """Read a fault.

        Raises:
            InvalidFault: It is malformed.
        """
        if not isinstance(value, dict):
            raise InvalidFault("a fault is an object")
        try:
            kind = FaultKind(str(value.get("kind")))
        except ValueError:
            raise InvalidFault(f"kind must be one of {', '.join(FaultKind)}") from None
        unknown = set(value) - _COMMON - _OWN[kind]
        if unknown:
            raise InvalidFault(f"{kind} has no {', '.join(sorted(unknown))}")
        methods, probability, times, about = (
            value.get("methods", []),
            value.get("probability", 1),
            value.get("times"),
            value.get("about", ""),
        )
        if not isinstance(about, str):
            raise InvalidFault("about must be a text")
        if not isinstance(methods, list) or not all(isinstance(name, str) for name in methods):
            raise InvalidFault("methods must be a list of names")
        if not isinstance(probability, int | float) or not 0 <= probability <= 1:
            raise InvalidFault("probability must be from 0 to 1")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise InvalidFault("times must be 1 or more")
        options = {name: value[name] for name in _OWN[kind] if name in value}
        return cls(kind, frozenset(methods), float(probability), times, options, about)

    def to_json(self) -> dict[str, Any]:
        """The fault as the control API shows it."""
        return {
            "kind": self.kind.value,
            "methods": sorted(self.methods),
            "probability": self.probability,
            "times": self.times,
            "about": self.about,
            **self.options,
        }


class FaultBox:
    """The faults that are switched on."""

    def __init__(self, randomness: random.Random | None = None) -> None:
        self._faults: list[Fault] = []
        self._random = randomness or random.Random()  # noqa: S311 - no secret depends on it
        self._asks: Counter[str] = Counter()

    @property
    def faults(self) -> list[Fault]:
        """Those switched on, oldest first."""
        return list(self._faults)

    def add(self, fault: Fault) -> None:
        """Switch a fault on."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Switch all off."""
        self._faults.clear()
        self._asks.clear()

    def strikes(self, methods: Iterable[str], text: str = "") -> list[Fault]:
        """The faults that strike a request for these methods now; counts the strikes down.

        Args:
            methods: That are called.
            text: Of the request.
        """
        names = set(methods)
        struck = []
        for fault in list(self._faults):
            if fault.kind in _ANSWER_FAULTS:
                continue
            if (fault.methods and not fault.methods & names) or fault.about not in text:
                continue
            if self._random.random() >= fault.probability:
                continue
            struck.append(fault)
            self._count_down(fault)
        return struck

    @property
    def has_long_term_storage(self) -> bool:
        """Whether skipped slots are told as by a node with long-term storage."""
        return any(fault.kind is FaultKind.LONG_TERM_STORAGE for fault in self._faults)

    def refusal(self, method: str) -> Fault | None:
        """The fault that refuses a method, wherever it is asked for."""
        for fault in self._faults:
            if fault.kind is FaultKind.METHOD_REFUSED and method in fault.methods:
                return fault
        return None

    def hides_transaction(self, signature: str) -> bool:
        """Whether this ask for a transaction is answered with null."""
        for fault in self._faults:
            if fault.kind is FaultKind.MISSING_TRANSACTION:
                self._asks[signature] += 1
                return self._asks[signature] <= int(fault.options.get("asks", 1))
        return False

    def jittered(self, seconds: float, jitter: float) -> float:
        """A delay of so many seconds and up to `jitter` more."""
        return seconds + self._random.uniform(0, jitter)

    def _count_down(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times == 0:
            self._faults.remove(fault)
