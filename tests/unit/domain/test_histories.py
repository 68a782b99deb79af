from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.histories import Histories
from walletwatch.domain.wallets import AccountKind, Cursor, WatchedAccount
from walletwatch.domain.work import AccountHint

START = 100
BEGUN = Cursor(START)


def _account(number: int, cursor: Cursor = BEGUN) -> WatchedAccount:
    return WatchedAccount(number, 1, "wallet", f"account{number}", AccountKind.TOKEN, None, cursor, None)


def _info(signature: str, slot: int = START + 1) -> SignatureInfo:
    return SignatureInfo(signature, slot, failed=False)


def _read(*histories: Sequence[SignatureInfo]) -> Mapping[WatchedAccount, Sequence[SignatureInfo]]:
    """As the chain answers: newest first; given oldest first."""
    return {_account(number): tuple(reversed(history)) for number, history in enumerate(histories)}


def test_a_transaction_of_two_accounts_is_in_the_order_once() -> None:
    histories = Histories(_read([_info("a", 1), _info("c", 3)], [_info("a", 1), _info("b", 2)]))
    assert [info.signature for info in histories.in_order()] == ["a", "b", "c"]


def test_a_cursor_waits_for_what_is_older_in_its_own_slot() -> None:
    histories = Histories(_read([_info("shared"), _info("last")], [_info("first"), _info("shared")]))
    order = histories.in_order()
    assert [info.signature for info in order] == ["shared", "last", "first"]
    assert histories.told(order[:1]) == {0: Cursor(START + 1, "shared")}
    assert histories.told(order[1:2]) == {0: Cursor(START + 1, "last")}
    assert histories.told(order[2:]) == {1: Cursor(START + 1, "shared")}


@st.composite
def _chains(draw: st.DrawFn) -> list[list[SignatureInfo]]:
    """The histories of some accounts, of transactions that each name some of them."""
    accounts = draw(st.integers(1, 4))
    named = draw(st.lists(st.sets(st.integers(0, accounts - 1), min_size=1), max_size=25))
    slots = sorted(draw(st.lists(st.integers(1, 4), min_size=len(named), max_size=len(named))))
    histories: list[list[SignatureInfo]] = [[] for _ in range(accounts)]
    for number, (slot, accounts_named) in enumerate(zip(slots, named, strict=True)):
        for account in accounts_named:
            histories[account].append(_info(f"s{number}", slot))
    return histories


@given(_chains(), st.integers(1, 6))
def test_nothing_behind_a_cursor_is_ever_untold(chains: list[list[SignatureInfo]], size: int) -> None:
    histories = Histories(_read(*chains))
    order = histories.in_order()
    told: set[str] = set()
    cursors: dict[int, Cursor] = {}
    for start in range(0, len(order), size):
        chunk = order[start : start + size]
        told.update(info.signature for info in chunk)
        cursors.update(histories.told(chunk))
        for account, cursor in cursors.items():
            behind = [info.signature for info in chains[account]]
            assert set(behind[: behind.index(str(cursor.signature)) + 1]) <= told
    assert cursors == {
        number: Cursor(history[-1].slot, history[-1].signature)
        for number, history in enumerate(chains)
        if history
    }


def test_a_history_covers_a_transaction_that_it_shows_or_that_its_cursor_is_past() -> None:
    histories = Histories(_read([_info("shown", 101)]))
    assert histories.cover(_account(0), _info("shown", 101))
    assert not histories.cover(_account(0), _info("newer", 102))
    assert not histories.cover(_account(9), _info("shown", 101))
    assert histories.cover(_account(9, Cursor(102, "later")), _info("newer", 101))
    assert histories.cover(_account(9, Cursor(102, "newer")), _info("newer", 102))
    assert not histories.cover(_account(9, Cursor(102, "other")), _info("newer", 102))


def test_a_change_is_explained_by_a_transaction_after_the_look_before_it() -> None:
    def unexplained(*history: SignatureInfo, since: int | None) -> bool:
        hints = {"account0": AccountHint("account0", 105, since)}
        return bool(Histories(_read(history)).unexplained(hints))

    assert unexplained(since=START)
    assert unexplained(_info("before the look", 103), since=103)
    assert not unexplained(_info("before the look", 103), _info("after it", 104), since=103)
    assert not unexplained(since=START - 1)
    assert not unexplained(since=None)
    assert Histories(_read([])).unexplained({}) == []
