"""One invocation: its logs, its trace, its report."""

import json
import logging
import os
from collections.abc import Coroutine, Iterator
from types import SimpleNamespace
from typing import Any, Self

import pytest

from walletwatch import observability
from walletwatch.invocation import TRACE_HEADER, perform

CONTEXT = SimpleNamespace(aws_request_id="request-1")


class Telemetry:
    async def during[T](self, work: Coroutine[Any, Any, T], closing: Any) -> T:
        assert closing is None
        return await work


async def _work(fails: bool = False) -> int:
    logging.getLogger("walletwatch.test").info("working")
    if fails:
        raise ValueError("an address or worse")
    return 3


def _perform(*, fails: bool = False, **keys: str | int | None) -> int:
    return perform(Telemetry(), _work(fails), CONTEXT, **keys)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_log_lines_say_what_the_invocation_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    observability.configure_logging("test")
    for update_id in (7, 8):
        assert _perform(update_id=update_id, worker=None) == 3
        line = json.loads(capsys.readouterr().out)
        assert (line["request_id"], line["update_id"], line["message"]) == ("request-1", update_id, "working")
        assert "worker" not in line


class Segment:
    def __init__(self) -> None:
        self.annotations: dict[str, object] = {}

    def put_annotation(self, name: str, value: object) -> None:
        self.annotations[name] = value

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The segment ends."""


@pytest.fixture
def segments(monkeypatch: pytest.MonkeyPatch) -> list[Segment]:
    """What X-Ray is told."""
    import aws_lambda_powertools  # noqa: PLC0415 - replaced where the code imports it

    made: list[Segment] = []

    def in_subsegment(name: str) -> Segment:
        assert name == "## walletwatch"
        made.append(Segment())
        return made[-1]

    provider = SimpleNamespace(in_subsegment=in_subsegment)
    monkeypatch.setattr(aws_lambda_powertools, "Tracer", lambda **_: SimpleNamespace(provider=provider))
    return made


def test_a_sampled_invocation_can_be_found_by_what_it_is_about(
    segments: list[Segment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, TRACE_HEADER, "Root=1-5;Parent=6;Sampled=1")
    _perform(update_id=7)
    with pytest.raises(ValueError, match="worse"):
        _perform(fails=True, update_id=8)
    assert [segment.annotations for segment in segments] == [
        {"update_id": 7},
        {"update_id": 8, "failure": "ValueError"},
    ]


@pytest.mark.parametrize("header", [None, "", "Root=1-5;Sampled=0"])
def test_one_that_is_not_sampled_costs_nothing(
    segments: list[Segment], monkeypatch: pytest.MonkeyPatch, header: str | None
) -> None:
    if header is None:
        monkeypatch.delitem(os.environ, TRACE_HEADER, raising=False)
    else:
        monkeypatch.setitem(os.environ, TRACE_HEADER, header)
    _perform(update_id=7)
    assert segments == []
