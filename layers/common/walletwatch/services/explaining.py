"""Explaining a transaction, whether or not anybody watches its wallets."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.errors import ChainUnavailable, MalformedTransaction
from walletwatch.domain.explanations import Explanation
from walletwatch.domain.money import NATIVE
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.ports.chain import Chain, Decode, Outlines, Tokens
from walletwatch.ports.chronicle import Chronicle
from walletwatch.ports.common import Metrics

PARTIES_READ: Final = 12
PARTIES_TOLD: Final = 4
PATIENCE_SECONDS: Final = 2.0
"""Names and confirmations are not waited for longer than this."""

_log = logging.getLogger("walletwatch.explaining")


class Explaining:
    """The use case behind /tx."""

    def __init__(
        self,
        chronicle: Chronicle,
        chain: Chain,
        tokens: Tokens,
        *,
        decode: Decode,
        outline: Outlines,
        metrics: Metrics,
    ) -> None:
        self._chronicle = chronicle
        self._chain = chain
        self._tokens = tokens
        self._decode = decode
        self._outline = outline
        self._metrics = metrics

    async def explain(self, chat_id: int, signature: str) -> Explanation:
        """What the transaction did, to the chat's wallets if it concerns them, else to those it is about.

        Args:
            chat_id: Who asks.
            signature: A valid one.

        Raises:
            TransactionNotFound: The chain does not know it, or not yet.
            ChainUnavailable: The chain could not be asked.
            MalformedTransaction: What the chain answered cannot be read.
        """
        results, newest, watched = await asyncio.gather(
            self._chain.transactions([signature]),
            self._or_none(self._chain.slot()),
            self._chronicle.of_transaction(chat_id, signature),
        )
        result = results[signature]
        outline = self._outline(result)
        if outline.signature != signature:
            raise MalformedTransaction("the answer is about another transaction")
        own = [
            activity if stored is None else replace(activity, annotation=stored.annotation)
            for wallet, stored in watched
            if (activity := self._decode(result, wallet.address)) is not None
        ]
        told = own or self._of_parties(result, outline.parties)
        return Explanation(
            outline,
            [wallet for wallet, _ in watched],
            await self._named(told),
            concerns_chat=bool(own),
            newest_slot=newest,
        )

    def _of_parties(self, result: Mapping[str, Any], parties: Sequence[str]) -> list[Activity]:
        """Of those whose money moved, or who signed; of a failed one its payer."""
        decoded = [self._decode(result, party) for party in parties[:PARTIES_READ]]
        found = [activity for activity in decoded if activity is not None]
        # Who signed comes first as it is; of the others only those who got or gave something.
        return [activity for place, activity in enumerate(found) if activity.legs or place == 0][
            :PARTIES_TOLD
        ]

    async def _named(self, activities: Sequence[Activity]) -> Sequence[Activity]:
        unknown = {
            leg.asset
            for activity in activities
            if activity.annotation is None
            for leg in activity.legs
            if leg.asset != NATIVE
        }
        if not unknown:
            return activities
        identities = await self._or_none(self._tokens.identities(sorted(unknown))) or {}
        return [
            activity if activity.annotation else replace(activity, annotation=_note(activity, identities))
            for activity in activities
        ]

    async def _or_none[T](self, asked: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asked
        except (ChainUnavailable, TimeoutError) as error:
            _log.warning("explained without it", extra={"reason": str(error)})
            self._metrics.count("AnnotationsIncomplete")
            return None


def _note(activity: Activity, identities: Mapping[str, TokenIdentity]) -> Annotation:
    """What its tokens are called; what they were worth at the time, nobody knows."""
    return Annotation(
        MappingProxyType(
            {
                leg.asset: AssetNote(
                    identity.symbol,
                    identity.name,
                    identity.decimals,
                    identity.source is IdentitySource.LISTED,
                    identity.impostor_of,
                )
                for leg in activity.legs
                if (identity := identities.get(leg.asset)) is not None
            }
        )
    )
