"""Announcements of slots lead to the blocks that are complete, and to no others."""

from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.chain import AnnouncedSlot
from walletwatch.domain.slots import REMEMBERED, AnnouncedChain


def _chain(*pairs: tuple[int, int]) -> AnnouncedChain:
    chain = AnnouncedChain()
    chain.announce(AnnouncedSlot(slot, parent) for slot, parent in pairs)
    return chain


def test_nothing_is_known_before_the_first_announcement() -> None:
    assert _chain().after(5, lag=0) is None


def test_the_slot_that_has_begun_is_not_complete() -> None:
    assert _chain((6, 5)).after(5, lag=0) == []
    assert _chain((6, 5), (7, 6)).after(5, lag=0) == [6]


def test_skipped_slots_are_left_out() -> None:
    assert _chain((6, 5), (9, 6), (10, 9)).after(5, lag=0) == [6, 9]


def test_the_newest_ones_are_left_out_while_they_may_not_be_confirmed() -> None:
    assert _chain((6, 5), (7, 6), (8, 7)).after(5, lag=1) == [6]
    assert _chain((6, 5), (7, 6)).after(5, lag=3) == []


def test_where_an_announcement_was_missed_the_node_has_to_be_asked() -> None:
    assert _chain((6, 5), (9, 8)).after(5, lag=0) is None


def test_a_fork_that_leaves_out_the_known_slot_has_to_be_asked_about() -> None:
    assert _chain((7, 6), (8, 5), (9, 8)).after(6, lag=0) is None


def test_nonsense_is_ignored() -> None:
    assert _chain((6, 5), (7, 7), (5, 9)).after(5, lag=0) == []


def test_memory_is_bounded() -> None:
    chain = _chain(*((slot + 1, slot) for slot in range(3 * REMEMBERED)))
    assert chain.after(0, lag=0) is None
    assert chain.after(3 * REMEMBERED - 3, lag=0) == [3 * REMEMBERED - 2, 3 * REMEMBERED - 1]


@given(st.lists(st.integers(1, 4), min_size=2, max_size=60), st.data())
def test_any_chain_is_followed_from_any_of_its_slots(gaps: list[int], data: st.DataObject) -> None:
    slots = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    chain = _chain(*zip(slots[1:], slots, strict=False))
    index = data.draw(st.integers(0, len(slots) - 2))
    assert chain.after(slots[index], lag=0) == slots[index + 1 : -1]
