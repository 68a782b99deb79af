"""Groups depend on nothing but the set of payments, and hold only what belongs together."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.clustering import (
    SAME_MINUTES,
    SMALLEST_GROUP,
    Payment,
    Trade,
    UnionFind,
    paid_alike,
    trade_alike,
)


def pay(target: str, at: int = 0, lamports: int = 1000, source: str = "hub") -> Payment:
    return Payment(source, at, at, f"{source} {target} {at}", target, lamports)


def test_three_that_got_the_same_in_the_same_minutes_are_a_group() -> None:
    payments = [pay("a"), pay("b", 300), pay("c", 600, 1009)]
    assert paid_alike(payments[::-1]) == [payments]


def test_two_are_none_and_neither_are_other_amounts_times_or_hands() -> None:
    assert paid_alike([pay("a"), pay("b")]) == []
    assert paid_alike([pay("a"), pay("a", 1), pay("b")]) == []
    assert paid_alike([pay("a"), pay("b"), pay("c", lamports=1011)]) == []
    assert paid_alike([pay("a"), pay("b"), pay("c", SAME_MINUTES + 1)]) == []
    assert paid_alike([pay("a"), pay("b"), pay("c", source="another")]) == []


def test_what_belongs_together_by_way_of_others_does_too() -> None:
    (group,) = paid_alike([pay(name, at) for name, at in (("a", 0), ("b", 500), ("c", 1000), ("d", 1500))])
    assert [payment.target for payment in group] == ["a", "b", "c", "d"]


payments = st.lists(
    st.builds(
        pay,
        st.sampled_from("abcdef"),
        st.integers(0, 3000),
        st.integers(99_000, 102_000),
        st.sampled_from(["hub", "another"]),
    ),
    max_size=25,
)


@given(payments, st.randoms())
def test_groups_do_not_depend_on_the_order(made: list[Payment], random: Random) -> None:
    shuffled = [*made, *made[:3]]
    random.shuffle(shuffled)
    assert paid_alike(shuffled) == paid_alike(made)


@given(payments)
def test_a_group_is_of_one_hand_without_gaps_and_no_payment_is_in_two(made: list[Payment]) -> None:
    groups = paid_alike(made)
    for group in groups:
        assert len({payment.target for payment in group}) >= SMALLEST_GROUP
        assert len({payment.source for payment in group}) == 1
        assert all(later.at - earlier.at <= SAME_MINUTES for earlier, later in pairwise(group))
    assert sum(map(len, groups)) == len({payment for group in groups for payment in group})


@given(payments, st.integers(0, 3000))
def test_one_more_payment_never_breaks_a_group(made: list[Payment], at: int) -> None:
    more = paid_alike([*made, pay("g", at, 100_000)])
    for group in paid_alike(made):
        assert any(set(group) <= set(other) for other in more)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_union_find_joins_what_is_connected(pairs: list[tuple[int, int]]) -> None:
    sets: UnionFind[int] = UnionFind()
    for one, other in pairs:
        sets.join(one, other)
    reached = {start: {start} for start in range(10)}
    for _ in range(10):
        for one, other in pairs:
            both = reached[one] | reached[other]
            for member in both:
                reached[member] = reached[member] | both
    for one in range(10):
        for other in range(10):
            assert (sets.find(one) == sets.find(other)) == (other in reached[one])


def trade(trader: str, token: str, at: int) -> Trade:
    return Trade(token, at, at, f"{trader} {token} {at}", trader)


def test_who_trades_two_of_the_same_tokens_in_the_same_minutes_is_found() -> None:
    own = [trade("me", "x", 100), trade("me", "y", 500)]
    bot = [trade("bot", "y", 441), trade("bot", "x", 160)]
    others = [
        *bot, *own, trade("one token", "x", 100), trade("one token", "x", 101),
        trade("late", "x", 161), trade("late", "y", 500), trade("other", "z", 100),
    ]  # fmt: skip
    assert trade_alike(own, others) == {"bot": [trade("bot", "x", 160), trade("bot", "y", 441)]}
    assert trade_alike([], others) == {}
