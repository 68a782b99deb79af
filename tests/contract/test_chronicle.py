"""Looking through what a chat's wallets did."""

from datetime import UTC, datetime

import pytest

from tests.contract.conftest import Stores
from tests.contract.things import (
    OTHER_WALLET,
    WALLET,
    activity,
    address,
    candidates_of,
    contact,
    digest_all,
    entry,
    record,
    tell_all,
)
from walletwatch.domain.activities import ActivityKind, Leg
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.browsing import (
    Direction,
    Found,
    HistoryFilter,
    KindGroup,
    OwnWallet,
    Place,
    SeenAsset,
    WalletChoice,
)
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.lists import ListEntry, ListKind
from walletwatch.domain.periods import Span
from walletwatch.storage.postgres import chronicle as real

ANNA, BORIS, MINT = address("anna"), address("boris"), address("mint")
ALL, EVERYTHING, ALWAYS = WalletChoice(), HistoryFilter(), Span()
NOTE = AssetNote("BEAR", "The bear", 6, listed=False)


async def _watch(stores: Stores, chat: int, wallet: str, label: str | None = None) -> OwnWallet:
    await stores.subscriptions.remember(contact(chat))
    found = (await stores.subscriptions.subscribe(chat, wallet, label, slot=1, limit=9)).subscription
    return OwnWallet(found.id, found.wallet_id, found.address, label)


async def _lives(stores: Stores) -> tuple[OwnWallet, OwnWallet]:
    mine = await _watch(stores, 1, WALLET, "Savings")
    other = await _watch(stores, 1, OTHER_WALLET)
    swapped = (Leg("native", -5, 9), Leg(MINT, 7, 6, BORIS))
    await stores.ledger.keep(
        mine.wallet_id,
        [
            activity("a", 10),
            activity("b", 20, legs=(Leg("native", -3, 9, ANNA),), kind=ActivityKind.TRANSFER_OUT),
            activity("c", 30, legs=swapped, kind=ActivityKind.SWAP, annotation=Annotation({MINT: NOTE})),
            activity("d", 40, kind=ActivityKind.FAILED, success=False, legs=(), block_time=None),
        ],
    )
    await stores.ledger.keep(
        other.wallet_id, [activity(name, slot, OTHER_WALLET) for name, slot in (("e", 15), ("f", 35))]
    )
    return mine, other


def _signatures(found: Found) -> str:
    return "".join(record.activity.signature for record in found.records)


async def _page(
    stores: Stores,
    choice: WalletChoice = ALL,
    wanted: HistoryFilter = EVERYTHING,
    span: Span = ALWAYS,
    *,
    place: Place | None = None,
    limit: int = 99,
    chat: int = 1,
) -> Found:
    return await stores.chronicle.page(chat, choice, wanted, span, place=place, limit=limit)


async def test_the_wallets_of_a_chat_are_told_together_the_newest_first(stores: Stores) -> None:
    mine, other = await _lives(stores)
    found = await _page(stores)
    assert _signatures(found) == "dfcbea"
    assert (found.wallets, found.chosen, found.more, found.end) == ([mine, other], [mine, other], False, None)


