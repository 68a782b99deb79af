"""What is said of a token's holders, pools and trials: what weighs, and above all what does not."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pool_accounts import address
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.domain.inspection.holders import Holders, Holding, Owner, OwnerKind
from walletwatch.domain.inspection.liquidity import Liquidity, LpShares, PoolState, Removal
from walletwatch.domain.inspection.mint import Extensions, FeeSchedule, MintState, TransferFee
from walletwatch.domain.inspection.tradability import Attempt, AttemptKind, Failed, Passed, Tradability
from walletwatch.domain.risk import Facts, Unknown, UnknownReason, Verdict
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token import (
    fee_trial,
    holder_concentration,
    holder_count,
    liquidity_depth,
    liquidity_removals,
    lp_holders,
    pool_age,
    pool_exists,
    sell_trial,
    transfer_trial,
)

CHECKS = [
    module.CHECK
    for module in (
        fee_trial, holder_concentration, holder_count, liquidity_depth, liquidity_removals, lp_holders,
        pool_age, pool_exists, sell_trial, transfer_trial,
    )
]  # fmt: skip
MINT, MAKER = address("mint"), address("maker")
NOW = 1_790_000_000
DAY = 24 * 3600
REFUSED = Unknown(UnknownReason.REFUSED)
UNTRIED = Unknown(UnknownReason.UNTRIED)

STATE = MintState(MINT, True, 1000, 6, None, None, Extensions(), 5)


def held(*parts: tuple[str, OwnerKind, int], owners: int | Unknown = 500) -> Holders:
    holdings = [
        Holding(address(f"{name} {place}"), Owner(address(name), kind, None, 0), amount, False)
        for place, (name, kind, amount) in enumerate(parts)
    ]
    return Holders(MINT, STATE.supply, 6, tuple(holdings), owners, 77)


def shares(*, burned: int = 0, locked: int = 0, makers: int = 0, one: int = 0) -> LpShares:
    holder = Holding(address("lp"), Owner(address("provider"), OwnerKind.PERSON, None, 0), one, False)
    return LpShares(100, burned, locked, makers, (holder,) if one else ())


POOL = PoolState(
    address("pool"), MAKER, NOW - 90 * DAY, address("counter"), address("vault"), address("counter vault"),
    True, 10**9, 10**9, Decimal(50_000), Decimal("0.000025"), shares(burned=100), (),
)  # fmt: skip


def traded(*pools: PoolState, complete: bool = True) -> Liquidity:
    return Liquidity(MINT, pools, complete, NOW, 77)


def tried(*results: tuple[AttemptKind, Passed | Failed | Unknown]) -> Tradability:
    attempts = [Attempt(kind, False, address("source"), MAKER, result) for kind, result in results]
    return Tradability(MINT, tuple(attempts), 77)


PASSED = Passed(1000, 1000)
FROZEN = Failed("AccountFrozen", None, by_design=False)
PAUSED = Failed("MintPaused", None, by_design=True)
SPREAD = held(*((f"holder {number}", OwnerKind.PERSON, 40) for number in range(20)))
FINE: Facts = {
    MintState: STATE,
    Holders: SPREAD,
    Liquidity: traded(POOL),
    Tradability: tried(*((kind, PASSED) for kind in AttemptKind)),
}


def verdict(*others: Any, base: Facts = FINE) -> Verdict:
    facts = {**base, **{type(fact): fact for fact in others}}
    return weigh(make_all(CHECKS, facts), read_rules())


def rules(*others: Any) -> set[str]:
    found = verdict(*others)
    assert all(each.finding.evidence for each in found.findings)
    return {each.finding.rule for each in found.findings} - {"lp_safe"}


def test_a_token_of_which_all_is_well() -> None:
    fine = verdict()
    assert (fine.score, fine.confidence, fine.unknown) == (0, 100, {})
    assert [each.finding.rule for each in fine.findings] == ["lp_safe"]


def test_what_does_not_apply_is_not_asked() -> None:
    facts = {MintState: STATE, Holders: SPREAD}
    assert verdict(base=facts).confidence == 100
    assert rules(replace(STATE, supply=1), held(("one", OwnerKind.PERSON, 1), owners=1), traded()) == set()


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([("a", OwnerKind.PERSON, 199)], set()),
        ([("a", OwnerKind.PERSON, 120), ("a", OwnerKind.PERSON, 90)], {"supply_concentrated"}),
        ([("a", OwnerKind.MULTISIG, 300)], {"supply_concentrated"}),
        ([(f"{number}", OwnerKind.PERSON, 101) for number in range(5)], {"supply_concentrated"}),
        ([("a", OwnerKind.POOL, 900), ("b", OwnerKind.PERSON, 50)], set()),
        ([("a", OwnerKind.LOCKED, 500), ("b", OwnerKind.EXCHANGE, 400)], set()),
        ([("a", OwnerKind.PROGRAM, 300)], {"supply_in_program"}),
        # A tenth of what was made is most of what is left.
        ([("a", OwnerKind.BURNED, 850), ("b", OwnerKind.PERSON, 100)], {"supply_concentrated"}),
        ([("a", OwnerKind.BURNED, 1000)], set()),
    ],
)
def test_concentration_is_of_people_over_what_is_not_burned(
    parts: list[tuple[str, OwnerKind, int]], found: set[str]
) -> None:
    assert rules(held(*parts)) == found


def test_shares_are_told_in_percent() -> None:
    parts = [("a", OwnerKind.PERSON, 400), ("a", OwnerKind.PERSON, 100), ("b", OwnerKind.PERSON, 55)]
    (finding,) = [each.finding for each in verdict(held(*parts)).findings if each.finding.values.get("top1")]
    assert finding.values == {"top1": Decimal("50.0"), "top5": Decimal("55.5"), "top10": Decimal("55.5")}


def test_few_holders_are_told_and_an_unknown_number_is_not_few() -> None:
    assert rules(replace(SPREAD, owners=49)) == {"few_holders"}
    assert rules(replace(SPREAD, owners=50)) == set()
    unknown = verdict(replace(SPREAD, owners=Unknown(UnknownReason.TOO_MUCH)))
    assert unknown.unknown == {"holder_count": UnknownReason.TOO_MUCH}
    assert unknown.score == 0


def test_pools_that_could_not_be_listed_are_not_missing() -> None:
    assert rules(traded()) == {"no_pool"}
    unlisted = verdict(traded(complete=False))
    assert unlisted.unknown == {"pool_exists": UnknownReason.REFUSED, "sell_trial": UnknownReason.REFUSED}
    assert verdict(base={**FINE, Liquidity: REFUSED}).confidence < 60


@pytest.mark.parametrize(
    ("pool", "found"),
    [
        (replace(POOL, depth_usd=Decimal(4_999)), {"thin_liquidity"}),
        (replace(POOL, depth_usd=Decimal(0), reserve=0), {"thin_liquidity"}),
        (replace(POOL, opened_at=NOW - 6 * DAY), {"young_pool"}),
        (replace(POOL, opened_at=NOW + DAY), {"young_pool"}),
        (replace(POOL, opened_at=NOW - 7 * DAY), set()),
        (replace(POOL, lp=shares(makers=20)), {"lp_held_by_maker"}),
        (replace(POOL, lp=shares(makers=19)), set()),
        (replace(POOL, lp=shares(one=50)), {"lp_held_by_one"}),
        (replace(POOL, lp=shares(one=49, locked=51)), set()),
    ],
)
def test_pools(pool: PoolState, found: set[str]) -> None:
    assert rules(traded(pool)) == found


def test_a_depth_that_is_not_known_is_not_thin() -> None:
    unknown = replace(POOL, depth_usd=Unknown(UnknownReason.UNAVAILABLE))
    assert verdict(traded(unknown)).unknown == {"liquidity_depth": UnknownReason.UNAVAILABLE}
    assert verdict(traded(POOL, unknown)).unknown == {}
    untold = replace(POOL, lp=REFUSED, removals=REFUSED)
    assert set(verdict(traded(untold)).unknown) == {"lp_holders", "liquidity_removals"}
    assert verdict(traded(untold)).score == 0


@pytest.mark.parametrize(
    ("by", "share", "days", "found"),
    [
        (MAKER, "0.2", 1, {"liquidity_pulled"}),
        (MAKER, "0.19", 1, set()),
        ("stranger", "0.49", 1, set()),
        ("stranger", "0.5", 1, {"liquidity_removed"}),
        (MAKER, "1", 31, set()),
        (MAKER, "1", None, {"liquidity_pulled"}),
    ],
)
def test_removals(by: str, share: str, days: int | None, found: set[str]) -> None:
    at = None if days is None else NOW - days * DAY
    removal = Removal("s" * 88, 70, at, by, Decimal(share), (10**9, 10**9))
    assert rules(traded(replace(POOL, removals=(removal,)))) == found


def test_a_small_pool_that_anybody_opened_and_left_says_nothing() -> None:
    # A thousandth of what the other pool holds.
    removal = Removal("s" * 88, 70, NOW, MAKER, Decimal(1), (10**6, 10**6))
    left = replace(POOL, address=address("small"), reserve=0, counter_reserve=0, depth_usd=Decimal(0))
    left = replace(left, removals=(removal,))
    assert rules(traded(POOL, left)) == set()
    assert rules(traded(left)) >= {"liquidity_pulled"}
    # What it is paired with now has no price: nothing can be compared, and nothing is held against it.
    unpriced = verdict(traded(POOL, replace(left, counter_usd=REFUSED)))
    assert unpriced.score == 0
    assert unpriced.unknown == {"liquidity_removals": UnknownReason.REFUSED}
    # Nor do pools of worthless counters hide what is taken.
    junk = replace(POOL, address=address("junk"), depth_usd=Unknown(UnknownReason.UNAVAILABLE))
    assert "liquidity_pulled" in rules(traded(left, junk))


def test_a_history_that_cannot_be_read_hides_no_other() -> None:
    removal = Removal("s" * 88, 70, NOW, MAKER, Decimal(1), (10**9, 10**9))
    unread = replace(POOL, address=address("unread"), removals=REFUSED)
    found = verdict(traded(unread, replace(POOL, removals=(removal,))))
    assert "liquidity_pulled" in {each.finding.rule for each in found.findings}
    assert found.unknown["liquidity_removals"] is UnknownReason.REFUSED


def test_a_pool_that_opens_in_no_calendar() -> None:
    findings = verdict(traded(replace(POOL, opened_at=2**64 - 1))).findings
    (young,) = [each.finding for each in findings if each.finding.rule == "young_pool"]
    assert young.evidence[0].value == str(2**64 - 1)


@pytest.mark.parametrize(
    ("results", "found", "score"),
    [
        (
            [("transfer", PASSED), ("buy", PASSED), ("sell", FROZEN), ("sell", FROZEN)],
            {"sell_impossible"},
            80,
        ),
        (
            [("transfer", PASSED), ("buy", PASSED), ("sell", FROZEN), ("sell", PASSED)],
            {"sell_refused_to_some"},
            40,
        ),
        ([("transfer", PASSED), ("buy", FROZEN), ("sell", FROZEN)], set(), 0),
        ([("transfer", FROZEN), ("buy", FROZEN), ("sell", FROZEN)], {"transfer_impossible"}, 70),
        ([("transfer", PAUSED), ("buy", PAUSED), ("sell", PAUSED)], {"transfer_stopped"}, 0),
        ([("transfer", PASSED), ("buy", PASSED), ("sell", UNTRIED)], set(), 0),
    ],
)  # fmt: skip
def test_trials(results: Sequence[tuple[str, Any]], found: set[str], score: int) -> None:
    made = tried(*((AttemptKind(kind), result) for kind, result in results))
    assert rules(made) == found
    assert verdict(made).score >= score


def test_a_trial_that_says_nothing_is_unknown_and_never_a_honeypot() -> None:
    nothing = verdict(tried(*((kind, UNTRIED) for kind in AttemptKind)))
    assert nothing.score == 0
    assert nothing.unknown == dict.fromkeys(
        ("transfer_trial", "sell_trial", "fee_trial"), UnknownReason.UNTRIED
    )
    unsure = tried((AttemptKind.TRANSFER, PASSED), (AttemptKind.BUY, UNTRIED), (AttemptKind.SELL, FROZEN))
    assert verdict(unsure).unknown == {"sell_trial": UnknownReason.UNTRIED}


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 2000), st.integers(1, 10**12))
def test_a_fee_is_no_more_than_the_worst_that_is_announced(
    older: int, newer: int, maximum: int, sent: int
) -> None:
    schedules = (FeeSchedule(1, older, maximum), FeeSchedule(2, newer, maximum))
    fee = TransferFee(*schedules, None, None)
    state = replace(STATE, extensions=Extensions(transfer_fee=fee))
    worst = min(maximum, -(-sent * max(older, newer) // 10_000))
    for taken, found in ((worst, set()), (worst + 1, {"takes_more_than_fee"})):
        if taken <= sent:
            assert (
                rules(state, tried((AttemptKind.TRANSFER, Passed(sent, sent - taken)))) - {"sell_trial"}
                == found
            )


def test_facts_are_kept() -> None:
    for kind, fact in FINE.items():
        assert decode(encode(fact), kind | Unknown) == fact
    removal = Removal("s" * 88, 70, None, MAKER, Decimal("0.5"), (1, 2))
    unknown = traded(replace(POOL, depth_usd=REFUSED, lp=None, removals=(removal,)))
    assert decode(encode(unknown), Liquidity | Unknown) == unknown
    failed = tried((AttemptKind.SELL, FROZEN), (AttemptKind.BUY, UNTRIED), (AttemptKind.BUY, Passed(1, None)))
    assert decode(encode(failed), Tradability | Unknown) == failed
