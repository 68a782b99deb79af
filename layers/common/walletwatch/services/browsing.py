"""Looking through what the wallets of a chat did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from walletwatch.domain.addresses import is_address
from walletwatch.domain.browsing import (
    Found,
    HistoryFilter,
    OwnWallet,
    Place,
    Recorded,
    SeenAsset,
    WalletChoice,
)
from walletwatch.ports.chronicle import Chronicle
from walletwatch.ports.common import Clock

PAGE: Final = 8
ASSETS_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page, and what it is a page of.

    Attributes:
        choice: By its button, where a single wallet was named.
        wanted: With the asset or the counterparty, where a name turned out to be one.
        older: Where the page behind this one begins; None where this is the last.
        newer: Where the page before this one ends; None where this is the first.
        here: Where this page was asked for; None for the newest.
        unknown: A name that nothing here has.
    """

    found: Found
    choice: WalletChoice
    wanted: HistoryFilter
    older: Place | None
    newer: Place | None
    here: Place | None
    unknown: str | None = None


class Browsing:
    """The use case behind /history."""

    def __init__(self, chronicle: Chronicle, clock: Clock) -> None:
        self._chronicle = chronicle
        self._clock = clock

    async def page(
        self,
        chat_id: int,
        choice: WalletChoice,
        wanted: HistoryFilter,
        zone: tzinfo,
        *,
        place: Place | None = None,
    ) -> HistoryPage:
        """The newest activities that are wanted, or the next ones from a place on."""
        span = wanted.period.span(self._clock.now(), zone)
        found = await self._chronicle.page(chat_id, choice, wanted, span, place=place, limit=PAGE)
        if choice.name is not None and found.is_named:
            choice = WalletChoice(found.chosen[0].subscription_id)
        elif choice.name is not None:
            learned = _meant(found.records, choice.name, wanted)
            if learned is None:
                return HistoryPage(found, WalletChoice(), wanted, None, None, place, choice.name)
            choice, wanted = WalletChoice(choice.subscription_id), learned
        records = found.records
        backwards = place is not None and place.newer
        older = found.more or found.end is not None
        newer = place is not None
        if backwards:
            older, newer = True, older
        return HistoryPage(
            found,
            choice,
            wanted,
            _behind(records, found, place, backwards=backwards) if older else None,
            _before(records, found, place, backwards=backwards) if newer else None,
            place,
        )

    async def record(self, chat_id: int, activity_id: int) -> tuple[OwnWallet, Recorded] | None:
        """One activity; None where the chat watches no wallet that did it."""
        return await self._chronicle.record(chat_id, activity_id)

    async def assets(self, chat_id: int, choice: WalletChoice) -> Sequence[SeenAsset]:
        """What moved lately, the most frequent first."""
        return await self._chronicle.assets(chat_id, choice, limit=ASSETS_SHOWN)


def _behind(
    records: Sequence[Recorded], found: Found, place: Place | None, *, backwards: bool
) -> Place | None:
    if found.end is not None and not backwards:
        return found.end
    if records:
        return Place(records[-1].activity.slot, records[-1].id)
    return None if place is None else replace(place, newer=False)


def _before(
    records: Sequence[Recorded], found: Found, place: Place | None, *, backwards: bool
) -> Place | None:
    if found.end is not None and backwards:
        return replace(found.end, newer=True)
    if records:
        return Place(records[0].activity.slot, records[0].id, newer=True)
    return None if place is None else replace(place, newer=True)


def _meant(records: Sequence[Recorded], name: str, wanted: HistoryFilter) -> HistoryFilter | None:
    """What a name is that no wallet has: the address of a mint or of somebody, or a token's symbol."""
    legs = [leg for record in records for leg in record.activity.legs]
    if is_address(name):
        if any(leg.asset == name for leg in legs):
            return replace(wanted, asset=name)
        if any(leg.counterparty == name for leg in legs):
            return replace(wanted, counterparty=name)
        return None
    mints = Counter(
        asset
        for record in records
        if record.activity.annotation
        for asset, note in record.activity.annotation.assets.items()
        if (note.symbol or "").lower() == name.lower()
    )
    return replace(wanted, asset=mints.most_common(1)[0][0]) if mints else None
