"""Looking every minute at the rules that time alone may make fire, and sending what was held until now.

Accounts are read a hundred a call and prices once, for all rules of a page whoever made them. What the chain
or a price source does not tell makes no rule fire: it is looked at again a minute later.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from walletwatch.domain.alert_rules.evaluation import evaluate, is_rearmed
from walletwatch.domain.alert_rules.facts import Facts, InactivityFacts, PriceFacts
from walletwatch.domain.alert_rules.firing import Attempt, expiry_of
from walletwatch.domain.alert_rules.inactivity import ripe_at
from walletwatch.domain.alert_rules.rule import AlertKind, DueRule, Family, has_expired
from walletwatch.domain.alert_rules.schedule import next_check
from walletwatch.domain.errors import ChainRefused, PriceUnavailable, StoreUnavailable, TransientError
from walletwatch.domain.rules import Suppression
from walletwatch.ports.alerting import AlertRules, Past, Samples
from walletwatch.ports.chain import Prices
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Lease, Leases
from walletwatch.services.alerting import Alerting
from walletwatch.services.digesting import Digesting
from walletwatch.services.watched_balances import WatchedBalances

PAGE: Final = 500
CLOSED_AT_ONCE: Final = 200
RESERVE_SECONDS: Final = 12.0
"""With less time than this left, no further page is begun."""
LEASE: Final = "alerts"
LEASE_TTL: Final = timedelta(seconds=90)
"""Longer than an invocation can last."""
STUCK_AFTER: Final = timedelta(minutes=10)
SAMPLE_EVERY: Final = timedelta(minutes=5)
LOOKED_WITHIN: Final = timedelta(minutes=10)
"""Of wallets that nobody has looked at for longer it is not known that nothing happened."""
MAX_ASSETS: Final = 2000
"""Priced in one round; more than people wait for."""

_log = logging.getLogger("walletwatch.alerting")


@dataclass(frozen=True, slots=True)
class Round:
    """What an invocation did.

    Attributes:
        closed: Messages that were held until now.
        requeued: Messages that were written and not queued.
        judged: Rules that were looked at.
        postponed: Rules that could not be judged.
        fired: Messages of rules that fired.
        done: False where the next round goes on in the middle.
    """

    closed: int = 0
    requeued: int = 0
    judged: int = 0
    postponed: int = 0
    fired: int = 0
    done: bool = True


class AlertRounds:
    """The use case of the alerts function. Safe to run twice at once: the ledger takes each alert once."""

    def __init__(
        self,
        *,
        rules: AlertRules,
        alerting: Alerting,
        digesting: Digesting,
        balances: WatchedBalances,
        prices: Prices,
        samples: Samples,
        past: Past,
        leases: Leases,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._rules = rules
        self._alerting = alerting
        self._digesting = digesting
        self._balances = balances
        self._prices = prices
        self._samples = samples
        self._past = past
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._after: tuple[datetime, int] | None = None

    async def run(self, *, remaining: Callable[[], float]) -> Round | None:
        """One round; None where another invocation is at it.

        Args:
            remaining: Seconds this invocation still has.

        Raises:
            StoreUnavailable: By PostgreSQL; what was not done is done a minute later.
        """
        lease: Lease | None = None
        try:
            lease = await self._leases.adopt(LEASE, LEASE_TTL)
            if lease is None:
                self._metrics.count("AlertRoundsSkipped")
                return None
        except StoreUnavailable as error:
            # The lease only saves work: the ledger sees to it that nothing is told twice.
            _log.warning("no lease to be had", extra={"reason": str(error)})
        try:
            return await self._round(remaining)
        finally:
            if lease is not None:
                await self._give_up(lease)

    async def _give_up(self, lease: Lease) -> None:
        try:
            await lease.release()
        except StoreUnavailable as error:
            _log.warning("the lease ends by itself", extra={"reason": str(error)})

    async def _round(self, remaining: Callable[[], float]) -> Round:
        closed = await self._close(remaining)
        requeued = await self._alerting.queue_again(STUCK_AFTER, CLOSED_AT_ONCE)
        await self._sample()
        judged = postponed = fired = 0
        known: dict[str, Decimal] = {}
        while remaining() > RESERVE_SECONDS:
            page = await self._rules.due(self._clock.now(), after=self._after, limit=PAGE)
            if page:
                told, missed = await self._judge(page, known)
                judged, postponed, fired = judged + len(page), postponed + missed, fired + told
            if len(page) < PAGE:
                self._after = None
                self._metrics.count("AlertsJudged", judged)
                self._metrics.count("AlertsPostponed", postponed)
                return Round(closed, requeued, judged, postponed, fired)
            self._after = (page[-1].check_at, page[-1].rule.id)
        # The next round goes on behind it, so that no rule waits for ever.
        self._metrics.count("AlertRoundsUnfinished")
        return Round(closed, requeued, judged, postponed, fired, done=False)

    async def _close(self, remaining: Callable[[], float]) -> int:
        closed = 0
        for close in (self._digesting.close_overdue, self._alerting.close_due):
            while remaining() > RESERVE_SECONDS:
                done = await close(CLOSED_AT_ONCE)
                closed += done
                if done < CLOSED_AT_ONCE:
                    break
        return closed

    async def _sample(self) -> None:
        """Remember what assets are worth that some rule waits for."""
        seconds = SAMPLE_EVERY.total_seconds()
        now = self._clock.now()
        moment = now - timedelta(seconds=now.timestamp() % seconds)
        assets = await self._rules.priced_assets(MAX_ASSETS)
        sampled = await self._samples.since(assets, moment)
        missing = set(assets) - sampled.keys()
        if not missing:
            return
        try:
            prices = await self._prices.prices(missing)
        except PriceUnavailable as error:
            _log.warning("prices not sampled", extra={"reason": str(error)})
            return
        await self._samples.keep({asset: price.usd for asset, price in prices.items()}, moment)

    async def _judge(self, page: Sequence[DueRule], known: dict[str, Decimal]) -> tuple[int, int]:
        """Judge a page of rules; how many messages that made, and how many rules could not be judged."""
        now = self._clock.now()
        over = [due for due in page if has_expired(due.rule, now)]
        alive = [due for due in page if due.rule.watching and not has_expired(due.rule, now)]
        facts: dict[int, Facts] = {}
        family_of: Callable[[DueRule], str] = lambda due: due.rule.family.value  # noqa: E731
        for family, members in groupby(sorted(alive, key=family_of), key=family_of):
            facts |= await self._facts(Family(family), list(members), now, known)
        attempts = [
            Attempt(due.rule.id, due.chat, expiry_of(due.rule, now), _against(due, now)) for due in over
        ]
        moments: dict[int, datetime] = {}
        armed: set[int] = set()
        judged = 0
        for due in page:
            fact = facts.get(due.rule.id)
            if fact is not None:
                judged += 1
                firing = evaluate(due.rule, fact)
                if firing is not None:
                    attempts.append(Attempt(due.rule.id, due.chat, firing, _against(due, now)))
                if is_rearmed(due.rule, fact):
                    armed.add(due.rule.id)
            ripe = ripe_at(due.rule, fact.since) if isinstance(fact, InactivityFacts) else None
            moment = next_check(due.rule, ripe, now)
            if moment is not None:
                moments[due.rule.id] = moment
        told = await self._alerting.fire(attempts)
        # Last: a rule that is killed before is looked at again.
        await self._rules.postpone(moments, armed, judged_at=now)
        timed = sum(due.rule.family in {Family.BALANCE, Family.PRICE, Family.INACTIVITY} for due in alive)
        return told, timed - judged

    async def _facts(
        self, family: Family, due: Sequence[DueRule], now: datetime, known: dict[str, Decimal]
    ) -> Mapping[int, Facts]:
        """By rule; what could not be found out is absent."""
        try:
            match family:
                case Family.BALANCE:
                    return await self._balances.facts(due, now)
                case Family.PRICE:
                    return await self._price_facts(due, now, known)
                case Family.INACTIVITY:
                    return await self._inactivity_facts(due, now)
                case _:
                    return {}
        except StoreUnavailable:
            raise
        except (TransientError, ChainRefused) as error:
            _log.warning("rules not judged", extra={"family": family.value, "reason": str(error)})
            return {}

    async def _price_facts(
        self, due: Sequence[DueRule], now: datetime, known: dict[str, Decimal]
    ) -> Mapping[int, Facts]:
        assets = {asset for each in due if (asset := each.rule.terms.asset) is not None}
        if assets - known.keys():
            prices = await self._prices.prices(assets - known.keys())
            known |= {asset: price.usd for asset, price in prices.items()}
        moving = [each.rule for each in due if each.rule.kind is AlertKind.PRICE_MOVED]
        samples: Mapping[str, Sequence[tuple[datetime, Decimal]]] = {}
        if moving:
            since = now - max(rule.terms.window for rule in moving)
            samples = await self._samples.since({rule.terms.asset or "" for rule in moving}, since)
        return {
            each.rule.id: PriceFacts(
                now,
                known[asset],
                [usd for at, usd in samples.get(asset, ()) if at >= now - each.rule.terms.window],
            )
            for each in due
            if (asset := each.rule.terms.asset) is not None and asset in known
        }

    async def _inactivity_facts(self, due: Sequence[DueRule], now: datetime) -> Mapping[int, Facts]:
        progress = await self._past.progress()
        if progress is None or now - progress.at > LOOKED_WITHIN:
            _log.warning("nobody has looked at wallets lately: that nothing happened is not known")
            return {}
        wallets = {each.rule.wallet_id for each in due} - {None}
        last = await self._past.last_moved({wallet for wallet in wallets if wallet is not None})
        found: dict[int, Facts] = {}
        for each in due:
            rule = each.rule
            newest = None if rule.wallet_id is None else last.get(rule.wallet_id)
            found[rule.id] = InactivityFacts(
                now, newest.at if newest else rule.created_at, newest.signature if newest else None
            )
        return found


def _against(due: DueRule, now: datetime) -> Suppression | None:
    if due.chat.owner.banned:
        return Suppression.BANNED
    return Suppression.MUTED if due.chat.settings.is_muted(now) else None