async def test_pages_go_on_where_the_last_one_ended_and_back_again(stores: Stores) -> None:
    await _lives(stores)
    first = await _page(stores, limit=2)
    assert (_signatures(first), first.more) == ("df", True)
    last = first.records[-1]
    second = await _page(stores, place=Place(last.activity.slot, last.id), limit=2)
    assert (_signatures(second), second.more) == ("cb", True)
    top = second.records[0]
    back = await _page(stores, place=Place(top.activity.slot, top.id, newer=True), limit=2)
    assert (_signatures(back), back.more) == ("df", False)
    end = await _page(stores, place=Place(0, 0), limit=2)
    assert (_signatures(end), end.more) == ("", False)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (HistoryFilter(kinds=KindGroup.TRANSFERS), "fbea"),
        (HistoryFilter(kinds=KindGroup.FAILED), "d"),
        (HistoryFilter(direction=Direction.OUT), "cb"),
        (HistoryFilter(asset=MINT), "c"),
        (HistoryFilter(asset=MINT[:8]), "c"),
        (HistoryFilter(asset=MINT, direction=Direction.OUT), ""),
        (HistoryFilter(asset="native", direction=Direction.OUT), "cb"),
        (HistoryFilter(counterparty=ANNA[:8]), "b"),
        (HistoryFilter(counterparty=ANNA, kinds=KindGroup.SWAPS), ""),
    ],
)
async def test_filters(stores: Stores, wanted: HistoryFilter, expected: str) -> None:
    await _lives(stores)
    assert _signatures(await _page(stores, wanted=wanted)) == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(1_760_000_020), "fcb"),
        (Span(1_760_000_020, 1_760_000_030), "b"),
        (Span(None, 1_760_000_020), "ea"),
        (Span(1_760_000_036), ""),
    ],
)
async def test_a_span_of_time_has_its_start_and_not_its_end(
    stores: Stores, span: Span, expected: str
) -> None:
    await _lives(stores)
    assert _signatures(await _page(stores, span=span)) == expected
    gathered = await stores.chronicle.gather(1, ALL, span, limit=9)
    assert _signatures(gathered) == expected[::-1]


async def test_a_wallet_is_chosen_by_label_address_or_button(stores: Stores) -> None:
    mine, other = await _lives(stores)
    for choice in (
        WalletChoice(name="savings"),
        WalletChoice(name=WALLET),
        WalletChoice(mine.subscription_id),
    ):
        found = await _page(stores, choice)
        assert (_signatures(found), found.chosen, found.wallets) == ("dcba", [mine], [mine, other])
    assert (await _page(stores, WalletChoice(name="SAVINGS"))).is_named


async def test_a_name_that_no_wallet_has_is_taken_for_what_moved(stores: Stores) -> None:
    await _lives(stores)
    found = await _page(stores, WalletChoice(name="bear"))
    assert (_signatures(found), found.is_named) == ("c", False)
    assert _signatures(await _page(stores, WalletChoice(name="b%ar"))) == ""
    assert _signatures(await _page(stores, WalletChoice(name=MINT))) == "c"
    assert _signatures(await _page(stores, WalletChoice(name=ANNA))) == "b"


async def test_another_chats_wallets_are_never_read(stores: Stores) -> None:
    mine, _ = await _lives(stores)
    await _watch(stores, 2, address("theirs"), "theirs")
    for choice in (ALL, WalletChoice(mine.subscription_id), WalletChoice(name=WALLET)):
        assert _signatures(await _page(stores, choice, chat=2)) == ""
        assert _signatures(await stores.chronicle.gather(2, choice, ALWAYS, limit=9)) == ""
        assert await stores.chronicle.assets(2, choice, limit=9) == []
    record = (await _page(stores)).records[0]
    assert await stores.chronicle.record(1, record.id) == (mine, record)
    assert await stores.chronicle.record(2, record.id) is None
    assert await stores.chronicle.record(1, 10**9) is None


async def test_what_is_reckoned_with_comes_oldest_first_and_says_what_is_missing(stores: Stores) -> None:
    await _lives(stores)
    gathered = await stores.chronicle.gather(1, ALL, ALWAYS, limit=9)
    assert (_signatures(gathered), gathered.more) == ("aebcfd", False)
    newest = await stores.chronicle.gather(1, ALL, ALWAYS, limit=3)
    assert (_signatures(newest), newest.more) == ("cfd", True)


async def test_the_wallets_of_a_transaction(stores: Stores) -> None:
    mine, other = await _lives(stores)
    (first, known), (second, unknown) = await stores.chronicle.of_transaction(1, "a")
    assert (first, second, unknown) == (mine, other, None)
    assert known is not None
    assert known.signature == "a"
    assert await stores.chronicle.of_transaction(2, "a") == []


async def test_the_assets_that_were_seen(stores: Stores) -> None:
    mine, _ = await _lives(stores)
    assert await stores.chronicle.assets(1, WalletChoice(mine.subscription_id), limit=9) == [
        SeenAsset("native", None, 3),
        SeenAsset(MINT, NOTE, 1),
    ]


