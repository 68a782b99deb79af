"""The circuit breaker's states."""

from dataclasses import dataclass, field

import pytest

from walletwatch.chain.rpc.breaker import (
    FAILURES_IN_A_ROW,
    FIRST_REST_SECONDS,
    MAX_REST_SECONDS,
    WINDOW,
    BreakerState,
    CircuitBreaker,
    Permit,
)


@dataclass
class World:
    now: float = 100.0
    openings: int = 0
    breaker: CircuitBreaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(lambda: self.now, opened=self._opened)

    def _opened(self) -> None:
        self.openings += 1

    def state(self) -> BreakerState:
        return self.breaker.state

    def send(self) -> Permit:
        permit = self.breaker.admit()
        assert permit is not None
        return permit

    def fail(self, times: int = 1) -> None:
        for _ in range(times):
            self.send().failed()

    def open(self) -> None:
        self.fail(FAILURES_IN_A_ROW)
        assert self.state() is BreakerState.OPEN


@pytest.fixture
def world() -> World:
    return World()


def test_a_success_in_between_keeps_it_closed(world: World) -> None:
    for _ in range(3):
        world.send().succeeded()
        world.send().succeeded()
        world.fail(FAILURES_IN_A_ROW - 3)
    assert world.state() is BreakerState.CLOSED
    assert world.openings == 0


def test_failures_in_a_row_open_it_and_then_nothing_is_let_through(world: World) -> None:
    world.fail(FAILURES_IN_A_ROW - 1)
    assert world.breaker.admits
    world.fail()
    assert (world.state(), world.openings) == (BreakerState.OPEN, 1)
    assert world.breaker.admit() is None
    assert world.breaker.rest == FIRST_REST_SECONDS


def test_half_of_the_last_exchanges_open_it(world: World) -> None:
    for at in range(WINDOW - 1):
        world.send().failed() if at % 2 else world.send().succeeded()
    assert world.state() is BreakerState.CLOSED
    world.fail()
    assert world.state() is BreakerState.OPEN
    assert world.breaker.failure_rate == 0.5


def test_one_probe_closes_it(world: World) -> None:
    world.open()
    world.now += FIRST_REST_SECONDS
    assert world.state() is BreakerState.HALF_OPEN
    probe = world.send()
    assert world.breaker.admit() is None
    probe.succeeded()
    assert (world.state(), world.breaker.failure_rate) == (BreakerState.CLOSED, 0.0)
    # What it was opened for is not held against it again.
    world.fail(FAILURES_IN_A_ROW - 1)
    assert world.state() is BreakerState.CLOSED


def test_a_probe_that_fails_opens_it_for_twice_as_long_up_to_a_limit(world: World) -> None:
    world.open()
    rests = []
    for _ in range(8):
        rests.append(world.breaker.rest)
        world.now += world.breaker.rest
        world.fail()
    assert rests == [1, 2, 4, 8, 16, 30, 30, 30]
    assert rests[-1] == MAX_REST_SECONDS
    assert world.openings == 9
    world.now += MAX_REST_SECONDS
    world.send().succeeded()
    world.open()
    assert world.breaker.rest == FIRST_REST_SECONDS


def test_a_probe_that_is_given_up_leaves_room_for_another(world: World) -> None:
    world.open()
    world.now += FIRST_REST_SECONDS
    world.send().abandoned()
    assert world.state() is BreakerState.HALF_OPEN
    assert world.breaker.admits


def test_what_was_sent_before_it_opened_has_no_say(world: World) -> None:
    early = [world.send() for _ in range(4)]
    world.open()
    early[0].succeeded()
    early[1].failed()
    assert (world.state(), world.openings) == (BreakerState.OPEN, 1)
    world.now += FIRST_REST_SECONDS
    probe = world.send()
    early[2].abandoned()
    early[3].succeeded()
    assert world.breaker.admit() is None
    probe.failed()
    assert (world.state(), world.openings) == (BreakerState.OPEN, 2)
