"""What announcements of slots say about the blocks that are there by now."""

from collections.abc import Iterable, Sequence
from typing import Final

from walletwatch.domain.chain import AnnouncedSlot

REMEMBERED: Final = 2048


class AnnouncedChain:
    """The newest chain of slots that was announced, linked by parents.

    Slots that no announcement names as a parent were skipped, or belong to another fork: nobody needs to ask
    for their blocks.
    """

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}
        self._head: int | None = None

    def announce(self, slots: Iterable[AnnouncedSlot]) -> None:
        """Take in what was announced, in the order it came."""
        for announced in slots:
            if announced.parent < announced.slot:
                self._parents[announced.slot] = announced.parent
                self._head = announced.slot
        for slot in sorted(self._parents)[:-REMEMBERED]:
            del self._parents[slot]

    def after(self, slot: int, *, lag: int) -> Sequence[int] | None:
        """The slots after this one whose blocks are complete, ascending.

        Args:
            slot: The last one that is known.
            lag: How many of the newest complete ones to leave out, as they are not yet confirmed.

        Returns:
            None where the announcements do not lead back to `slot`: then the node has to be asked.
        """
        if self._head is None:
            return None
        complete: list[int] = []
        step = self._parents[self._head]
        while step > slot:
            complete.append(step)
            parent = self._parents.get(step)
            if parent is None:
                return None
            step = parent
        if step != slot:
            return None
        return complete[lag:][::-1]
