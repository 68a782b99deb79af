"""When rules fire: by the facts of each kind, and never against cooldown, repetition or expiry."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.alert_rules.balances import change
from walletwatch.domain.alert_rules.evaluation import evaluate, is_rearmed
from walletwatch.domain.alert_rules.facts import (
    BalanceFacts,
    ClusterFacts,
    EventFacts,
    Facts,
    InactivityFacts,
    PriceFacts,
    RiskFacts,
)
from walletwatch.domain.alert_rules.firing import Attempt, after, expiry_of, plan_firings
from walletwatch.domain.alert_rules.replay import (
    balance_facts,
    cluster_facts,
    event_facts,
    inactivity_facts,
    price_facts,
    replay,
)
from walletwatch.domain.alert_rules.rule import (
    TRAITS,
    AlertKind,
    Rule,
    State,
    Terms,
    state_of,
    with_least_cooldown,
)
from walletwatch.domain.alert_rules.schedule import first_check, next_check
from walletwatch.domain.annotations import Annotation, AssetNote, Flag
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings, Owner
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.plans import LIMITS, Plan, Quota, limit_of
from walletwatch.domain.quiet import Pace, QuietHours
from walletwatch.domain.rules import Suppression

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER = "CAJeVEoSm1QQZccnCqYu9cnNF7TTD2fcUA3E5HQoxRvR"
THIRD = "pXNTyoqQsskHdZ7Q1rnP25FEyHHjissbs7n6RRN2nP5"
MINT = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHAT = Chat(42, ChatKind.PRIVATE)


def _rule(kind: AlertKind, **fields: Any) -> Rule:
    terms = {name: fields.pop(name) for name in list(fields) if name in Terms.__dataclass_fields__}
    base: dict[str, Any] = {"id": 1, "chat_id": 42, "number": 1, "created_at": NOW - timedelta(days=40)}
    return Rule(**base | {"kind": kind, "terms": Terms(**terms)} | fields)


def _activity(*legs: Leg, kind: ActivityKind = ActivityKind.TRANSFER_IN, **fields: Any) -> Activity:
    done = Activity("s", 101, round(NOW.timestamp()), WALLET, True, None, kind, legs, 0, 0, None, ())
    return replace(done, **fields)


def _event(*legs: Leg, new: frozenset[str] = frozenset(), **fields: Any) -> EventFacts:
    return EventFacts(NOW, _activity(*legs, **fields), new)


def _priced(usd: str | None) -> Annotation:
    price = None if usd is None else Decimal(usd)
    return Annotation(MappingProxyType({"native": AssetNote("XNT", None, 9, listed=True, usd=price)}))


FIVE_IN, FIVE_OUT = Leg("native", 5 * 10**9, 9, OTHER), Leg("native", -5 * 10**9, 9, OTHER)
TOKEN_IN, TOKEN_OUT = Leg(MINT, 7, 6, OTHER), Leg(MINT, -7, 6, OTHER)
TRANSFER = _rule(AlertKind.TRANSFER_OVER, asset="native", amount=5 * 10**9 - 1)
WORTH = _rule(AlertKind.TRANSFER_OVER, asset="native", usd=Decimal(50))
SWAP: dict[str, Any] = {"kind": ActivityKind.SWAP}
ASSET_OUT: dict[str, Any] = {
    "kind": ActivityKind.NFT_OUT,
    "details": {"asset": MINT, "from": WALLET, "to": OTHER},
}


@pytest.mark.parametrize(
    ("rule", "facts", "fires"),
    [
        (TRANSFER, _event(FIVE_IN), True),
        (TRANSFER, _event(FIVE_OUT, kind=ActivityKind.TRANSFER_OUT), True),
        (TRANSFER, _event(FIVE_IN, success=False), False),
        (TRANSFER, _event(FIVE_IN, kind=ActivityKind.SWAP), False),
        (_rule(AlertKind.TRANSFER_OVER, asset="native", amount=5 * 10**9), _event(FIVE_IN), False),
        (_rule(AlertKind.TRANSFER_OVER, asset=MINT, amount=1), _event(FIVE_IN), False),
        (WORTH, _event(FIVE_IN, annotation=_priced("10.01")), True),
        (WORTH, _event(FIVE_IN, annotation=_priced("10")), False),
        (WORTH, _event(FIVE_IN, annotation=_priced(None)), False),
        (WORTH, _event(FIVE_IN), False),
        (_rule(AlertKind.TRANSFER_OVER, usd=Decimal(50)), _event(FIVE_IN, annotation=_priced("99")), True),
        (_rule(AlertKind.TOKEN_NEW), _event(TOKEN_IN, new=frozenset({MINT})), True),
        (_rule(AlertKind.TOKEN_NEW), _event(TOKEN_IN), False),
        (_rule(AlertKind.TOKEN_NEW), _event(TOKEN_OUT, new=frozenset({MINT})), False),
        (_rule(AlertKind.COUNTERPARTY, address=OTHER), _event(FIVE_IN), True),
        (_rule(AlertKind.COUNTERPARTY, address=THIRD), _event(FIVE_IN), False),
        (_rule(AlertKind.COUNTERPARTY, address=OTHER), _event(**ASSET_OUT), True),
        (_rule(AlertKind.COUNTERPARTY, address=THIRD), _event(**ASSET_OUT), False),
        (_rule(AlertKind.PROGRAM, address=OTHER), _event(programs=(THIRD, OTHER)), True),
        (_rule(AlertKind.PROGRAM, address=OTHER), _event(programs=(THIRD,)), False),
        (_rule(AlertKind.TOKEN_SOLD, asset=MINT), _event(TOKEN_OUT, FIVE_IN, **SWAP), True),
        (_rule(AlertKind.TOKEN_SOLD, asset=MINT), _event(TOKEN_IN, FIVE_OUT, **SWAP), False),
        (_rule(AlertKind.TOKEN_SOLD, asset=MINT), _event(TOKEN_OUT, kind=ActivityKind.TRANSFER_OUT), False),
        (_rule(AlertKind.TOKEN_BOUGHT, asset=MINT), _event(TOKEN_IN, FIVE_OUT, **SWAP), True),
        (_rule(AlertKind.APPROVAL), _event(kind=ActivityKind.APPROVE, details={"delegate": OTHER}), True),
        (_rule(AlertKind.APPROVAL), _event(kind=ActivityKind.REVOKE), False),
        (_rule(AlertKind.APPROVAL), _event(FIVE_OUT, details={"approvals": [{"delegate": OTHER}]}), True),
        (_rule(AlertKind.APPROVAL), _event(FIVE_OUT, details={"approvals": []}), False),
        (_rule(AlertKind.AUTHORITY), _event(kind=ActivityKind.AUTHORITY_CHANGE), True),
        (_rule(AlertKind.STAKE_DEACTIVATED), _event(kind=ActivityKind.STAKE_DEACTIVATE), True),
        (_rule(AlertKind.RISK_WORSE, points=10), RiskFacts(NOW, WALLET, "c", 50, 60), True),
        (_rule(AlertKind.RISK_WORSE, points=10), RiskFacts(NOW, WALLET, "c", 50, 59), False),
        (_rule(AlertKind.RISK_WORSE, points=10), RiskFacts(NOW, WALLET, "c", 60, 50), False),
        (_rule(AlertKind.BALANCE_ABOVE, asset="native", amount=5), BalanceFacts(NOW, 6), True),
        (_rule(AlertKind.BALANCE_ABOVE, asset="native", amount=5), BalanceFacts(NOW, 5), False),
        (_rule(AlertKind.BALANCE_BELOW, asset="native", amount=5), BalanceFacts(NOW, 4), True),
        (_rule(AlertKind.BALANCE_BELOW, asset="native", amount=5, armed=False), BalanceFacts(NOW, 4), False),
        (_rule(AlertKind.BALANCE_MOVED, percent=Decimal(10)), BalanceFacts(NOW, 110, 100), True),
        (_rule(AlertKind.BALANCE_MOVED, percent=Decimal(10)), BalanceFacts(NOW, 109, 100), False),
        (_rule(AlertKind.BALANCE_MOVED, percent=Decimal(10)), BalanceFacts(NOW, 90, 100), True),
        (_rule(AlertKind.BALANCE_MOVED, percent=Decimal(10)), BalanceFacts(NOW, 1, 0), True),
        (_rule(AlertKind.BALANCE_MOVED, percent=Decimal(10)), BalanceFacts(NOW, 0, 0), False),
        (_rule(AlertKind.BALANCE_MOVED, percent=Decimal(10)), BalanceFacts(NOW, 110), False),
        (_rule(AlertKind.PRICE_ABOVE, usd=Decimal(2)), PriceFacts(NOW, Decimal("2.1")), True),
        (_rule(AlertKind.PRICE_ABOVE, usd=Decimal(2)), PriceFacts(NOW, Decimal(2)), False),
        (_rule(AlertKind.PRICE_BELOW, usd=Decimal(2)), PriceFacts(NOW, Decimal("1.9")), True),
        (
            _rule(AlertKind.PRICE_MOVED, percent=Decimal(10)),
            PriceFacts(NOW, Decimal(11), [Decimal(10)]),
            True,
        ),
        (_rule(AlertKind.PRICE_MOVED, percent=Decimal(10)), PriceFacts(NOW, Decimal(9), [Decimal(10)]), True),
        (
            _rule(AlertKind.PRICE_MOVED, percent=Decimal(10)),
            PriceFacts(NOW, Decimal(10), [Decimal(10), Decimal(12), Decimal(10)]),
            True,
        ),
        (_rule(AlertKind.PRICE_MOVED, percent=Decimal(10)), PriceFacts(NOW, Decimal(10)), False),
        (_rule(AlertKind.INACTIVE, days=3), InactivityFacts(NOW, NOW - timedelta(days=3), "s"), True),
        (
            _rule(AlertKind.INACTIVE, days=3),
            InactivityFacts(NOW, NOW - timedelta(days=3) + timedelta(seconds=1), "s"),
            False,
        ),
        # Facts of another family say nothing.
        (_rule(AlertKind.PRICE_ABOVE, usd=Decimal(0)), BalanceFacts(NOW, 5), False),
    ],
)
def test_what_makes_a_rule_fire(rule: Rule, facts: Facts, fires: bool) -> None:
    firing = evaluate(rule, facts)
    assert (firing is not None) is fires
    # One that is paused, over or expired never fires, whatever happens.
    for silent in (
        replace(rule, paused=True),
        replace(rule, ended_at=NOW),
        replace(rule, expires_at=NOW),
        replace(rule, created_at=NOW + timedelta(minutes=2)),
    ):
        assert evaluate(silent, facts) is None


def _by(wallet: str, minutes: int, *legs: Leg, kind: ActivityKind = ActivityKind.SWAP) -> Activity:
    at = round((NOW + timedelta(minutes=minutes)).timestamp())
    return _activity(*legs, kind=kind, wallet=wallet, signature=f"{wallet}{minutes}", block_time=at)


@pytest.mark.parametrize(
    ("others", "count"),
    [
        ([_by(OTHER, -14, TOKEN_IN, FIVE_OUT)], 2),
        ([_by(OTHER, 14, TOKEN_IN, FIVE_OUT)], 2),
        ([_by(OTHER, -16, TOKEN_IN, FIVE_OUT)], None),
        ([_by(OTHER, -1, TOKEN_OUT, FIVE_IN)], None),
        ([_by(WALLET, -1, TOKEN_IN, FIVE_OUT)], None),
        ([_by(OTHER, -1, TOKEN_IN, kind=ActivityKind.TRANSFER_IN)], None),
        ([_by(OTHER, -1, TOKEN_IN), _by(THIRD, -2, TOKEN_IN), _by(OTHER, -3, TOKEN_IN)], 3),
    ],
)
def test_wallets_that_do_the_same_within_the_window(others: Sequence[Activity], count: int | None) -> None:
    rule = _rule(AlertKind.CLUSTER, count=2, minutes=15)
    firing = evaluate(rule, ClusterFacts(NOW, _by(WALLET, 0, TOKEN_IN, FIVE_OUT), others))
    assert (firing.values["count"] if firing else None) == count
    if firing:
        assert firing.values["asset"] == MINT


def test_what_strangers_scatter_is_no_deed_of_wallets() -> None:
    rule, scattered = _rule(AlertKind.CLUSTER, count=2, minutes=15), Annotation(flags=(Flag.IMPOSTOR_TOKEN,))
    got = [_by(wallet, 0, TOKEN_IN, kind=ActivityKind.TRANSFER_IN) for wallet in (WALLET, OTHER)]
    assert evaluate(rule, ClusterFacts(NOW, got[0], got[1:])) is not None
    spam = [replace(each, annotation=scattered) for each in got]
    assert evaluate(rule, ClusterFacts(NOW, spam[0], spam[1:])) is None
    assert evaluate(rule, ClusterFacts(NOW, got[0], spam[1:])) is None


def test_a_line_is_told_when_it_is_crossed_and_again_only_after_it_was_crossed_back() -> None:
    rule = _rule(AlertKind.PRICE_ABOVE, usd=Decimal(5))
    prices = [4, 6, 7, 6, 5, 6, 6, 4, 9]
    facts = [PriceFacts(NOW + timedelta(minutes=m), Decimal(usd)) for m, usd in enumerate(prices)]
    assert [fact.minute for fact in replay(rule, facts)] == [1, 5, 8]


_steps = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 10)), max_size=40)


@given(
    steps=_steps, cooldown=st.integers(0, 120), repeats=st.booleans(), kind=st.sampled_from(["event", "line"])
)
def test_cooldown_repetition_and_expiry_hold_whatever_happens(
    steps: list[tuple[int, int]], cooldown: int, repeats: bool, kind: str
) -> None:
    expires = NOW + timedelta(minutes=600)
    fields: dict[str, Any] = {
        "cooldown": timedelta(minutes=cooldown), "repeats": repeats, "expires_at": expires, "created_at": NOW,
    }  # fmt: skip
    if kind == "event":
        rule = _rule(AlertKind.TRANSFER_OVER, asset="native", amount=4, **fields)
    else:
        rule = _rule(AlertKind.BALANCE_ABOVE, asset="native", amount=4, **fields)
    at, fired = NOW, []
    for number, (minutes, amount) in enumerate(steps):
        at += timedelta(minutes=minutes)
        facts: Facts = BalanceFacts(at, amount)
        if kind == "event":
            facts = EventFacts(at, _activity(Leg("native", amount, 9), signature=str(number)))
        firing = evaluate(rule, facts)
        if is_rearmed(rule, facts):
            rule = replace(rule, armed=True)
        if firing is not None:
            fired.append(at)
            rule = after(rule, firing, at)
    assert all(later - earlier >= timedelta(minutes=cooldown) for earlier, later in pairwise(fired))
    assert all(moment < expires for moment in fired)
    assert repeats or len(fired) <= 1
    assert rule.fired == len(fired)


def _attempts(rule: Rule, count: int, chat: Chat = CHAT, **fields: Any) -> list[Attempt]:
    found = []
    for number in range(count):
        at = NOW + timedelta(seconds=number)
        firing = evaluate(rule, EventFacts(at, _activity(kind=ActivityKind.APPROVE, signature=str(number))))
        assert firing is not None
        found.append(Attempt(rule.id, chat, firing, **fields))
    return found


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (_rule(AlertKind.APPROVAL), 5),
        (_rule(AlertKind.APPROVAL, repeats=False), 1),
        (_rule(AlertKind.APPROVAL, cooldown=timedelta(seconds=2)), 3),
    ],
)
def test_of_a_batch_is_told_what_the_rule_allows(rule: Rule, told: int) -> None:
    outcomes = plan_firings(_attempts(rule, 5), {rule.id: rule}, {}, now=NOW)
    assert [outcome.delivery.status for outcome in outcomes] == [DeliveryStatus.PENDING] * told
    last = outcomes[-1].rule
    assert last is not None
    assert last.fired == told
    assert plan_firings(_attempts(rule, 5), {}, {}, now=NOW) == []


def test_what_is_held_has_one_message_and_what_is_urgent_is_not_held() -> None:
    chat = replace(CHAT, settings=ChatSettings(pace=Pace.DAILY, digest_hour=18))
    rule = _rule(AlertKind.APPROVAL)
    outcomes = plan_firings(_attempts(rule, 3, chat), {rule.id: rule}, {}, now=NOW)
    holder, *merged = outcomes
    assert (holder.delivery.status, holder.delivery.due_at) == (DeliveryStatus.PENDING, NOW.replace(hour=18))
    assert holder.firing is None
    assert {each.delivery.digest_key for each in merged} == {holder.delivery.key}
    end = NOW.replace(hour=18)
    again = plan_firings(_attempts(rule, 1, chat), {rule.id: rule}, {(42, end, False): "a" * 32}, now=NOW)
    assert [each.delivery.digest_key for each in again] == ["a" * 32]
    urgent = replace(rule, urgent=True)
    (outcome,) = plan_firings(_attempts(urgent, 1, chat), {rule.id: urgent}, {}, now=NOW)
    assert outcome.delivery.status is DeliveryStatus.PENDING
    snoozed = replace(CHAT, settings=ChatSettings(snoozed_until=NOW + timedelta(hours=1)))
    assert len(plan_firings(_attempts(urgent, 1, snoozed), {rule.id: urgent}, {}, now=NOW)) == 2


def test_what_is_urgent_waits_for_the_snooze_and_not_for_the_digest_that_is_open() -> None:
    snoozed_until, digest_at = NOW + timedelta(hours=1), NOW.replace(hour=18)
    settings = ChatSettings(pace=Pace.DAILY, digest_hour=18, snoozed_until=snoozed_until)
    chat, rule = replace(CHAT, settings=settings), _rule(AlertKind.APPROVAL)
    urgent, open_one = replace(rule, urgent=True), {(42, digest_at, False): "a" * 32}
    holder, told = plan_firings(_attempts(urgent, 1, chat), {rule.id: urgent}, open_one, now=NOW)
    assert (holder.delivery.due_at, told.delivery.digest_key) == (snoozed_until, holder.delivery.key)
    # Nor does what can wait come with what cannot.
    open_one = {(42, snoozed_until, True): "b" * 32}
    holder, _ = plan_firings(_attempts(rule, 1, chat), {rule.id: rule}, open_one, now=NOW)
    assert holder.delivery.due_at == digest_at


def test_that_an_urgent_rule_is_over_wakes_nobody() -> None:
    settings = ChatSettings(quiet=QuietHours(12 * 60, 13 * 60))
    rule = _rule(AlertKind.APPROVAL, urgent=True, expires_at=NOW)
    attempt = Attempt(rule.id, replace(CHAT, settings=settings), expiry_of(rule, NOW))
    holder, said = plan_firings([attempt], {rule.id: rule}, {}, now=NOW)
    assert holder.delivery.due_at == NOW + timedelta(hours=1)
    assert said.delivery.digest_key == holder.delivery.key


def test_a_rule_that_nobody_heard_is_not_over() -> None:
    rule = _rule(AlertKind.APPROVAL, repeats=False)
    attempts = _attempts(rule, 1, suppressed=Suppression.MUTED)
    (outcome,) = plan_firings(attempts, {rule.id: rule}, {}, now=NOW)
    assert (outcome.delivery.status, outcome.delivery.reason) == (DeliveryStatus.SUPPRESSED, "muted")
    assert outcome.rule is not None
    assert (outcome.rule.fired, outcome.rule.ended_at) == (1, None)


def test_the_last_word_of_a_rule_comes_once_it_has_expired() -> None:
    rule = _rule(AlertKind.APPROVAL, expires_at=NOW, fired=3)
    attempt = Attempt(rule.id, CHAT, expiry_of(rule, NOW))
    assert plan_firings([attempt], {rule.id: rule}, {}, now=NOW - timedelta(seconds=1)) == []
    (outcome,) = plan_firings([attempt], {rule.id: rule}, {}, now=NOW)
    assert outcome.rule is not None
    assert (outcome.rule.ended_at, outcome.rule.fired) == (NOW, 3)
    assert plan_firings([attempt], {rule.id: outcome.rule}, {}, now=NOW) == []
    # Extended and expired again, it is another occasion.
    later = replace(rule, expires_at=NOW + timedelta(days=1))
    assert Attempt(rule.id, CHAT, expiry_of(later, NOW)).key != attempt.key


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, State.ARMED),
        ({"paused": True}, State.PAUSED),
        ({"ended_at": NOW, "paused": True}, State.OVER),
        ({"expires_at": NOW}, State.OVER),
        ({"armed": False}, State.WAITING),
        ({"last_fired_at": NOW, "cooldown": timedelta(hours=1)}, State.COOLING),
        ({"last_fired_at": NOW}, State.ARMED),
        ({"watching": False, "armed": False}, State.UNWATCHED),
        ({"watching": False, "paused": True}, State.PAUSED),
    ],
)
def test_how_a_rule_stands(fields: dict[str, Any], state: State) -> None:
    assert state_of(_rule(AlertKind.APPROVAL, **fields), NOW) is state


def test_a_rule_is_looked_at_when_time_may_make_it_fire_or_end() -> None:
    hour, later = timedelta(hours=1), NOW + timedelta(days=2)
    assert first_check(_rule(AlertKind.APPROVAL), NOW) is None
    assert first_check(_rule(AlertKind.APPROVAL, expires_at=later), NOW) == later
    assert first_check(_rule(AlertKind.PRICE_ABOVE, expires_at=later), NOW) == NOW
    assert next_check(_rule(AlertKind.PRICE_ABOVE), None, NOW) is None
    inactive = _rule(AlertKind.INACTIVE, days=5)
    assert next_check(inactive, later, NOW) == later
    assert next_check(inactive, NOW, NOW) == NOW + hour
    assert next_check(replace(inactive, expires_at=NOW + hour / 2), later, NOW) == NOW + hour / 2


def test_a_change_in_a_window_is_told_once_for_each_window() -> None:
    day = timedelta(days=1)
    terms = Terms(percent=Decimal(5), minutes=1440)
    assert with_least_cooldown(AlertKind.PRICE_MOVED, terms, timedelta()) == day
    assert with_least_cooldown(AlertKind.PRICE_MOVED, terms, day * 2) == day * 2
    assert with_least_cooldown(AlertKind.APPROVAL, terms, timedelta()) == timedelta()
    assert with_least_cooldown(AlertKind.APPROVAL, terms, day * 99) == day * 30


def test_a_balance_changes_by_legs_fee_and_rent() -> None:
    spent = _activity(FIVE_OUT, TOKEN_IN, fee=5000, rent=2_039_280)
    assert change([spent], "native") == -(5 * 10**9) - 5000 - 2_039_280
    assert change([spent, spent], MINT) == 14


@given(st.lists(st.integers(-50, 100), max_size=20))
def test_balances_are_reckoned_back_from_the_present_one(amounts: list[int]) -> None:
    done = [
        _activity(Leg("native", amount, 9), block_time=round(NOW.timestamp()) + index * 60)
        for index, amount in enumerate(amounts)
    ]
    end = NOW + timedelta(hours=1)
    facts = list(balance_facts(done, "native", end, 1000 + sum(amounts), timedelta(minutes=1)))
    held = 1000
    for amount, fact in zip(amounts, facts, strict=False):
        held += amount
        assert fact.amount == held
    assert len(facts) == len(amounts) + 1


def test_the_past_is_replayed_by_the_same_evaluation() -> None:
    done = [
        _activity(TOKEN_IN, signature=str(n), block_time=round(NOW.timestamp()) + n * 86_400)
        for n in (0, 1, 9)
    ]
    new = _rule(AlertKind.TOKEN_NEW)
    assert len(replay(new, event_facts(done, ()))) == 1
    assert replay(new, event_facts(done, {MINT})) == []
    end = NOW + timedelta(days=10)
    quiet = replay(_rule(AlertKind.INACTIVE, days=3), inactivity_facts(done, end))
    assert quiet == [NOW + timedelta(days=9)]
    pair = [*done[:1], replace(done[0], wallet=OTHER, signature="b")]
    assert len(replay(_rule(AlertKind.CLUSTER, count=2, minutes=5), cluster_facts(pair))) == 1
    samples = [(NOW + timedelta(minutes=5 * n), Decimal(usd)) for n, usd in enumerate([10, 10, 12, 12])]
    moved = _rule(AlertKind.PRICE_MOVED, percent=Decimal(15), minutes=5, cooldown=timedelta(minutes=5))
    assert replay(moved, price_facts(samples, timedelta(minutes=5))) == [NOW + timedelta(minutes=10)]


@given(
    prices=st.lists(st.integers(1, 9), min_size=1, max_size=30),
    steps=st.lists(st.integers(1, 20), min_size=30, max_size=30),
    window=st.integers(1, 60),
)
def test_the_extremes_of_a_window_are_those_of_all_its_samples(
    prices: list[int], steps: list[int], window: int
) -> None:
    moments = [NOW + timedelta(minutes=sum(steps[: n + 1])) for n in range(len(prices))]
    samples = list(zip(moments, map(Decimal, prices), strict=True))
    reach = timedelta(minutes=window)
    for (at, usd), facts in zip(samples, price_facts(samples, reach), strict=True):
        within = [price for moment, price in samples if at - reach <= moment <= at]
        assert (facts.at, facts.usd, *facts.samples) == (at, usd, min(within), max(within))


@given(
    deeds=st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 20)), max_size=25),
    count=st.integers(2, 3),
    minutes=st.integers(1, 30),
)
def test_a_cluster_of_the_past_is_what_all_activities_show(
    deeds: list[tuple[str, bool, int]], count: int, minutes: int
) -> None:
    done, second = [], round(NOW.timestamp())
    for number, (wallet, got, step) in enumerate(deeds):
        second += step * 60
        leg = TOKEN_IN if got else TOKEN_OUT
        kind = ActivityKind.TRANSFER_IN if got else ActivityKind.TRANSFER_OUT
        done.append(_activity(leg, kind=kind, wallet=wallet, signature=str(number), block_time=second))
    rule = _rule(AlertKind.CLUSTER, count=count, minutes=minutes)
    shown = [facts.at for facts in cluster_facts(done) if evaluate(rule, facts) is not None]
    moments = [datetime.fromtimestamp(each.block_time or 0, UTC) for each in done]
    everything = [
        ClusterFacts(at, each, done[:n]) for n, (at, each) in enumerate(zip(moments, done, strict=True))
    ]
    assert shown == [facts.at for facts in everything if evaluate(rule, facts) is not None]


def test_every_kind_has_its_traits_and_every_quota_its_limits() -> None:
    assert set(TRAITS) == set(AlertKind)
    assert set(LIMITS) == set(Quota)
    assert all(set(limits) == set(Plan) for limits in LIMITS.values())
    assert limit_of(Quota.ALERTS, Owner(1), NOW) == 10
    assert limit_of(Quota.ALERTS, Owner(1, premium_until=NOW), NOW) == 10
    assert limit_of(Quota.ALERTS, Owner(1, premium_until=NOW + timedelta(days=1)), NOW) == 100
    assert limit_of(Quota.ALERTS, Owner(1, quotas={"alerts": 3}), NOW) == 3
