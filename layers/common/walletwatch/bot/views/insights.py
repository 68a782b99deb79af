"""What wallets did as counts, and what was unusual about it."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from walletwatch.bot.formatting import Amounts, clock, day, percent, wallet, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.activity import ActivityView
from walletwatch.bot.views.figures import Scope, head, page_of, subject_text
from walletwatch.bot.views.parties import Parties, transaction_link
from walletwatch.bot.views.periods import period_text
from walletwatch.bot.views.ways import nothing_watched
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.anomalies import Anomaly, Examined, Oddity
from walletwatch.domain.browsing import KINDS, KindGroup
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.rules import Suppression
from walletwatch.domain.usage import Told, Usage
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.analysing import Oddities, Subject

WALLETS_SHOWN: Final = 15
ROWS: Final = 6
_GROUPS: Final = {kind: group for group, kinds in KINDS.items() for kind in kinds}


class InsightsView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._activities = ActivityView(profile)
        self._amounts = Amounts(profile)

    def stats(self, usage: Usage, code: ScopeCode, zone: str, say: Texts) -> RenderedMessage:
        """How often what happened, and what became of the messages about it."""
        if not usage.wallets:
            return nothing_watched(say)
        subject = Subject(usage.wallets, usage.chosen, code.period, None)
        kinds: Counter[KindGroup] = Counter()
        for deeds in usage.deeds.values():
            for kind, count in deeds.kinds.items():
                kinds[_group(kind)] += count
        failed = sum(deeds.failed for deeds in usage.deeds.values())
        lines = [
            say("stats.title", wallet=subject_text(subject, say)),
            say("figures.period", period=period_text(code.period, zone, say)),
            Html(""),
            say("stats.total", count=kinds.total()),
        ]
        lines += [
            say("stats.kind", kind=say(f"kinds.{group.name.lower()}"), count=whole(count, say))
            for group, count in kinds.most_common()
        ]
        if failed:
            lines.append(say("stats.failed", count=failed))
        lines += [*self._by_wallet(usage, zone, say), Html(""), *told_lines(usage.told, say)]
        lines.append(say("stats.since", day=day(usage.first_seen, say, zone)))
        scope = Scope(Action.STATS, code)
        keyboard = (scope.periods(say), scope.wallets(subject, say))
        return RenderedMessage(join_lines(lines), tuple(row for row in keyboard if row))

    def anomalies(self, oddities: Oddities, code: ScopeCode, zone: str, say: Texts) -> RenderedMessage:
        """What is unusual, each with its reason; of a wallet with too little history, that."""
        subject = oddities.subject
        if not subject.wallets:
            return nothing_watched(say)
        scope = Scope(Action.ANOMALIES, code)
        told = [
            (anomaly, examined) for examined in oddities.examined.values() for anomaly in examined.anomalies
        ]
        told.sort(key=lambda each: (each[0].activity.block_time or 0, each[0].activity.slot), reverse=True)
        shown, pages = page_of(told, code.page, ROWS)
        lines = head(say("anomalies.title", wallet=subject_text(subject, say)), subject, zone, say)
        parties = Parties(self._profile, subject.wallets)
        for anomaly, _ in shown:
            lines += [Html(""), *self._anomaly(anomaly, parties, zone, say)]
        looked_at = sum(examined.looked_at for examined in oddities.examined.values())
        if not told and any(examined.has_history for examined in oddities.examined.values()):
            lines += [Html(""), say("anomalies.none", count=looked_at)]
        unknown = self._unknown(oddities, say)
        lines += [Html(""), *unknown] if unknown else []
        keyboard = (scope.turns(pages, say), scope.periods(say), scope.wallets(subject, say))
        return RenderedMessage(join_lines(lines), tuple(row for row in keyboard if row))

    def _by_wallet(self, usage: Usage, zone: str, say: Texts) -> list[Html]:
        if len(usage.chosen) < 2:
            return []
        lines = [Html("")]
        for own in usage.chosen[:WALLETS_SHOWN]:
            deeds = usage.deeds.get(own.wallet_id)
            name = wallet(own.address, own.label, say)
            if deeds is None:
                lines.append(say("stats.wallet_idle", wallet=name))
            elif deeds.last_at is None:
                lines.append(say("stats.wallet", wallet=name, count=deeds.total))
            else:
                on = day(deeds.last_at, say, zone)
                lines.append(say("stats.wallet_last", wallet=name, count=deeds.total, day=on))
        return lines

    def _anomaly(self, anomaly: Anomaly, parties: Parties, zone: str, say: Texts) -> Sequence[Html]:
        activity = anomaly.activity
        at = activity.block_time
        moment = "" if at is None else say("anomalies.moment", day=day(at, say, zone), clock=clock(at, zone))
        link = transaction_link(self._profile, activity.signature)
        title = self._activities.headline(activity, say)
        first = say("anomalies.item", moment=moment, title=title, wallet=parties.name(activity.wallet, say))
        return Html(f"{first}{link}"), self._reason(anomaly, parties, zone, say)

    def _reason(self, anomaly: Anomaly, parties: Parties, zone: str, say: Texts) -> Html:
        activity, leg = anomaly.activity, anomaly.leg
        match anomaly.oddity:
            case Oddity.SIZE:
                assert leg is not None
                assert anomaly.usual is not None
                usual = self._amounts.asset(leg.asset, anomaly.usual, leg.decimals, say)
                return say("anomalies.size", times=whole(anomaly.times, say), usual=usual)
            case Oddity.HOUR:
                assert activity.block_time is not None
                share = percent(Decimal(anomaly.share), say)
                return say("anomalies.hour", clock=clock(activity.block_time, zone), share=share)
            case Oddity.PARTY:
                assert leg is not None
                assert leg.counterparty is not None
                return say("anomalies.party", party=parties.name(leg.counterparty, say), count=anomaly.times)
            case Oddity.PROGRAM:
                program = parties.name(anomaly.program or "", say)
                return say("anomalies.program", program=program, count=anomaly.times)
            case Oddity.BURST:
                return say("anomalies.burst", count=anomaly.times)

    def _unknown(self, oddities: Oddities, say: Texts) -> list[Html]:
        young: list[tuple[str, Examined]] = [
            (address, examined) for address, examined in oddities.examined.items() if not examined.has_history
        ]
        labels = {own.address: own.label for own in oddities.subject.chosen}
        return [
            say(
                "anomalies.too_little",
                wallet=wallet(address, labels[address], say),
                count=examined.before + examined.looked_at,
            )
            for address, examined in young[:WALLETS_SHOWN]
        ]


_OTHERS: Final = (
    DeliveryStatus.MERGED,
    DeliveryStatus.SUPPRESSED,
    DeliveryStatus.FAILED,
    DeliveryStatus.PENDING,
)


def told_lines(told: Told, say: Texts) -> list[Html]:
    """What became of messages, and why some were not sent."""
    statuses = told.statuses
    if not any(statuses.values()):
        return [say("stats.untold")]
    sent = statuses.get(DeliveryStatus.SENT, 0)
    lines = [say("stats.told", count=sent)] if sent else []
    lines += [
        say(f"stats.status.{status.value}", count=statuses[status])
        for status in _OTHERS
        if statuses.get(status)
    ]
    known = {key: count for key, count in told.reasons.items() if key in REASONS}
    lines += [
        say("status.suppressed", reason=say(f"suppressed.{reason}"), count=whole(count, say))
        for reason, count in sorted(known.items(), key=lambda item: (-item[1], item[0]))
    ]
    other = sum(told.reasons.values()) - sum(known.values())
    if other:
        lines.append(say("reason.other_reason", count=whole(other, say)))
    return lines


REASONS: Final = frozenset(reason.value for reason in Suppression)
"""Those that have a text; a store may know more."""


def _group(kind: ActivityKind) -> KindGroup:
    return _GROUPS[kind]