async def test_a_rare_filter_ends_a_look_and_the_next_one_goes_on(
    stores: Stores, stores_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy wallet is looked through in steps; what others did behind that step waits for it."""
    monkeypatch.setattr(real, "DEPTH", 5)
    busy = await _watch(stores, 1, WALLET)
    calm = await _watch(stores, 1, OTHER_WALLET)
    wanted = HistoryFilter(kinds=KindGroup.SWAPS)
    noise = [activity(f"n{slot}", slot) for slot in range(10, 30)]
    await stores.ledger.keep(
        busy.wallet_id,
        [activity("A", 5, kind=ActivityKind.SWAP), *noise, activity("B", 40, kind=ActivityKind.SWAP)],
    )
    await stores.ledger.keep(
        calm.wallet_id,
        [activity(name, slot, OTHER_WALLET, kind=ActivityKind.SWAP) for name, slot in (("C", 7), ("D", 50))],
    )
    seen, place, looks = "", None, 0
    while looks < 20:
        found = await _page(stores, wanted=wanted, place=place, limit=2)
        seen += _signatures(found)
        looks += 1
        if found.end is None and not found.more:
            break
        last = found.records[-1] if found.records else None
        place = found.end or (Place(last.activity.slot, last.id) if last else None)
    assert seen == "DBCA"
    if stores_url:
        assert looks > 3


async def test_what_has_no_time_is_only_in_all_time(stores: Stores) -> None:
    await _lives(stores)
    now = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
    assert "d" in _signatures(await _page(stores))
    assert "d" not in _signatures(await _page(stores, span=Span(0, now)))


async def test_what_happened_and_what_was_told_is_counted(stores: Stores) -> None:
    mine, other = await _lives(stores)
    (subscription, _) = await stores.subscriptions.subscriptions(1)
    new = [activity(f"n{n}", 50 + n) for n in range(3)]
    muted = lambda given: [entry(each, DeliveryStatus.SUPPRESSED, reason="muted") for each in given]  # noqa: E731
    for each, plan in zip(new, (tell_all, digest_all, muted), strict=True):
        await record(stores.ledger, mine.wallet_id, [each], candidates_of([each], subscription), plan)
    usage = await stores.chronicle.usage(1, ALL, ALWAYS)
    assert (usage.wallets, usage.chosen) == ([mine, other], [mine, other])
    deeds = usage.deeds[mine.wallet_id]
    assert dict(deeds.kinds) == {
        ActivityKind.TRANSFER_IN: 4,
        ActivityKind.TRANSFER_OUT: 1,
        ActivityKind.SWAP: 1,
        ActivityKind.FAILED: 1,
    }
    assert (deeds.total, deeds.failed, deeds.last_at) == (7, 1, 1_760_000_052)
    assert usage.deeds[other.wallet_id].total == 2
    assert dict(usage.told.statuses) == {
        DeliveryStatus.PENDING: 1,
        DeliveryStatus.MERGED: 1,
        DeliveryStatus.SUPPRESSED: 1,
    }
    assert dict(usage.told.reasons) == {"muted": 1}
    later = await stores.chronicle.usage(1, WalletChoice(name="savings"), Span(1_760_000_030, 1_760_000_051))
    assert {wallet: dict(deeds.kinds) for wallet, deeds in later.deeds.items()} == {
        mine.wallet_id: {ActivityKind.SWAP: 1, ActivityKind.TRANSFER_IN: 1}
    }
    assert later.is_named
    await stores.subscriptions.remember(contact(2))
    stranger = await stores.chronicle.usage(2, WalletChoice(mine.subscription_id), ALWAYS)
    assert (stranger.wallets, dict(stranger.deeds), dict(stranger.told.statuses)) == ([], {}, {})


async def test_counterparties_that_people_are_warned_of(stores: Stores) -> None:
    await _lives(stores)
    await stores.lists.put(ListEntry(ANNA, ListKind.BLOCK, "public list", "bad", stores.clock.now()))
    await stores.lists.put(ListEntry(BORIS, ListKind.ALLOW, "us", "good", stores.clock.now()))
    found, warned = await stores.chronicle.gather_with_warnings(1, ALL, ALWAYS, limit=99)
    assert (_signatures(found), warned) == ("aebcfd", {ANNA: "public list"})
