"""What the lists say of the subject of a scan, as a part of its inspection."""

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.lists import ListKind, Standing
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.scanning import AddressLists


class StandingReader:
    """Looks a subject up in the lists. Not a call to the chain."""

    def __init__(self, lists: AddressLists) -> None:
        self._lists = lists

    async def read(self, subject: str, _facts: Facts) -> Facts:
        """`Standing`."""
        try:
            entries = await self._lists.entries([subject])
        except StoreUnavailable:
            return {Standing: Unknown(UnknownReason.UNAVAILABLE)}
        return {
            Standing: Standing(subject, tuple(each for each in entries if each.kind is not ListKind.DROPPED))
        }
