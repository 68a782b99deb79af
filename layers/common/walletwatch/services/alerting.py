"""Telling what people asked to be told of: rules that an activity, or a look at a risk, makes fire.

It follows the recording of the activities, and comes before the cursors move: a check that is killed in
between is done again, finds the alerts of the first run in the ledger by rule and activity, and doubles none.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.clusters import SEPARATOR
from walletwatch.domain.alert_rules.evaluation import repeat
from walletwatch.domain.alert_rules.facts import ClusterFacts, EventFacts, RiskFacts
from walletwatch.domain.alert_rules.firing import Attempt, Firing, PendingAlert, plan_firings
from walletwatch.domain.alert_rules.rule import MAX_WINDOW, AlertKind, Family, Rule
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import Candidate
from walletwatch.domain.rules import Suppression, is_too_old, of_everything
from walletwatch.domain.work import Notification
from walletwatch.ports.alerting import AlertLedger, AlertRules, Past
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.telling import Renderer

NEIGHBOURS: Final = 100
"""Activities of each other wallet that are compared."""

_log = logging.getLogger("walletwatch.alerting")


class Alerting:
    """Writes what rules say to the ledger, and queues it."""

    def __init__(
        self,
        *,
        rules: AlertRules,
        ledger: AlertLedger,
        past: Past,
        queues: Queues,
        renderer: Renderer,
        clock: Clock,
        metrics: Metrics,
        retention: timedelta,
    ) -> None:
        self._rules = rules
        self._ledger = ledger
        self._past = past
        self._queues = queues
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._retention = retention

    async def tell(self, wallet_id: int, candidates: Sequence[Candidate]) -> None:
        """Judge recorded activities of one wallet. Safe to repeat and to run twice at once.

        Args:
            wallet_id: Of the wallet.
            candidates: Who may have to hear of them, oldest activity first.

        Raises:
            TransientError: Something may not be queued yet; repeat it.
        """
        oldest = self._clock.now() - self._retention
        recent = [each for each in candidates if not is_too_old(each.activity, oldest)]
        if not recent:
            return
        by_chat: defaultdict[int, list[Rule]] = defaultdict(list)
        chats = {each.subscription.chat.chat_id for each in recent}
        for rule in await self._rules.of_wallet(wallet_id, chats):
            by_chat[rule.chat_id].append(rule)
        if not by_chat:
            return
        concerned = [each for each in recent if each.subscription.chat.chat_id in by_chat]
        new_assets = await self._new_assets(wallet_id, concerned, by_chat)
        neighbours = await self._neighbours(concerned, by_chat)
        attempts = []
        for candidate in concerned:
            activity, chat_id = candidate.activity, candidate.subscription.chat.chat_id
            at = self._moment(activity)
            event = EventFacts(at, activity, new_assets.get(activity.signature, frozenset()))
            cluster = ClusterFacts(at, activity, neighbours.get(chat_id, ()))
            for rule in by_chat[chat_id]:
                firing = repeat(rule, cluster if rule.family is Family.CLUSTER else event)
                if firing is None:
                    continue
                if rule.family is Family.CLUSTER:
                    firing = await self._naming_others(chat_id, firing)
                attempts.append(self._attempt(rule, firing, candidate.subscription))
        await self.fire(attempts)

    async def tell_risk(
        self, watchers: Sequence[Subscription], *, cause: str, before: int, score: int
    ) -> None:
        """Judge a look at the risk of the wallet that they watch. Safe to repeat.

        Raises:
            TransientError: Something may not be queued yet; repeat it.
        """
        by_chat = {watcher.chat.chat_id: watcher for watcher in watchers}
        attempts = []
        for rule in await self._rules.of_wallet(watchers[0].wallet_id, by_chat.keys()):
            watcher = by_chat[rule.chat_id]
            firing = repeat(rule, RiskFacts(self._clock.now(), watcher.address, cause, before, score))
            if firing is not None:
                attempts.append(self._attempt(rule, firing, watcher))
        await self.fire(attempts)

    async def fire(self, attempts: Sequence[Attempt]) -> int:
        """Write what these attempts come to, and queue it; returns how many messages were queued.

        Raises:
            TransientError: Something may not be queued yet; repeat it.
        """
        if not attempts:
            return 0
        plan = partial(plan_firings, now=self._clock.now())
        return await self._queue(await self._ledger.fire(attempts, plan))

    async def close_due(self, limit: int) -> int:
        """Queue what was held until now; returns how many messages.

        Raises:
            TransientError: There may be more.
        """
        return await self._queue(await self._ledger.close_due(self._clock.now(), limit))

    async def queue_again(self, older_than: timedelta, limit: int) -> int:
        """Queue messages that have been pending for longer than this; returns how many.

        Raises:
            TransientError: There may be more.
        """
        return await self._queue(await self._ledger.stuck(older_than, limit))

    async def _queue(self, pending: Sequence[PendingAlert]) -> int:
        await self._renderer.ready(alert.chat for alert in pending)
        await self._queues.notify(
            [
                Notification(
                    alert.key,
                    alert.chat.chat_id,
                    self._renderer.alert(alert),
                    alert.created_at,
                    topic=alert.chat.settings.topic,
                )
                for alert in pending
            ]
        )
        for alert in pending:
            _log.info("alert queued", extra={"ledger_key": alert.key})
        self._metrics.count("AlertsQueued", len(pending))
        return len(pending)

    async def _new_assets(
        self, wallet_id: int, candidates: Sequence[Candidate], rules: Mapping[int, Sequence[Rule]]
    ) -> Mapping[str, frozenset[str]]:
        """Tokens that came for the first time, by signature; looked up only where a rule asks."""
        found: dict[str, frozenset[str]] = {}
        for candidate in candidates:
            activity = candidate.activity
            asked = any(
                rule.kind is AlertKind.TOKEN_NEW for rule in rules[candidate.subscription.chat.chat_id]
            )
            got = {leg.asset for leg in activity.legs if leg.amount > 0 and not leg.is_native}
            if asked and got and activity.signature not in found:
                seen = await self._past.seen_assets(wallet_id, got, activity)
                found[activity.signature] = frozenset(got - seen)
        return found

    async def _neighbours(
        self, candidates: Sequence[Candidate], rules: Mapping[int, Sequence[Rule]]
    ) -> Mapping[int, Sequence[Activity]]:
        """What the chats' wallets did at about the time, by chat; looked up only where a rule asks."""
        times = [self._moment(candidate.activity) for candidate in candidates]
        found: dict[int, Sequence[Activity]] = {}
        for chat_id, own in rules.items():
            windows = [rule.terms.window for rule in own if rule.family is Family.CLUSTER]
            if windows:
                reach = min(MAX_WINDOW, max(windows))
                found[chat_id] = await self._past.of_chat(
                    chat_id, min(times) - reach, max(times) + reach, NEIGHBOURS
                )
        return found

    def _moment(self, activity: Activity) -> datetime:
        if activity.block_time is None:
            return self._clock.now()
        return datetime.fromtimestamp(activity.block_time, UTC)

    async def _naming_others(self, chat_id: int, firing: Firing) -> Firing:
        """A cluster's word with the labels of its other wallets, where they have one."""
        addresses = str(firing.values["others"]).split(SEPARATOR)
        labels = await self._past.labels(chat_id, addresses)
        names = SEPARATOR.join(labels.get(address, address) for address in addresses)
        return replace(firing, values={**firing.values, "others": names})

    def _attempt(self, rule: Rule, firing: Firing, subscription: Subscription) -> Attempt:
        """What a rule says of one wallet, which a rule about all of them cannot name."""
        named = replace(firing, label=subscription.label)
        return Attempt(rule.id, subscription.chat, named, self._against(subscription))

    def _against(self, subscription: Subscription) -> Suppression | None:
        """Why an alert is not told: a muted wallet is asked about all the same, and filters are not."""
        reason = of_everything(subscription, self._clock.now())
        return None if reason is Suppression.WALLET_MUTED else reason
