"""What a wallet's activities say of it, and of those who are after its owner."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.conduct import HISTORY_BEFORE, ROUNDS, conduct_of
from walletwatch.domain.inspection.conduct import Conduct
from walletwatch.domain.money import NATIVE

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
FRIEND = "Hh4i3HMLjJpNy37CdQSab4j3vvsqGpPpocAAP71YdGNx"
LIKE_FRIEND = "Hh4iDyM3LyzCH9SfZ5U2sKV5aV1JAL6LczfuaNGHYdGNx"
THIEF = "DyM3LyzCH9SfZ5U2sKV5aV1JAL6LczfuaNGHqVRAg8GP"
TOKEN = "iM3Cos531jwKsPLXQqtMPhtFyN2NFcH92nY3XPEXvJP"
WHOLE = 10**9


class Life:
    """A wallet's activities, a minute apart unless said otherwise."""

    def __init__(self, lamports: int = 100 * WHOLE) -> None:
        self.activities: list[Activity] = []
        self.balances: dict[str, tuple[int, int]] = {}
        self.lamports = lamports
        self.now = 1_790_000_000

    def moves(self, amount: int, other: str, *, asset: str = NATIVE, after: int = 60) -> str:
        self.now += after
        kind = ActivityKind.TRANSFER_IN if amount > 0 else ActivityKind.TRANSFER_OUT
        signature = f"signature {len(self.activities):04}"
        legs = (Leg(asset, amount, 9, other),)
        fee = 5000 if amount < 0 else 0
        before = self.lamports
        self.lamports += (amount if asset == NATIVE else 0) - fee
        self.balances[signature] = before, self.lamports
        self.activities.append(
            Activity(
                signature,
                1000 + len(self.activities),
                self.now,
                WALLET,
                True,
                None,
                kind,
                legs,
                fee,
                0,
                None,
                (),
            )
        )
        return signature

    def used(self) -> "Life":
        """Something happened before."""
        for _ in range(HISTORY_BEFORE):
            self.moves(-WHOLE // 10, FRIEND, after=86_400)
        return self

    def conduct(self, *, labelled: Sequence[str] = (), order: int | None = None) -> Conduct:
        activities = list(self.activities)
        if order is not None:
            Random(order).shuffle(activities)
        return conduct_of(WALLET, activities, self.balances, labelled=labelled, whole=True)


class TestEmptying:
    def test_all_at_once_to_a_stranger(self) -> None:
        life = Life().used()
        tokens = life.moves(-7, THIEF, asset=TOKEN)
        lamports = life.moves(-(life.lamports - 10_000), THIEF)
        seen = life.conduct().emptying
        assert seen is not None
        assert (seen.target, seen.tokens, seen.signatures) == (THIEF, 1, (tokens, lamports))
        assert (seen.before, seen.left, seen.at) == (99_499_975_000, 5_000, life.now)

    def test_bit_by_bit_within_minutes(self) -> None:
        life = Life().used()
        for _ in range(4):
            life.moves(-life.lamports * 7 // 10, THIEF)
        seen = life.conduct().emptying
        assert seen is not None
        assert len(seen.signatures) == 4

    @pytest.mark.parametrize("labelled", [(), (THIEF,)])
    def test_somebody_known_is_no_thief(self, labelled: Sequence[str]) -> None:
        life = Life().used()
        life.moves(-(life.lamports - 10_000), THIEF if labelled else FRIEND)
        assert life.conduct(labelled=labelled).emptying is None

    def test_a_part_or_a_little_is_none(self) -> None:
        life = Life().used()
        life.moves(-life.lamports // 2, THIEF)
        assert life.conduct().emptying is None
        poor = Life(WHOLE)
        poor.used()
        poor.moves(-(WHOLE // 4), FRIEND)
        poor.lamports = 50_000_000
        poor.moves(-(poor.lamports - 10_000), THIEF)
        assert poor.conduct().emptying is None

    def test_slowly_is_none(self) -> None:
        life = Life().used()
        for _ in range(4):
            life.moves(-life.lamports * 7 // 10, THIEF, after=3600)
        assert life.conduct().emptying is None

    def test_a_wallet_that_was_only_filled_and_emptied_is_none(self) -> None:
        life = Life(0)
        life.moves(50 * WHOLE, FRIEND)
        life.moves(-(life.lamports - 10_000), THIEF)
        assert life.conduct().emptying is None


class TestCircles:
    def test_there_and_back_again_and_again(self) -> None:
        life = Life()
        for _ in range(ROUNDS):
            life.moves(-WHOLE, FRIEND)
            life.moves(WHOLE, FRIEND)
        (circle,) = life.conduct().circles
        assert (circle.other, circle.asset, circle.rounds) == (FRIEND, NATIVE, ROUNDS)
        assert life.conduct(labelled=[FRIEND]).circles == ()

    def test_a_loan_or_rent_is_none(self) -> None:
        life = Life()
        life.moves(-WHOLE, FRIEND)
        life.moves(WHOLE, FRIEND)
        for _ in range(12):
            life.moves(-WHOLE, FRIEND, after=30 * 86_400)
        assert life.conduct().circles == ()

    def test_slow_rounds_are_none(self) -> None:
        life = Life()
        for _ in range(2 * ROUNDS):
            life.moves(-WHOLE, FRIEND, after=86_400)
            life.moves(WHOLE, FRIEND, after=86_400)
        assert life.conduct().circles == ()


class TestAttacks:
    def test_a_lookalike_that_sends_crumbs(self) -> None:
        life = Life()
        life.moves(-WHOLE, FRIEND)
        life.moves(1, LIKE_FRIEND, after=90)
        (seen,) = life.conduct().poisonings
        assert (seen.suspicious, seen.known, seen.seconds_after) == (LIKE_FRIEND, FRIEND, 90)

    def test_paying_a_friend_is_none(self) -> None:
        life = Life()
        life.moves(-WHOLE, FRIEND)
        life.moves(-WHOLE, FRIEND)
        life.moves(WHOLE, FRIEND)
        assert life.conduct().poisonings == ()

    def test_dust_of_strangers_is_counted(self) -> None:
        life = Life()
        signatures = [life.moves(1, f"stranger {number}") for number in range(7)]
        found = life.conduct()
        assert found.dusted == 7
        assert [each.signature for each in found.crumbs] == signatures[:1:-1]


@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from([-WHOLE, WHOLE, -1, 1, -60 * WHOLE]),
            st.sampled_from([FRIEND, LIKE_FRIEND, THIEF]),
            st.sampled_from([NATIVE, TOKEN]),
            st.sampled_from([1, 300, 86_400]),
        ),
        max_size=25,
    ),
    order=st.integers(0, 9),
)
def test_the_order_in_which_they_come_does_not_matter(
    moves: list[tuple[int, str, str, int]], order: int
) -> None:
    life = Life()
    for amount, other, asset, after in moves:
        life.moves(amount, other, asset=asset, after=after)
    assert life.conduct(order=order) == life.conduct()
    found = life.conduct()
    assert {each.suspicious for each in found.poisonings} <= {FRIEND, LIKE_FRIEND}
    assert found.transactions == len(moves)
