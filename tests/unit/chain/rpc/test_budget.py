"""The request budget: never too fast, in order, and pauses are kept."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.loop import VirtualLoop
from walletwatch.chain.rpc.budget import MAX_PAUSE_SECONDS, RequestBudget

type Call = tuple[float, int]
"""When a caller comes, and how many calls it wants."""


def _now() -> float:
    return asyncio.get_running_loop().time()


def _budget(rate: float, waits: list[float] | None = None) -> RequestBudget:
    return RequestBudget(rate, _now, waited=(waits if waits is not None else []).append)


async def _serve(
    budget: RequestBudget, calls: Sequence[Call], came: list[int] | None = None
) -> list[tuple[float, int]]:
    """When which caller was served; `came` gets the order they came in."""
    served: list[tuple[float, int]] = []
    started = _now()

    async def one(place: int, at: float, wanted: int) -> None:
        await asyncio.sleep(at)
        if came is not None:
            came.append(place)
        await budget.take(wanted)
        served.append((_now() - started, place))

    await asyncio.gather(*(one(place, at, wanted) for place, (at, wanted) in enumerate(calls)))
    return served


async def test_a_second_of_calls_at_once_and_then_at_the_rate() -> None:
    waits: list[float] = []
    served = await _serve(_budget(10, waits), [(0, 1)] * 15)
    assert [at for at, _ in served[:10]] == [0] * 10
    assert [at for at, _ in served[10:]] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5], abs=0.005)
    assert waits == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5], abs=0.005)


@given(
    rate=st.floats(0.5, 50),
    calls=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 30)), min_size=1, max_size=25),
)
def test_it_is_kept_in_every_window_and_everybody_is_served_in_order(
    rate: float, calls: Sequence[Call]
) -> None:
    came: list[int] = []
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:

        async def scenario() -> list[tuple[float, int]]:
            return await _serve(_budget(rate), calls, came)

        served = runner.run(scenario())
    assert [place for _, place in served] == came
    burst = max(rate, 1.0)
    times = [(at, calls[place][1]) for at, place in served]
    for first in range(len(times)):
        for last in range(first, len(times)):
            # The last may overdraw what is left, as a batch that is larger than the burst must.
            spent = sum(wanted for _, wanted in times[first:last])
            window = times[last][0] - times[first][0]
            assert spent + min(times[last][1], burst) <= burst + rate * window + 0.01 * burst + 1e-6


async def test_a_pause_is_for_all_and_they_go_on_in_order() -> None:
    budget = _budget(0)
    budget.pause(2)
    budget.pause(1)
    assert budget.delay(1) == pytest.approx(2)
    served = await _serve(budget, [(0, 1), (0.5, 1), (1, 1), (3, 1)])
    assert [place for _, place in served] == [0, 1, 2, 3]
    assert [at for at, _ in served] == pytest.approx([2, 2, 2, 3])


async def test_a_pause_that_comes_while_somebody_waits_holds_him_up() -> None:
    budget = _budget(1)
    await budget.take(1)
    waiting = asyncio.create_task(_serve(budget, [(0, 1)]))
    await asyncio.sleep(0.5)
    budget.pause(5)
    ((at, _),) = await waiting
    assert at == pytest.approx(5.5)


async def test_a_server_cannot_ask_for_the_rest_of_the_day() -> None:
    budget = _budget(0)
    budget.pause(86_400)
    assert budget.paused_for == MAX_PAUSE_SECONDS


async def test_who_gives_up_costs_nothing_and_lets_the_next_one_go() -> None:
    budget = _budget(1)
    await budget.take(1)
    impatient = [asyncio.create_task(budget.take(1)) for _ in range(3)]
    patient = asyncio.create_task(_serve(budget, [(0, 1)]))
    await asyncio.sleep(0.5)
    assert budget.waiting == 4
    assert budget.delay(1) == pytest.approx(4.5)
    for task in impatient:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    ((at, _),) = await patient
    assert at == pytest.approx(1)
    assert budget.waiting == 0


async def test_without_a_rate_nobody_waits() -> None:
    assert await _serve(_budget(0), [(0, 1000)] * 5) == [(0, place) for place in range(5)]
