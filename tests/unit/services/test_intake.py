"""Taking updates in: once, not too many, with their conversation, and with and without Redis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes.board import FakeBoard
from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.settlements import FakeSettlements
from tests.fakes.stores import FakeStores
from walletwatch.domain.admission import Admitted, Claim, Knock, SessionChange
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import Session
from walletwatch.domain.telemetry import Instance, Report, Tally
from walletwatch.services.admitting import Admitting
from walletwatch.services.intake import Enter, Intake, UpdateIntake

ANNA = 1


@dataclass
class Door:
    """An instance that takes updates in; `failures` of the next ones fail."""

    limit: int = 3
    failures: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    change: SessionChange | None = None
    knock: Knock | None = field(default_factory=lambda: Knock(recalls=True))
    handled: list[int] = field(default_factory=list)
    admitted: list[Admitted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.board = FakeBoard(self.clock)
        self.settlements = FakeSettlements(self.clock, self.board)
        self.claims = FakeUpdateClaims(FakeStores(self.clock))
        self.admitting = Admitting(self.claims, self.settlements, self.metrics)
        self.intake = UpdateIntake(
            admitting=self.admitting,
            handle=self._handle,
            metrics=self.metrics,
            updates_per_minute=self.limit,
        )

    async def _handle(self, update: Mapping[str, Any], enter: Enter) -> SessionChange | None:
        admitted = None if self.knock is None else await enter(self.knock)
        if admitted is None:
            return None
        self.admitted.append(admitted)
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("down")
        self.handled.append(update["update_id"])
        return self.change

    async def take(self, update: object, *, killed: bool = False) -> Intake:
        visit = self.intake.visit(update)
        try:
            return await visit.take()
        finally:
            if visit.is_due and not killed:
                await visit.close(None)


@pytest.fixture
def door() -> Door:
    return Door()


def message(update_id: int, *, user: int = ANNA, chat: str = "private", **body: Any) -> dict[str, Any]:
    return {
        "update_id": update_id,
        "message": {"from": {"id": user}, "chat": {"id": user, "type": chat}, **body},
    }


async def test_an_update_is_handled_once(door: Door) -> None:
    assert await door.take({"update_id": 5}) is Intake.HANDLED
    assert await door.take({"update_id": 5}) is Intake.DUPLICATE
    assert door.handled == [5]


async def test_one_that_another_has_is_neither_handled_nor_called_handled(door: Door) -> None:
    await door.take({"update_id": 5}, killed=True)
    with pytest.raises(StoreUnavailable):
        await door.take({"update_id": 5})
    door.clock.advance(31)
    assert await door.take({"update_id": 5}) is Intake.HANDLED


async def test_one_that_nobody_answers_is_not_claimed(door: Door) -> None:
    door.knock = None
    assert [await door.take({"update_id": 5}) for _ in range(2)] == [Intake.IGNORED] * 2
    assert door.claims.rows == {}
    assert door.metrics.counts["UpdatesIgnored"] == 2


async def test_one_that_failed_may_come_again(door: Door) -> None:
    door.failures = 1
    with pytest.raises(StoreUnavailable):
        await door.take({"update_id": 5})
    assert await door.take({"update_id": 5}) is Intake.HANDLED
    assert door.handled == [5]


@pytest.mark.parametrize(
    "body", [None, 7, [], "x", {}, {"update_id": "5"}, {"update_id": True}, {"update_id": -1}]
)
async def test_what_is_no_update_is_not_handled(door: Door, body: object) -> None:
    assert await door.take(body) is Intake.NO_UPDATE
    assert door.handled == []


class TestTooMany:
    async def test_of_one_user_are_left_and_others_are_not(self) -> None:
        door = Door(limit=2)
        results = [await door.take(message(number, user=user)) for number, user in enumerate([1, 1, 1, 2])]
        assert results == [Intake.HANDLED, Intake.HANDLED, Intake.LIMITED, Intake.HANDLED]
        assert await door.take(message(2)) is Intake.LIMITED

    @pytest.mark.parametrize(
        "owed",
        [
            {"pre_checkout_query": {"from": {"id": ANNA}}},
            {"message": {"from": {"id": ANNA}, "successful_payment": {}, "date": 1}},
            {"message": {"from": {"id": ANNA}, "refunded_payment": {}, "date": 1}},
        ],
    )
    async def test_what_is_paid_is_never_too_much(self, owed: dict[str, Any]) -> None:
        door = Door(limit=1)
        results = [await door.take(message(number, date=1)) for number in range(2)]
        assert results == [Intake.HANDLED, Intake.LIMITED]
        assert await door.take({"update_id": 2} | owed) is Intake.HANDLED

    async def test_what_is_typed_inline_does_not_count_as_commands(self) -> None:
        door = Door(limit=2)
        typed = [{"update_id": number, "inline_query": {"from": {"id": ANNA}}} for number in range(3)]
        results = [await door.take(update) for update in typed]
        assert results == [Intake.HANDLED, Intake.HANDLED, Intake.LIMITED]
        assert await door.take(message(9)) is Intake.HANDLED

    async def test_what_waited_for_us_counts_to_the_minute_in_which_it_was_sent(self) -> None:
        door = Door(limit=2)
        sent = [600, 630, 659, 660, 661, 719]
        results = [await door.take(message(number, date=date)) for number, date in enumerate(sent)]
        assert results == [Intake.HANDLED, Intake.HANDLED, Intake.LIMITED] * 2

    @pytest.mark.parametrize("killed", [False, True])
    async def test_one_that_comes_again_counts_once(self, killed: bool) -> None:
        door = Door(limit=2, failures=0 if killed else 5)
        for _ in range(5):
            if killed:
                await door.take(message(1), killed=True)
                door.clock.advance(31)
            else:
                with pytest.raises(StoreUnavailable):
                    await door.take(message(1))
        if killed:
            await door.take(message(9), killed=True)
        assert await door.take(message(2)) is Intake.HANDLED
        assert await door.take(message(1)) is Intake.HANDLED
        assert await door.take(message(3)) is Intake.LIMITED


class TestConversations:
    @pytest.mark.parametrize(
        ("update", "known"),
        [
            (message(1), True),
            (message(1, chat="group"), False),
            ({"update_id": 1, "callback_query": {"from": {"id": 1}, **message(2)}}, True),
            ({"update_id": 1, "inline_query": {"from": {"id": 1}}}, False),
            ({"update_id": 1, "channel_post": {"chat": {"id": 1, "type": "channel"}}}, False),
            (
                {"update_id": 1, "message": {"from": {"id": True}, "chat": {"id": 1, "type": "private"}}},
                False,
            ),
        ],
    )
    async def test_are_read_of_private_chats(self, door: Door, update: object, known: bool) -> None:
        await door.take(update)
        assert [admitted.session_known for admitted in door.admitted] == [known]

    async def test_are_not_read_for_what_only_ends_them(self, door: Door) -> None:
        door.knock = Knock()
        door.settlements.outage.failures = 1
        await door.take(message(1), killed=True)
        assert door.settlements.outage.failures, "it was not asked"
        assert [(admitted.recalled, admitted.session_known) for admitted in door.admitted] == [(False, True)]

    async def test_are_not_begun_while_they_can_be_kept_nowhere(self) -> None:
        door = Door(limit=4, knock=Knock())
        door.settlements.outage.down = True
        for number in (1, 2):
            await door.take(message(number))
        door.settlements.outage.down = False
        for number in (3, 4):
            await door.take(message(number))
        assert [(each.recalled, each.session_known) for each in door.admitted] == [
            (False, True),
            (True, False),
            (True, True),
            (False, True),
        ]

    async def test_go_on_when_the_update_is_settled_and_not_before(self, door: Door) -> None:
        asked = Session(ANNA, ANNA, "watch", (), door.clock.now())
        door.change = SessionChange(ANNA, ANNA, "", asked)
        await door.take(message(1), killed=True)
        assert door.settlements.open(ANNA, ANNA) is None
        door.clock.advance(31)
        await door.take(message(1))
        stored = door.settlements.open(ANNA, ANNA)
        assert stored is not None
        door.failures, door.change = 1, SessionChange(ANNA, ANNA, stored.version, None)
        with pytest.raises(StoreUnavailable):
            await door.take(message(2))
        assert door.settlements.open(ANNA, ANNA) == stored
        await door.take(message(2))
        assert door.admitted[-1].session == stored
        assert door.settlements.open(ANNA, ANNA) is None


class TestReports:
    REPORT = Report(Instance("i", "webhook", FakeClock().now(), FakeClock().now(), 1, 1, None), Tally())

    async def test_go_with_the_settlement(self, door: Door) -> None:
        visit = door.intake.visit(message(1))
        await visit.take()
        assert await visit.close(self.REPORT)
        assert list(door.board.alive) == ["i"]
        assert not visit.is_due

    async def test_are_not_posted_where_nothing_can_be_stored(self, door: Door) -> None:
        visit = door.intake.visit(message(1))
        await visit.take()
        door.settlements.outage.down = True
        assert not await visit.close(self.REPORT)
        door.settlements.outage.down = False
        assert await door.take(message(1)) is Intake.DUPLICATE, "the spare knows"

    async def test_of_a_duplicate_and_of_one_too_many_go_alone(self) -> None:
        door = Door(limit=1)
        await door.take(message(1))
        for number in (1, 2):
            visit = door.intake.visit(message(number))
            await visit.take()
            assert not visit.is_due


class TestAnOutageOfSettlements:
    async def test_an_update_taken_during_it_is_not_taken_after_it(self, door: Door) -> None:
        door.settlements.outage.down = True
        assert await door.take(message(7)) is Intake.HANDLED
        assert await door.take(message(7)) is Intake.DUPLICATE
        door.settlements.outage.down = False
        assert await door.take(message(7)) is Intake.DUPLICATE
        assert await door.take(message(8)) is Intake.HANDLED
        assert door.metrics.counts["SettledWithClaim"] == 1

    async def test_one_given_back_during_it_can_be_taken_again(self, door: Door) -> None:
        door.failures, door.settlements.outage.down = 1, True
        with pytest.raises(StoreUnavailable):
            await door.take(message(7))
        assert await door.take(message(7)) is Intake.HANDLED

    @pytest.mark.parametrize("killed", [False, True])
    async def test_one_taken_before_it_waits_for_its_end(self, door: Door, killed: bool) -> None:
        await door.take(message(7), killed=killed)
        door.clock.advance(31)
        door.settlements.outage.down = True
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await door.take(message(7))
        door.settlements.outage.down = False
        assert await door.take(message(7)) is (Intake.HANDLED if killed else Intake.DUPLICATE)
        assert door.handled == ([7, 7] if killed else [7]), "the first time it was killed afterwards"

    async def test_what_nobody_can_settle_is_counted_and_lapses(self, door: Door) -> None:
        visit = door.intake.visit(message(7))
        await visit.take()
        door.settlements.outage.down = door.claims.outage.down = True
        assert not await visit.close(None)
        assert door.metrics.counts["ClaimsUnfinished"] == 1
        door.settlements.outage.down = door.claims.outage.down = False
        with pytest.raises(StoreUnavailable):
            await door.take(message(7))


class TestAnOutageOfClaims:
    async def test_what_nobody_can_claim_is_to_come_again(self, door: Door) -> None:
        door.claims.outage.down = True
        with pytest.raises(StoreUnavailable):
            await door.take(message(7))
        door.claims.outage.down = False
        assert await door.take(message(7)) is Intake.HANDLED

    async def test_what_cannot_be_given_back_lapses(self, door: Door) -> None:
        door.failures = 1
        visit = door.intake.visit(message(7))
        with pytest.raises(StoreUnavailable):
            await visit.take()
        door.claims.outage.down = True
        await visit.close(None)
        door.claims.outage.down = False
        with pytest.raises(StoreUnavailable):
            await door.take(message(7))
        door.clock.advance(31)
        assert await door.take(message(7)) is Intake.HANDLED

    async def test_of_two_that_take_over_one_does(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        await door.take(message(7), killed=True)
        door.clock.advance(31)

        async def too_late(_update_id: int) -> bool:
            return False

        monkeypatch.setattr(door.claims, "take_over", too_late)
        with pytest.raises(StoreUnavailable):
            await door.take(message(7))
        assert door.handled == [7]
        assert door.admitted[-1].claim is Claim.TAKEN
