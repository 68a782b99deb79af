"""Rules that one activity makes fire."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.alert_rules.facts import EventFacts
from walletwatch.domain.alert_rules.firing import Firing, Values, say
from walletwatch.domain.alert_rules.rule import AlertKind, Rule
from walletwatch.domain.filters import worth_usd

TRANSFERS: Final = frozenset({ActivityKind.TRANSFER_IN, ActivityKind.TRANSFER_OUT})
TRADES: Final = frozenset(
    {ActivityKind.SWAP, ActivityKind.ORDER_FILL, ActivityKind.NFT_PURCHASE, ActivityKind.NFT_SALE}
)

type Judge = Callable[[Rule, EventFacts], Values | None]


def evaluate(rule: Rule, facts: EventFacts) -> Firing | None:
    """The rule's word on an activity of one of its wallets; None where it has none."""
    activity = facts.activity
    if not activity.success:
        return None
    values = _JUDGES[rule.kind](rule, facts)
    if values is None:
        return None
    told = {"activity": activity.kind.value, "slot": activity.slot, **values}
    if activity.is_transaction:
        told["signature"] = activity.signature
    return say(rule, activity.signature, facts.at, told, wallet=activity.wallet)


def leg_values(leg: Leg, activity: Activity) -> Values:
    """A leg as what is told of it."""
    values: dict[str, str | int] = {"asset": leg.asset, "amount": str(leg.amount)}
    note = None if activity.annotation is None else activity.annotation.assets.get(leg.asset)
    decimals = leg.decimals if leg.decimals is not None or note is None else note.decimals
    if decimals is not None:
        values["decimals"] = decimals
    if note is not None and note.symbol:
        values["symbol"] = note.symbol[:32]
    if leg.counterparty is not None:
        values["counterparty"] = leg.counterparty
    worth = worth_usd(leg, activity)
    if worth is not None:
        values["usd"] = str(worth)
    return values


def _transfer_over(rule: Rule, facts: EventFacts) -> Values | None:
    if facts.activity.kind not in TRANSFERS:
        return None
    for leg in facts.activity.legs:
        if rule.terms.asset is not None and leg.asset != rule.terms.asset:
            continue
        if rule.terms.amount is not None and abs(leg.amount) > rule.terms.amount:
            return leg_values(leg, facts.activity)
        if rule.terms.usd is not None:
            worth = worth_usd(leg, facts.activity)
            if worth is not None and worth > rule.terms.usd:
                return leg_values(leg, facts.activity)
    return None


def _token_new(_rule: Rule, facts: EventFacts) -> Values | None:
    legs = (leg for leg in facts.activity.legs if leg.amount > 0 and leg.asset in facts.new_assets)
    return next((leg_values(leg, facts.activity) for leg in legs), None)


def _counterparty(rule: Rule, facts: EventFacts) -> Values | None:
    for leg in facts.activity.legs:
        if leg.counterparty == rule.terms.address:
            return leg_values(leg, facts.activity)
    # What changes hands without being a token has no leg.
    parties = (facts.activity.details.get(field) for field in ("from", "to"))
    return {} if rule.terms.address in parties else None


def _program(rule: Rule, facts: EventFacts) -> Values | None:
    return {} if rule.terms.address in facts.activity.programs else None


def _sold(rule: Rule, facts: EventFacts) -> Values | None:
    return _traded(rule, facts, -1)


def _bought(rule: Rule, facts: EventFacts) -> Values | None:
    return _traded(rule, facts, 1)


def _traded(rule: Rule, facts: EventFacts, sign: int) -> Values | None:
    if facts.activity.kind not in TRADES:
        return None
    legs = (leg for leg in facts.activity.legs if leg.asset == rule.terms.asset and leg.amount * sign > 0)
    return next((leg_values(leg, facts.activity) for leg in legs), None)


def _approval(_rule: Rule, facts: EventFacts) -> Values | None:
    """One that is all that happened, or that stands beside something else."""
    activity = facts.activity
    if activity.kind is ActivityKind.APPROVE:
        return _named(activity.details, "delegate", "mint")
    beside = activity.details.get("approvals")
    return _named(beside[0], "delegate", "mint") if beside else None


def _of(kind: ActivityKind, *details: str) -> Judge:
    def judge(_rule: Rule, facts: EventFacts) -> Values | None:
        if facts.activity.kind is not kind:
            return None
        return _named(facts.activity.details, *details)

    return judge


def _named(details: Mapping[str, object], *names: str) -> Values:
    named = ((name, details.get(name)) for name in names)
    return {name: value[:64] for name, value in named if isinstance(value, str)}


_JUDGES: Final[Mapping[AlertKind, Judge]] = MappingProxyType(
    {
        AlertKind.TRANSFER_OVER: _transfer_over,
        AlertKind.TOKEN_NEW: _token_new,
        AlertKind.COUNTERPARTY: _counterparty,
        AlertKind.PROGRAM: _program,
        AlertKind.TOKEN_SOLD: _sold,
        AlertKind.TOKEN_BOUGHT: _bought,
        AlertKind.APPROVAL: _approval,
        AlertKind.AUTHORITY: _of(ActivityKind.AUTHORITY_CHANGE, "authority_type", "new_authority"),
        AlertKind.STAKE_DEACTIVATED: _of(ActivityKind.STAKE_DEACTIVATE, "stake_account"),
    }
)
