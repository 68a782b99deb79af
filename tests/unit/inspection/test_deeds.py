"""What a mint's newest transactions say of those who have a say about it."""

import struct
from dataclasses import replace

import pytest

from tests.unit.chain.scenes import Story, address, anchor_tag
from tests.unit.inspection.lives import XDEX, Lives, made
from walletwatch.chain.inspection.deeds import NEWEST, DeedsReader
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.inspection.deeds import DeedKind, MintDeeds, Usage
from walletwatch.domain.inspection.mint import Extensions, FeeSchedule, MintState, TransferFee
from walletwatch.domain.programs import TOKEN_2022
from walletwatch.domain.risk import Unknown, UnknownReason

COIN, OTHER_COIN, MAKER, HOLDER, THIEF = (
    address(name) for name in ("coin", "another coin", "maker", "holder", "thief")
)
ACCOUNT = Story.account(COIN, HOLDER)
PLAIN = MintState(COIN, True, 10**9, 6, MAKER, MAKER, Extensions(), 9)
TAKEABLE = replace(PLAIN, extensions=Extensions(permanent_delegate=THIEF))


@pytest.fixture
def lives() -> Lives:
    lives = Lives()
    lives.land(made(COIN, MAKER), COIN)
    return lives


async def read(lives: Lives, state: MintState = PLAIN) -> MintDeeds:
    found = (await DeedsReader(lives.chain).read(COIN, {MintState: state}))[MintDeeds]
    assert isinstance(found, MintDeeds)
    assert decode(encode(found), MintDeeds | Unknown) == found
    return found


def seize(by: str, owner: str = HOLDER, mint: str = COIN) -> Story:
    """TransferChecked by somebody out of an owner's account."""
    story = Story(by).change(mint, owner, -70).change(mint, by, 70)
    data = b"\x0c" + struct.pack("<QB", 70, 6)
    return story.call(TOKEN_2022, data, Story.account(mint, owner), mint, Story.account(mint, by), by)


def on_mint(tag: bytes, *accounts: str, by: str = MAKER) -> Story:
    return Story(by).change(COIN, HOLDER, 0).call(TOKEN_2022, tag, *accounts, by)


def fee(points: int) -> Story:
    return on_mint(b"\x1a\5" + struct.pack("<HQ", points, 10**9), COIN)


async def test_what_the_permanent_delegate_takes_is_a_deed(lives: Lives) -> None:
    signature = lives.land(seize(THIEF), COIN)
    (deed,) = (await read(lives, TAKEABLE)).deeds
    assert deed == Usage(
        DeedKind.TAKEN, THIEF, ACCOUNT, HOLDER, 70, 0, False, False, signature,
        lives.chain.current_slot, lives.now,
    )  # fmt: skip


async def test_what_it_destroys_is_one_too(lives: Lives) -> None:
    story = Story(THIEF).change(COIN, HOLDER, -5)
    lives.land(story.call(TOKEN_2022, b"\x08" + struct.pack("<Q", 5), ACCOUNT, COIN, THIEF), COIN)
    (deed,) = (await read(lives, TAKEABLE)).deeds
    assert (deed.kind, deed.account, deed.owner, deed.amount) == (DeedKind.BURNED, ACCOUNT, HOLDER, 5)


async def test_it_may_move_its_own_and_others_move_what_they_like(lives: Lives) -> None:
    lives.land(seize(THIEF, owner=THIEF), COIN)
    lives.land(seize(HOLDER), COIN)
    lives.land(seize(THIEF, mint=OTHER_COIN), COIN)
    assert (await read(lives, TAKEABLE)).deeds == ()
    # Without the power it is somebody whom the holder approved.
    lives.land(seize(THIEF), COIN)
    assert (await read(lives)).deeds == ()


