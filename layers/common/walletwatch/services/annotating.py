"""Adding to activities what the transaction does not say: names, prices, and reasons to be careful."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from walletwatch.domain.activities import Activity, Held
from walletwatch.domain.annotations import Annotation, AssetNote, Flag
from walletwatch.domain.errors import TransientError
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.prices import Price, believed_usd
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile
from walletwatch.domain.suspicion import Counterparty, is_first_time, judge
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.ports.chain import Prices, Tokens
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.telling import History

PATIENCE_SECONDS: Final = 3.0
"""A message is not held up longer than this for what it can do without."""
REMEMBERED_ACTIVITIES: Final = 500
PRICED_FOR: Final = timedelta(hours=1)
"""What happened longer ago is not valued at the price of today."""

_log = logging.getLogger("walletwatch.annotating")


class Annotating:
    """One look at each source for any number of activities; a source that fails leaves its part unknown."""

    def __init__(
        self,
        *,
        tokens: Tokens,
        prices: Prices,
        history: History,
        profile: ChainProfile,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._tokens = tokens
        self._prices = prices
        self._history = history
        self._profile = profile
        self._clock = clock
        self._metrics = metrics

    async def annotate(self, wallet_id: int, activities: Sequence[Activity]) -> Sequence[Activity]:
        """The activities of one wallet, oldest first, with what could be found out."""
        if not activities:
            return activities
        assets = {asset for activity in activities for asset in _assets(activity)}
        identities, prices, counterparties, accounts = await asyncio.gather(
            self._or_unknown("tokens", self._tokens.identities(sorted(assets - {NATIVE}))),
            self._or_unknown("prices", self._prices.prices(assets | {NATIVE})),
            self._or_unknown("history", self._history.counterparties(wallet_id, REMEMBERED_ACTIVITIES)),
            self._or_unknown("accounts", self._history.token_accounts(wallet_id)),
        )
        known = {each.address: each for each in counterparties or ()}
        annotated = []
        for activity in activities:
            notes = self._notes(activity, identities or {}, prices or {})
            flags, lookalike = judge(activity, known, notes)
            if counterparties is not None and is_first_time(activity, known):
                flags = (*flags, Flag.FIRST_TIME)
            annotated.append(
                replace(
                    activity,
                    after=_whole(activity, accounts),
                    annotation=Annotation(MappingProxyType(notes), flags, lookalike),
                )
            )
            # What was done a moment ago is known to what comes next.
            for each in _met(activity):
                before = known.get(each.address, each)
                known[each.address] = Counterparty(
                    each.address,
                    each.paid or before.paid,
                    max(each.received_lamports, before.received_lamports),
                )
        return annotated

    async def _or_unknown[T](self, name: str, asked: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asked
        except (TransientError, TimeoutError) as error:
            _log.warning("not annotated", extra={"source": name, "reason": str(error)})
            self._metrics.count("AnnotationsIncomplete")
            return None

    def _notes(
        self, activity: Activity, identities: Mapping[str, TokenIdentity], prices: Mapping[str, Price]
    ) -> dict[str, AssetNote]:
        notes: dict[str, AssetNote] = {}
        oldest = (self._clock.now() - PRICED_FOR).timestamp()
        is_recent = activity.block_time is not None and activity.block_time >= oldest
        for asset, amount in _assets(activity).items():
            identity = identities.get(asset)
            price = prices.get(asset) if is_recent else None
            decimals = NATIVE_DECIMALS if asset == NATIVE else identity.decimals if identity else None
            usd = None if price is None else believed_usd(price, amount, decimals)
            if asset == NATIVE:
                notes[NATIVE] = AssetNote(
                    self._profile.native_symbol, None, NATIVE_DECIMALS, listed=True, usd=usd
                )
            elif identity is not None:
                notes[asset] = AssetNote(
                    identity.symbol,
                    identity.name,
                    identity.decimals,
                    identity.source is IdentitySource.LISTED,
                    identity.impostor_of,
                    usd,
                )
        if is_recent and NATIVE in prices:
            # For whoever is told values in it.
            native = AssetNote(self._profile.native_symbol, None, NATIVE_DECIMALS, listed=True)
            notes.setdefault(NATIVE, replace(native, usd=prices[NATIVE].usd))
        return notes


def _whole(activity: Activity, accounts: Mapping[str, int] | None) -> Mapping[str, Held]:
    """What the wallet held afterwards, where the transaction shows all of it."""
    if accounts is None:
        return MappingProxyType({})
    return MappingProxyType(
        {
            asset: held
            for asset, held in activity.after.items()
            if accounts.get(WRAPPED_NATIVE_MINT if asset == NATIVE else asset, 0) <= held.accounts
        }
    )


def _assets(activity: Activity) -> Mapping[str, int]:
    """The assets an activity is about, and how much of each moved at the most."""
    found: dict[str, int] = {}
    mint = activity.details.get("mint")
    if isinstance(mint, str):
        found[mint] = 0
    for leg in activity.legs:
        found[leg.asset] = max(found.get(leg.asset, 0), abs(leg.amount))
    return found


def _met(activity: Activity) -> Sequence[Counterparty]:
    return [
        Counterparty(leg.counterparty, leg.amount < 0, leg.amount if leg.is_native and leg.amount > 0 else 0)
        for leg in activity.legs
        if leg.counterparty is not None
    ]
