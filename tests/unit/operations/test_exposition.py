"""What GET /metrics says beyond what the vitals' own tests look at."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.fakes.vitals import FakeSystem
from walletwatch.domain.alerts import AlertLimits
from walletwatch.domain.health import judge
from walletwatch.domain.telemetry import Tally
from walletwatch.domain.vitals import Expiry, Lost
from walletwatch.services.exposition import exposition

NAME = "walletwatch_expiry_timestamp_seconds"


async def test_connections_that_no_instance_told_of_are_unknown_and_not_none() -> None:
    vitals = await FakeSystem().signs.read()
    assert "walletwatch_rpc_connections" not in exposition(Tally(), vitals, judge(vitals, AlertLimits()))


async def test_when_something_expires_is_told_as_a_moment() -> None:
    system = FakeSystem()
    system.expiries.each = [Expiry('the "first"', datetime(2027, 1, 1, tzinfo=UTC))]
    vitals = await system.signs.read()
    shown = exposition(Tally(), vitals, judge(vitals, AlertLimits()))
    assert f'{NAME}{{name="the \\"first\\""}} 1798761600.0' in shown.splitlines()


async def test_what_is_not_known_to_expire_is_absent() -> None:
    vitals = replace(await FakeSystem().signs.read(), expiries=Lost("TimeoutError"))
    assert NAME not in exposition(Tally(), vitals, judge(vitals, AlertLimits()))
