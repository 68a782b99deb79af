"""Making, changing and trying out what a chat asks to be told of."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.changes import is_same, waits_anew
from walletwatch.domain.alert_rules.facts import Facts
from walletwatch.domain.alert_rules.replay import (
    PREVIEWED,
    Preview,
    balance_facts,
    cluster_facts,
    event_facts,
    inactivity_facts,
    moment_of,
    price_facts,
    replay,
)
from walletwatch.domain.alert_rules.rule import (
    AlertKind,
    Family,
    NewRule,
    Rule,
    has_expired,
    with_least_cooldown,
)
from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.chats import Chat
from walletwatch.domain.errors import WalletWatchError
from walletwatch.domain.money import NATIVE
from walletwatch.domain.plans import LIMITS, Limits, Quota, limit_of
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.alerting import AlertRules, Past, Samples
from walletwatch.ports.chain import Chain, Tokens
from walletwatch.ports.common import Clock
from walletwatch.ports.watching import SubscriptionStore

LOOKED_BACK: Final = 1000
"""Activities of a wallet that a preview looks at."""
LOOKED_AT: Final = 10_000
"""Activities of all wallets together."""


PRICED_LATELY: Final = timedelta(minutes=30)


class TooManyAlerts(WalletWatchError):
    """The chat has as many alerts as its plan allows.

    Attributes:
        limit: How many.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} alerts")
        self.limit = limit


class RuleKeeping:
    """The use cases behind /alerts, /addalert, /editalert, /delalert and the preview."""

    def __init__(
        self,
        *,
        rules: AlertRules,
        subscriptions: SubscriptionStore,
        past: Past,
        samples: Samples,
        chain: Chain,
        tokens: Tokens,
        clock: Clock,
        limits: Limits = LIMITS,
    ) -> None:
        self._limits = limits
        self._rules = rules
        self._subscriptions = subscriptions
        self._past = past
        self._samples = samples
        self._chain = chain
        self._tokens = tokens
        self._clock = clock

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    def limit(self, chat: Chat) -> int:
        """How many alerts that have not ended whoever answers for the chat may have in all of their chats."""
        return limit_of(Quota.ALERTS, chat.owner, self._clock.now(), self._limits)

    async def rules(self, chat_id: int) -> Sequence[Rule]:
        """All alerts of a chat, by number."""
        return await self._rules.of_chat(chat_id)

    async def rule(self, chat_id: int, number: int) -> Rule | None:
        """One alert of a chat; None where it has none of this number."""
        return await self._rules.find(chat_id, number)

    async def token(self, mint: str) -> TokenIdentity | None:
        """What a token is called, and how many decimals it has; None where there is no such mint.

        Raises:
            ChainUnavailable: It could not be read.
        """
        return (await self._tokens.identities([mint])).get(mint)

    async def price_lately(self, asset: str) -> tuple[datetime, Decimal] | None:
        """What an asset was worth in dollars not long ago, and when; None where nobody asked."""
        since = self._clock.now() - PRICED_LATELY
        samples = (await self._samples.since([asset], since)).get(asset)
        return samples[-1] if samples else None

    async def add(self, chat: Chat, rule: NewRule) -> Rule:
        """Make an alert.

        Raises:
            TooManyAlerts: The chat has as many as its plan allows.
        """
        limit = self.limit(chat)
        wanted = replace(rule, cooldown=with_least_cooldown(rule.kind, rule.terms, rule.cooldown))
        added = await self._rules.add(chat.chat_id, wanted, limit=limit)
        if added is None:
            raise TooManyAlerts(limit)
        return added

    async def change(self, chat_id: int, before: Rule, rule: Rule, *, again: bool = False) -> Rule | None:
        """Change an alert; on other terms it begins afresh.

        Args:
            chat_id: Whose it is.
            before: As it is.
            rule: As it is wanted.
            again: It waits anew, whatever else was changed.

        Returns:
            None where it is gone, or the chat does not watch its wallet.
        """
        now = self._clock.now()
        wanted = replace(rule, cooldown=with_least_cooldown(rule.kind, rule.terms, rule.cooldown))
        again = again or waits_anew(before, wanted, now)
        if has_expired(wanted, now) and (again or not is_same(before, wanted)):
            wanted = replace(wanted, expires_at=None)
        return await self._rules.change(chat_id, wanted, again=again)

    async def delete(self, chat_id: int, number: int) -> Rule | None:
        """Delete an alert; None where there is none of this number."""
        return await self._rules.delete(chat_id, number)

    async def preview(self, rule: Rule) -> Preview:
        """How often it would have fired in the last 30 days, as far as anything is known.

        Raises:
            ChainUnavailable: What the wallet holds could not be read.
        """
        now = self._clock.now()
        since = now - PREVIEWED
        match rule.family:
            case Family.PRICE:
                asset = rule.terms.asset or NATIVE
                samples = (await self._samples.since([asset], since)).get(asset, ())
                if not samples:
                    return Preview(None)
                return Preview(samples[0][0], replay(rule, price_facts(samples, rule.terms.window)))
            case Family.RISK:
                # Only the last score of a wallet is kept.
                return Preview(None)
            case _:
                return await self._preview_of_wallets(rule, since, now)

    async def _preview_of_wallets(self, rule: Rule, since: datetime, now: datetime) -> Preview:
        wallets = {
            each.wallet_id: each.address
            for each in await self._subscriptions.subscriptions(rule.chat_id)
            if rule.wallet_id in {None, each.wallet_id}
        }
        limit = min(LOOKED_BACK, LOOKED_AT // max(1, len(wallets)))
        past = await self._past.of_wallets(wallets.keys(), since, limit)
        if not past:
            return Preview(None)
        # Of a wallet with more than was looked at, nothing is known before the first of these.
        firsts = [moment_of(activities[0]) for activities in past.values()]
        cut = [moment_of(activities[0]) for activities in past.values() if len(activities) == limit]
        begin = max(cut) if cut else min(firsts)
        if rule.family is Family.CLUSTER:
            done = sorted(chain.from_iterable(past.values()), key=lambda each: (each.slot, each.signature))
            facts: list[Facts] = list(cluster_facts(done))
        else:
            facts = [
                each
                for wallet_id, activities in past.items()
                for each in await self._facts(rule, wallet_id, wallets[wallet_id], activities, now)
            ]
            facts.sort(key=lambda each: each.at)
        return Preview(begin, replay(rule, (each for each in facts if each.at >= begin)))

    async def _facts(
        self, rule: Rule, wallet_id: int, address: str, activities: Sequence[Activity], now: datetime
    ) -> Iterable[Facts]:
        """What happened to one wallet, oldest first."""
        if rule.family is Family.INACTIVITY:
            return inactivity_facts(activities, now)
        if rule.family is Family.BALANCE:
            asset = rule.terms.asset or NATIVE
            amount = _held(await self._chain.wallet_balance(address), asset)
            return balance_facts(activities, asset, now, amount, rule.terms.window)
        known: frozenset[str] = frozenset()
        if rule.kind is AlertKind.TOKEN_NEW:
            assets = {leg.asset for activity in activities for leg in activity.legs}
            known = await self._past.seen_assets(wallet_id, assets, activities[0])
        return event_facts(activities, known)


def _held(balance: WalletBalance, asset: str) -> int:
    mint = WRAPPED_NATIVE_MINT if asset == NATIVE else asset
    tokens = sum(holding.amount for holding in balance.holdings if holding.mint == mint)
    return tokens + (balance.lamports if asset == NATIVE else 0)