async def test_whoever_was_the_permanent_delegate_took_all_the_same(lives: Lives) -> None:
    lives.land(seize(THIEF), COIN)
    # SetAuthority of the permanent delegate (8), to nobody.
    lives.land(Story(THIEF).call(TOKEN_2022, b"\6\x08\0", COIN, THIEF), COIN)
    assert [each.kind for each in (await read(lives)).deeds] == [DeedKind.TAKEN]


async def test_freezing_pausing_and_what_was_undone(lives: Lives) -> None:
    lives.land(on_mint(b"\x0a", ACCOUNT, COIN), COIN)
    lives.land(on_mint(b"\x0b", ACCOUNT, COIN), COIN)
    lives.land(on_mint(b"\x2c\1", COIN), COIN)
    lives.land(on_mint(b"\x2c\2", COIN), COIN)
    lives.land(on_mint(b"\x0a", ACCOUNT, COIN), COIN)
    found = (await read(lives)).deeds
    assert [(each.kind, each.account, each.undone) for each in found] == [
        (DeedKind.FROZEN, ACCOUNT, False),
        (DeedKind.PAUSED, COIN, True),
        (DeedKind.FROZEN, ACCOUNT, True),
    ]
    assert {each.by for each in found} == {MAKER}
    assert {each.owner for each in found} == {HOLDER, None}


async def test_a_fee_that_was_raised_and_not_one_that_was_lowered(lives: Lives) -> None:
    for points in (100, 900, 300):
        lives.land(fee(points), COIN)
    found = (await read(lives)).deeds
    assert [(each.before, each.amount) for each in found] == [(100, 900)]
    # The first one in sight is compared with what the mint keeps of the time before.
    alone = Lives()
    alone.land(fee(900), COIN)
    older, newer = FeeSchedule(1, 50, 9), FeeSchedule(3, 900, 9)
    state = replace(PLAIN, extensions=Extensions(transfer_fee=TransferFee(older, newer, MAKER, MAKER)))
    assert [(each.before, each.amount) for each in (await read(alone, state)).deeds] == [(50, 900)]
    assert (await read(alone)).deeds == ()


async def test_what_is_made_is_told_with_whether_it_was_traded_before(lives: Lives) -> None:
    lives.land(Story(MAKER).mint(COIN, HOLDER, 5, MAKER), COIN)
    lives.land(
        Story(MAKER).call(XDEX, anchor_tag("deposit") + bytes(24), MAKER).mint(COIN, HOLDER, 6, MAKER), COIN
    )
    lives.land(Story(MAKER).mint(COIN, HOLDER, 7, MAKER), COIN)
    found = (await read(lives)).deeds
    assert [(each.kind, each.amount, each.traded) for each in found] == [
        (DeedKind.MINTED, 7, True),
        (DeedKind.MINTED, 6, False),
        (DeedKind.MINTED, 5, False),
    ]


async def test_only_the_newest_are_read_and_it_is_said(lives: Lives) -> None:
    for number in range(NEWEST):
        lives.land(Story(MAKER).mint(COIN, HOLDER, 1 + number, MAKER), COIN)
    found = await read(lives)
    assert (found.looked, found.complete, found.deeds[0].amount) == (NEWEST, False, NEWEST)
    assert lives.chain.calls == ["past", "transactions"]


async def test_failures_are_unknown(lives: Lives) -> None:
    lost = Unknown(UnknownReason.REFUSED)
    assert await DeedsReader(lives.chain).read(COIN, {MintState: lost}) == {MintDeeds: lost}
    lives.chain.down = True
    facts = await DeedsReader(lives.chain).read(COIN, {MintState: PLAIN})
    assert facts == {MintDeeds: Unknown(UnknownReason.UNAVAILABLE)}


async def test_hostile_data_are_nobodys_deeds(lives: Lives) -> None:
    for tag in (b"\x0a", b"\x2c\1", b"\x1a\5", b"\7", b"\x0c", b"\6\x08\1" + decode_address(THIEF)[:9]):
        lives.land(Story(MAKER).call(TOKEN_2022, tag), COIN)
    assert {each.kind for each in (await read(lives, TAKEABLE)).deeds} == set()
