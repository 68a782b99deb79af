"""What a rule that fired says, and what the ledger makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from walletwatch.domain.alert_rules.rule import LEVELS, AlertKind, Rule, Terms, has_expired, is_cooling
from walletwatch.domain.chats import Chat
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.rules import Suppression

EXPIRY: Final = "expired"
"""How the occasion of the last word of a rule begins, whose time is over."""
CLOCK_SLACK: Final = timedelta(minutes=1)
"""A block's time is an estimate: it may lie before the moment at which a rule was made."""

type Values = Mapping[str, str | int]
type Held = Mapping[tuple[int, datetime, bool], str]
"""The keys of open messages by chat, end, and whether they are of urgent alerts."""


@dataclass(frozen=True, slots=True)
class Firing:
    """What a rule says, with all that is needed to write it again.

    Attributes:
        number: Of the rule.
        occasion: Names what made it fire: once for each.
        at: When that was.
        wallet: Address of the wallet it is about; None where it is about none.
        label: What the chat calls that wallet.
        values: What happened, in JSON types; decimals are text.
    """

    kind: AlertKind
    number: int
    name: str | None
    terms: Terms
    urgent: bool
    occasion: str
    at: datetime
    wallet: str | None = None
    label: str | None = None
    values: Values = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_expiry(self) -> bool:
        """Whether it only says that the rule is over."""
        return self.occasion.startswith(EXPIRY)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A firing that may be written, unless the rule has changed meanwhile.

    Attributes:
        suppressed: Why the chat is not told, whatever the rule says.
    """

    rule_id: int
    chat: Chat
    firing: Firing
    suppressed: Suppression | None = None

    @property
    def key(self) -> str:
        """The ledger key: the same rule and occasion give the same one on every instance."""
        return delivery_key(DeliveryKind.ALERT, self.rule_id, self.firing.occasion)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written of an attempt.

    Attributes:
        firing: What the delivery says; None for one that only holds others.
        rule: As it is then; None where it stays as it is.
    """

    delivery: NewDelivery
    firing: Firing | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """A message of alerts that still has to be sent.

    Attributes:
        firings: One, or all that were held, oldest first.
    """

    key: str
    chat: Chat
    firings: tuple[Firing, ...]
    created_at: datetime


def say(rule: Rule, occasion: str, at: datetime, values: Values, *, wallet: str | None = None) -> Firing:
    """What this rule says of an occasion."""
    return Firing(
        rule.kind,
        rule.number,
        rule.name,
        rule.terms,
        rule.urgent,
        occasion,
        at,
        wallet or rule.wallet,
        rule.label,
        values,
    )


def may_fire(rule: Rule, at: datetime) -> bool:
    """Whether it may fire for what happened at this moment; whether it should is for the facts to say."""
    if rule.paused or rule.ended_at is not None or has_expired(rule, at) or is_cooling(rule, at):
        return False
    return at >= rule.created_at - CLOCK_SLACK


def expiry_of(rule: Rule, now: datetime) -> Firing:
    """The last word of a rule whose time is over."""
    until = rule.expires_at or now
    last = say(rule, f"{EXPIRY} {round(until.timestamp())}", until, {"fired": rule.fired})
    # That it is over wakes nobody.
    return replace(last, urgent=False)


def after(rule: Rule, firing: Firing, now: datetime, *, told: bool = True) -> Rule:
    """The rule when it has said this; one that nobody heard is not over for having spoken once."""
    if firing.is_expiry:
        return replace(rule, ended_at=now)
    return replace(
        rule,
        fired=rule.fired + 1,
        last_fired_at=max(firing.at, rule.last_fired_at or firing.at),
        armed=rule.kind not in LEVELS,
        ended_at=now if told and not rule.repeats else None,
    )


def plan_firings(
    attempts: Sequence[Attempt],
    rules: Mapping[int, Rule],
    held: Held,
    *,
    now: datetime,
) -> Sequence[Outcome]:
    """What is written of attempts that are new: a message, a part of one that waits, or why not.

    Args:
        attempts: In the order of what happened.
        rules: By id, as they are now; one that is missing was deleted.
        held: The open messages. What is urgent has its own: it may end sooner than the rest.
        now: By the clock of the ledger's entries.
    """
    outcomes: list[Outcome] = []
    present, waiting = dict(rules), dict(held)
    for attempt in attempts:
        rule, firing = present.get(attempt.rule_id), attempt.firing
        if rule is None or not _is_wanted(rule, firing, now):
            continue
        rule = present[attempt.rule_id] = after(rule, firing, now, told=attempt.suppressed is None)
        chat_id = attempt.chat.chat_id
        entry = NewDelivery(attempt.key, DeliveryKind.ALERT, chat_id, None, None)
        if attempt.suppressed is not None:
            entry = replace(entry, status=DeliveryStatus.SUPPRESSED, reason=attempt.suppressed.value)
            outcomes.append(Outcome(entry, firing, rule))
            continue
        timing = attempt.chat.settings.timing
        until = timing.urgent_until(now) if firing.urgent else timing.held_until(now)
        if until is not None:
            place = (chat_id, until, firing.urgent)
            key = waiting.get(place)
            if key is None:
                key = waiting[place] = delivery_key(DeliveryKind.ALERT, "held", attempt.key)
                outcomes.append(
                    Outcome(NewDelivery(key, DeliveryKind.ALERT, chat_id, None, None, due_at=until))
                )
            entry = replace(entry, status=DeliveryStatus.MERGED, digest_key=key)
        outcomes.append(Outcome(entry, firing, rule))
    return outcomes


def _is_wanted(rule: Rule, firing: Firing, now: datetime) -> bool:
    # It was judged by what the rule was, which may have changed since.
    if firing.terms != rule.terms or (rule.wallet is not None and firing.wallet != rule.wallet):
        return False
    if firing.is_expiry:
        return rule.ended_at is None and has_expired(rule, now)
    return may_fire(rule, firing.at)
