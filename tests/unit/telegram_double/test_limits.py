"""Flood control and the double's clock."""

import asyncio

import pytest

from telegram_double.clock import Clock
from telegram_double.errors import ApiError
from telegram_double.limits import FloodControl
from telegram_double.policy import Policy


def accepted(flood: FloodControl, chat_id: int, count: int, *, group: bool = False, units: int = 10) -> int:
    """How many of ``count`` messages pass."""
    passed = 0
    for _ in range(count):
        try:
            flood.charge(chat_id, group=group, units=units)
        except ApiError:
            continue
        passed += 1
    return passed


def test_a_chat_takes_a_burst_and_then_one_a_second() -> None:
    clock = Clock(scale=0.000001)
    flood = FloodControl(clock, Policy(chat_burst=3))
    assert accepted(flood, 1, 10) == 3
    clock.advance(1)
    assert accepted(flood, 1, 10) == 1
    clock.advance(60)
    assert accepted(flood, 1, 10) == 3


def test_the_bot_takes_thirty_a_second_over_all_chats() -> None:
    clock = Clock(scale=0.000001)
    flood = FloodControl(clock, Policy())
    assert sum(accepted(flood, chat, 1) for chat in range(100)) == 30
    clock.advance(1)
    assert sum(accepted(flood, chat, 1) for chat in range(100, 200)) == 30


def test_a_group_takes_twenty_a_minute() -> None:
    clock = Clock(scale=0.000001)
    flood = FloodControl(clock, Policy(chat_burst=100))
    assert accepted(flood, -1, 50, group=True) == 20
    clock.advance(3)
    assert accepted(flood, -1, 50, group=True) == 1


def test_a_long_message_counts_twice() -> None:
    flood = FloodControl(Clock(scale=0.000001), Policy(chat_burst=4))
    assert accepted(flood, 1, 10, units=501) == 2


def test_a_refusal_tells_when_to_come_back_and_takes_nothing() -> None:
    clock = Clock(scale=0.000001)
    flood = FloodControl(clock, Policy(chat_burst=1, chat_per_second=0.1))
    flood.charge(1, group=False, units=1)
    for _ in range(3):
        with pytest.raises(ApiError) as caught:
            flood.charge(1, group=False, units=1)
        assert caught.value.parameters == {"retry_after": 10}
        assert caught.value.description == "Too Many Requests: retry after 10"
    clock.advance(10)
    flood.charge(1, group=False, units=1)


async def test_the_clock_wakes_sleepers_when_it_is_moved() -> None:
    clock = Clock()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.advance(3599)
    await asyncio.sleep(0.01)
    assert not sleeper.done()
    clock.advance(2)
    await asyncio.wait_for(sleeper, 1)


async def test_the_clock_runs_faster_by_its_scale() -> None:
    clock = Clock(scale=1000)
    await asyncio.wait_for(clock.sleep(10), 1)
    assert clock.now() >= 10
    assert clock.real(10) == 0.01


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        Clock().advance(-1)
    with pytest.raises(ValueError, match="scale"):
        Clock(scale=0)
