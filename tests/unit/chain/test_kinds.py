"""What a person would call it, for what the recordings and the SVM do not show."""

import struct
from collections import Counter
from typing import Any

import pytest

from tests.unit.chain.scenes import (
    ART,
    COIN,
    FEE,
    LAMPORTS,
    ME,
    OTHER,
    POOL,
    PROGRAM,
    SHARE,
    Story,
    address,
    anchor_tag,
)
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.decoding.rent import exempt_minimum
from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.programs import MPL_CORE, STAKE, SYSTEM, TOKEN, TOKEN_2022

XDEX = "sEsYH97wqmfnkzHedjNcw3zyJdPvUmsa9AixhS4b4fN"
KAMINO = "KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD"
STAKE_POOL = "SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy"
MAGIC_EDEN = "M2mx93ekt1fmXSVkTrUL9xVFHkmME8HTUi5Cyc5aF7K"
LIMIT = "jupoNjAxXgZ4rjzxzPMP4oxduvQsQtZzyknqvzYNrNu"
BUBBLEGUM = "BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY"
ORCA = "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc"
CLMM = "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK"
DLMM = "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo"
JUPITER = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4"
JUPITER_BORROW = "jupr81YtYssSyPt8jbnGuiWon5f6x9TcDEFxYe3Bdzi"
MARINADE = "MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD"
PHOENIX = "PhoeNiXZ8ByJGLkxNfZRnkUfjvmuYqLR89jjFHGqdXY"
METADATA = "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s"
PUMP_FUN = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
JITO = "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5"


def _seen(story: Story, wallet: str = ME) -> Activity:
    activity = decode_transaction(story.result(), wallet)
    assert activity is not None
    _adds_up(story.result(), activity)
    return activity


def _adds_up(result: dict[str, Any], activity: Activity) -> None:
    meta = result["meta"]
    keys = result["transaction"]["message"]["accountKeys"]
    sums: Counter[str] = Counter()
    for leg in activity.legs:
        sums[leg.asset] += leg.amount
    native = sums.pop("native", 0)
    if activity.wallet in keys:
        index = keys.index(activity.wallet)
        delta = meta["postBalances"][index] - meta["preBalances"][index]
        assert delta == native - activity.fee - activity.rent
    for sign, side in ((-1, "preTokenBalances"), (1, "postTokenBalances")):
        for balance in meta[side]:
            if balance["owner"] == activity.wallet:
                sums[balance["mint"]] -= sign * int(balance["uiTokenAmount"]["amount"])
    assert not any(sums.values())


def _on(program: str, name: str, *accounts: str) -> Story:
    return Story().call(program, anchor_tag(name), *accounts)


def _swapped(story: Story, paid: str, got: str) -> Story:
    return story.send(paid, ME, POOL, 500, inside=True).send(got, POOL, ME, 700, inside=True)


def _position(name: str) -> Story:
    """A position's token is made on the way, and is no collectible."""
    story = Story(decimals={ART: 0}).call(ORCA, anchor_tag(name))
    story.nest(TOKEN, b"\x14\0" + bytes(32) + b"\0", ART)
    return story.mint(ART, ME, 1, POOL, inside=True)


def _decreased(liquidity: int) -> Story:
    return Story().call(CLMM, anchor_tag("decrease_liquidity_v2") + struct.pack("<QQQQ", liquidity, 0, 0, 0))


def _operated(collateral: int, debt: int) -> Story:
    arguments = collateral.to_bytes(16, "little", signed=True) + debt.to_bytes(16, "little", signed=True)
    return Story().call(JUPITER_BORROW, anchor_tag("operate") + arguments)


CASES: dict[str, tuple[Story, ActivityKind, str | None]] = {
    "a swap on XDEX": (
        _swapped(_on(XDEX, "swap_base_input"), COIN, SHARE), ActivityKind.SWAP, "XDEX",
    ),
    "a swap by a program that nobody knows": (
        _swapped(Story().call(PROGRAM, b"\1"), COIN, SHARE), ActivityKind.SWAP, None,
    ),
    "liquidity for XDEX": (
        _on(XDEX, "deposit").send(COIN, ME, POOL, 5, inside=True).send(ART, ME, POOL, 7, inside=True)
        .mint(SHARE, ME, 3, POOL, inside=True),
        ActivityKind.LIQUIDITY_ADD, "XDEX",
    ),
    "liquidity from XDEX": (
        _on(XDEX, "withdraw").burn(SHARE, ME, 3, inside=True).send(COIN, POOL, ME, 5, inside=True)
        .send(ART, POOL, ME, 7, inside=True),
        ActivityKind.LIQUIDITY_REMOVE, "XDEX",
    ),
    "liquidity for a pool that nobody knows": (
        Story().call(PROGRAM, b"\1").send(COIN, ME, POOL, 5, inside=True)
        .send(ART, ME, POOL, 7, inside=True).mint(SHARE, ME, 3, POOL, inside=True),
        ActivityKind.LIQUIDITY_ADD, None,
    ),
    "liquidity from a pool that nobody knows": (
        Story().call(PROGRAM, b"\1").burn(SHARE, ME, 3, inside=True)
        .send(COIN, POOL, ME, 5, inside=True).send(ART, POOL, ME, 7, inside=True),
        ActivityKind.LIQUIDITY_REMOVE, None,
    ),
    "a deposit to lend": (
        _on(KAMINO, "deposit_reserve_liquidity").send(COIN, ME, POOL, 5, inside=True)
        .mint(SHARE, ME, 5, POOL, inside=True),
        ActivityKind.LEND, "Kamino",
    ),
    "a loan": (
        _on(KAMINO, "borrow_obligation_liquidity").send(COIN, POOL, ME, 5, inside=True),
        ActivityKind.BORROW, "Kamino",
    ),
    "a loan paid back": (
        _on(KAMINO, "repay_obligation_liquidity").send(COIN, ME, POOL, 5, inside=True),
        ActivityKind.REPAY, "Kamino",
    ),
    "a stake pool's tokens": (
        Story().call(STAKE_POOL, b"\x0e" + bytes(8)).pay(ME, POOL, 10**9, inside=True)
        .mint(SHARE, ME, 10**9, POOL, inside=True),
        ActivityKind.STAKE, "Stake Pool",
    ),
    "an order": (
        _on(LIMIT, "initialize_order").send(COIN, ME, POOL, 5, inside=True),
        ActivityKind.ORDER_OPEN, "Jupiter Limit",
    ),
    "an order called off": (
        _on(LIMIT, "cancel_order").send(COIN, POOL, ME, 5, inside=True),
        ActivityKind.ORDER_CANCEL, "Jupiter Limit",
    ),
    "a listing": (
        Story(decimals={ART: 0}).call(MAGIC_EDEN, anchor_tag("sell")).send(ART, ME, POOL, 1, inside=True),
        ActivityKind.NFT_LISTING, "Magic Eden",
    ),
    "a purchase by a program that nobody knows": (
        Story(decimals={ART: 0}).call(PROGRAM, b"\1").pay(ME, OTHER, 10**9, inside=True)
        .send(ART, POOL, ME, 1, inside=True),
        ActivityKind.NFT_PURCHASE, None,
    ),
    "a claim, with a tip to the block engine": (
        Story().call(PROGRAM, b"\1").send(COIN, POOL, ME, 5, inside=True).pay(ME, JITO, 10**6),
        ActivityKind.PROGRAM_CALL, None,
    ),
    "a payment with nothing but an assertion beside it": (
        Story().call(PROGRAM, b"\1").pay(ME, OTHER, 10**6), ActivityKind.TRANSFER_OUT, None,
    ),
    "a payment out by a program that was called": (
        Story().call(PROGRAM, b"\1").pay(ME, OTHER, 10**6, inside=True), ActivityKind.PROGRAM_CALL, None,
    ),
    "an empty position": (
        _position("open_position"), ActivityKind.PROGRAM_CALL, "Orca",
    ),
    "a position with one side": (
        _position("open_position").call(ORCA, anchor_tag("increase_liquidity"))
        .send(COIN, ME, POOL, 5, inside=True),
        ActivityKind.LIQUIDITY_ADD, "Orca",
    ),
    "a position that is closed": (
        Story(decimals={ART: 0}).call(ORCA, anchor_tag("close_position")).burn(ART, ME, 1, inside=True),
        ActivityKind.PROGRAM_CALL, "Orca",
    ),
    "a position that is harvested": (
        _decreased(0).send(COIN, POOL, ME, 5, inside=True), ActivityKind.REWARD, "Raydium CLMM",
    ),
    "liquidity from a position": (
        _decreased(7).send(COIN, POOL, ME, 5, inside=True), ActivityKind.LIQUIDITY_REMOVE, "Raydium CLMM",
    ),
    "liquidity that is moved, with more": (
        _on(DLMM, "remove_liquidity2").call(DLMM, anchor_tag("add_liquidity2"))
        .send(COIN, ME, POOL, 5, inside=True),
        ActivityKind.LIQUIDITY_ADD, "Meteora DLMM",
    ),
    "collateral": (_operated(9, 0).send(COIN, ME, POOL, 9, inside=True), ActivityKind.LEND, "Jupiter Lend"),
    "a loan on collateral": (
        _operated(9, 4).send(COIN, ME, POOL, 9, inside=True).send(SHARE, POOL, ME, 4, inside=True),
        ActivityKind.BORROW, "Jupiter Lend",
    ),
    "a loan paid back from collateral": (
        _operated(-9, -4).send(SHARE, ME, POOL, 4, inside=True).send(COIN, POOL, ME, 9, inside=True),
        ActivityKind.REPAY, "Jupiter Lend",
    ),
    "leverage: a flash loan, a swap, and a loan that pays it back": (
        _on(KAMINO, "flash_borrow_reserve_liquidity").call(JUPITER, anchor_tag("route"))
        .call(KAMINO, anchor_tag("deposit_reserve_liquidity_and_obligation_collateral_v2"))
        .send(COIN, ME, POOL, 5, inside=True).call(KAMINO, anchor_tag("borrow_obligation_liquidity_v2"))
        .call(KAMINO, anchor_tag("flash_repay_reserve_liquidity")),
        ActivityKind.LEND, "Kamino",
    ),
    "a liquidation": (
        _swapped(_on(KAMINO, "liquidate_obligation_and_redeem_reserve_collateral"), COIN, SHARE),
        ActivityKind.PROGRAM_CALL, "Kamino",
    ),
    "a deposit to lend through a program that nobody knows": (
        Story().call(PROGRAM, b"\1").nest(KAMINO, anchor_tag("deposit_reserve_liquidity"))
        .send(COIN, ME, POOL, 5, inside=True).mint(SHARE, ME, 5, POOL, inside=True),
        ActivityKind.LEND, "Kamino",
    ),
    "stake given to a pool": (
        Story().call(STAKE, struct.pack("<I", 1) + bytes(32) + struct.pack("<I", 0), address("stake"))
        .call(STAKE_POOL, b"\x09").nest(STAKE, struct.pack("<I", 7), address("pool's"), address("stake"))
        .mint(SHARE, ME, 9, POOL, inside=True),
        ActivityKind.STAKE, "Stake Pool",
    ),
    "stake taken from a pool": (
        Story().call(STAKE_POOL, b"\x0a").nest(STAKE, struct.pack("<IQ", 3, 9), address("pool's"), ME)
        .burn(SHARE, ME, 9, inside=True),
        ActivityKind.STAKE_WITHDRAW, "Stake Pool",
    ),
    "unstaking by ticket": (
        _on(MARINADE, "order_unstake").burn(SHARE, ME, 9, inside=True),
        ActivityKind.STAKE_DEACTIVATE, "Marinade",
    ),
    "an order from what the market owes": (
        Story().call(PHOENIX, b"\7").call(PHOENIX, b"\2"), ActivityKind.ORDER_OPEN, "Phoenix",
    ),
    "a purchase after a deposit and a bid": (
        Story(decimals={ART: 0}).call(MAGIC_EDEN, anchor_tag("deposit")).pay(ME, POOL, 10**9, inside=True)
        .call(MAGIC_EDEN, anchor_tag("buy_v2")).call(MAGIC_EDEN, anchor_tag("mip1_execute_sale_v2"))
        .send(ART, OTHER, ME, 1, inside=True),
        ActivityKind.NFT_PURCHASE, "Magic Eden",
    ),
    "an offer accepted": (
        Story(decimals={ART: 0}).call(MAGIC_EDEN, anchor_tag("sell"))
        .call(MAGIC_EDEN, anchor_tag("execute_sale_v2")).send(ART, ME, OTHER, 1, inside=True)
        .pay(POOL, ME, 10**9, inside=True),
        ActivityKind.NFT_SALE, "Magic Eden",
    ),
    "metadata for a token that is there": (
        Story().call(METADATA, b"\x2a"), ActivityKind.PROGRAM_CALL, "Metaplex",
    ),
    "nothing sent": (Story().pay(ME, OTHER, 0), ActivityKind.TRANSFER_OUT, None),
    "somebody else's account closed": (
        Story().call(TOKEN, b"\x09", address("empty"), OTHER, ME).credit(OTHER, 2_039_280)
        .credit(address("empty"), -2_039_280),
        ActivityKind.ACCOUNT_CLOSE, None,
    ),
    "an order that was filled on the spot": (
        _swapped(_on(LIMIT, "initialize_order"), COIN, SHARE), ActivityKind.SWAP, "Jupiter Limit",
    ),
    "a protocol's instruction that brought nothing": (
        _on(XDEX, "withdraw"), ActivityKind.PROGRAM_CALL, "XDEX",
    ),
    "a pause of a token": (
        Story().call(TOKEN_2022, bytes([44, 1]), COIN, ME), ActivityKind.PROGRAM_CALL, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_called_what_a_person_would_call_it(name: str) -> None:
    story, kind, program = CASES[name]
    activity = _seen(story)
    assert (activity.kind, activity.program) == (kind, program)


def test_a_tip_beside_an_exchange_is_told_and_is_no_leg_of_its_own() -> None:
    story = _on(XDEX, "swap_base_input").pay(ME, POOL, 10**8, inside=True)
    activity = _seen(story.send(COIN, POOL, ME, 700, inside=True).pay(ME, JITO, 10**6))
    assert activity.kind is ActivityKind.SWAP
    assert [(leg.asset, leg.amount) for leg in activity.legs] == [("native", -(10**8) - 10**6), (COIN, 700)]
    assert activity.details["tip"] == 10**6


def test_a_payment_larger_than_the_exchange_beside_it_is_a_leg_of_its_own() -> None:
    story = _on(XDEX, "swap_base_input").pay(ME, POOL, 10**6, inside=True)
    activity = _seen(story.send(COIN, POOL, ME, 700, inside=True).pay(ME, OTHER, 10**9))
    assert {(leg.amount, leg.counterparty) for leg in activity.legs if leg.is_native} == {
        (-(10**9), OTHER),
        (-(10**6), None),
    }


def test_who_sold_without_signing_has_sold() -> None:
    story = Story(signer=OTHER, decimals={ART: 0}).call(MAGIC_EDEN, anchor_tag("execute_sale_v2"))
    story.pay(OTHER, ME, 10**9, inside=True).send(ART, POOL, OTHER, 1, inside=True)
    assert _seen(story).kind is ActivityKind.NFT_SALE
    assert _seen(story, OTHER).kind is ActivityKind.NFT_PURCHASE


def test_a_creators_share_of_a_sale_is_no_sale_of_theirs() -> None:
    story = Story(decimals={ART: 0}).call(MAGIC_EDEN, anchor_tag("execute_sale_v2"))
    story.pay(ME, OTHER, 10**9, inside=True).pay(ME, address("creator"), 10**7, inside=True)
    story.send(ART, POOL, ME, 1, inside=True)
    assert _seen(story).kind is ActivityKind.NFT_PURCHASE
    assert _seen(story, OTHER).kind is ActivityKind.NFT_SALE
    assert _seen(story, address("creator")).kind is ActivityKind.TRANSFER_IN


@pytest.mark.parametrize(
    ("program", "name", "kind"),
    [
        (LIMIT, "flash_fill_order", ActivityKind.ORDER_FILL),
        (LIMIT, "cancel_expired_order", ActivityKind.ORDER_CANCEL),
        (PUMP_FUN, "distribute_creator_fees", ActivityKind.REWARD),
    ],
)
def test_what_a_keeper_brought_is_named_for_the_one_it_was_for(
    program: str, name: str, kind: ActivityKind
) -> None:
    story = Story(signer=OTHER).call(program, anchor_tag(name), POOL, ME)
    story.send(COIN, POOL, ME, 5, inside=True).send(COIN, POOL, OTHER, 1, inside=True)
    assert _seen(story).kind is kind


@pytest.mark.parametrize(("wallet", "kind"), [(ME, ActivityKind.NFT_MINT), (OTHER, ActivityKind.NFT_IN)])
def test_an_asset_made_for_somebody_is_minted_by_one_and_received_by_the_other(
    wallet: str, kind: ActivityKind
) -> None:
    leaf = _on(BUBBLEGUM, "mint_v1", address("tree config"), OTHER, OTHER, address("tree"), ME, ME)
    assert _seen(leaf, wallet).kind is kind
    newer = _on(BUBBLEGUM, "mint_v2", address("tree config"), ME, ME, BUBBLEGUM, OTHER, OTHER)
    assert _seen(newer, wallet).kind is kind


@pytest.mark.parametrize("tag", [0, 20])
def test_a_core_asset_is_made_for_its_owner(tag: int) -> None:
    asset = address("asset")
    accounts = (asset, MPL_CORE, MPL_CORE, ME, OTHER, MPL_CORE, SYSTEM, MPL_CORE)
    story = Story().call(MPL_CORE, bytes([tag, 0]), *accounts)
    assert _seen(story).kind is ActivityKind.NFT_MINT
    assert _seen(story, OTHER).kind is ActivityKind.NFT_IN
    own = Story().call(MPL_CORE, bytes([tag, 0]), asset, MPL_CORE, MPL_CORE, ME, MPL_CORE, MPL_CORE, SYSTEM)
    assert (_seen(own).kind, _seen(own).details["to"]) == (ActivityKind.NFT_MINT, ME)


def test_a_core_asset_is_burned_by_its_owner() -> None:
    asset = address("asset")
    story = Story().call(MPL_CORE, bytes([12, 0]), asset, MPL_CORE, ME, MPL_CORE, SYSTEM, MPL_CORE)
    seen = _seen(story)
    assert (seen.kind, seen.details) == (ActivityKind.BURN, {"asset": asset, "from": ME, "to": None})


def test_an_asset_without_a_token_that_is_put_up_for_sale_is_listed() -> None:
    story = _on(MAGIC_EDEN, "core_sell")
    story.nest(MPL_CORE, bytes([14, 0]), address("asset"), MPL_CORE, ME, MPL_CORE, POOL)
    assert _seen(story).kind is ActivityKind.NFT_LISTING


def test_how_many_others_received_the_same_is_told() -> None:
    story = Story(signer=OTHER)
    for number in range(5):
        story.send(COIN, OTHER, address(f"victim {number}"), 1).pay(OTHER, address(f"paid {number}"), 7)
    assert _seen(story, address("victim 0")).details["recipients"] == 4
    assert _seen(story, address("paid 3")).details["recipients"] == 4
    assert "recipients" not in _seen(Story(signer=OTHER).pay(OTHER, ME, 7)).details


@pytest.mark.parametrize(("wallet", "kind"), [(ME, ActivityKind.NFT_OUT), (OTHER, ActivityKind.NFT_IN)])
def test_an_asset_without_a_token_changes_hands(wallet: str, kind: ActivityKind) -> None:
    asset = address("asset")
    story = Story().call(MPL_CORE, bytes([14, 0]), asset, MPL_CORE, ME, MPL_CORE, OTHER, SYSTEM, MPL_CORE)
    activity = _seen(story, wallet)
    assert activity.kind is kind
    assert activity.details == {"asset": asset, "from": ME, "to": OTHER}
    leaf = _on(BUBBLEGUM, "transfer", address("tree config"), ME, ME, OTHER, address("tree"))
    assert _seen(leaf, wallet).kind is kind


def test_who_paid_for_an_asset_without_a_token_bought_it() -> None:
    story = Story().call(PROGRAM, b"\1").pay(ME, OTHER, 10**9, inside=True)
    story.call(MPL_CORE, bytes([14, 0]), address("asset"), MPL_CORE, OTHER, MPL_CORE, ME)
    assert _seen(story).kind is ActivityKind.NFT_PURCHASE
    assert _seen(story, OTHER).kind is ActivityKind.NFT_SALE


def test_a_confidential_transfer_says_all_that_it_shows() -> None:
    story = Story().change(COIN, ME, 0).change(COIN, OTHER, 0)
    accounts = (story.account(COIN, ME), COIN, story.account(COIN, OTHER))
    story.call(TOKEN_2022, bytes([27, 7]) + bytes(40), *accounts)
    for wallet, kind in ((ME, ActivityKind.TRANSFER_OUT), (OTHER, ActivityKind.TRANSFER_IN)):
        activity = _seen(story, wallet)
        assert (activity.kind, activity.legs) == (kind, ())
        assert activity.details["confidential"] is True
    hidden = Story().change(COIN, ME, -50)
    hidden.call(TOKEN_2022, bytes([27, 5]) + bytes(9), hidden.account(COIN, ME), COIN)
    assert _seen(hidden).kind is ActivityKind.SELF_TRANSFER


def test_tokens_that_a_delegate_took_say_who_took_them() -> None:
    story = Story(signer=OTHER).change(COIN, ME, -9).change(COIN, OTHER, 9)
    accounts = (story.account(COIN, ME), story.account(COIN, OTHER), OTHER)
    activity = _seen(story.call(TOKEN, b"\3" + struct.pack("<Q", 9), *accounts))
    assert (activity.kind, activity.details["moved_by"]) == (ActivityKind.TRANSFER_OUT, OTHER)
    assert [leg.counterparty for leg in activity.legs] == [OTHER]


def test_rent_that_a_program_gives_back_is_rent() -> None:
    story = Story().call(PROGRAM, b"\1", address("closed"))
    held = exempt_minimum(100)
    result = story.credit(ME, held).result()
    index = result["transaction"]["message"]["accountKeys"].index(address("closed"))
    result["meta"]["preBalances"][index], result["meta"]["postBalances"][index] = held, 0
    activity = decode_transaction(result, ME)
    assert activity is not None
    assert (activity.legs, activity.rent, activity.fee) == ((), -held, FEE)
    assert activity.kind is ActivityKind.PROGRAM_CALL


def test_a_wallet_that_sends_all_it_has_pays_no_rent_back() -> None:
    result = Story(signer=OTHER).pay(OTHER, ME, LAMPORTS - FEE).result()
    activity = decode_transaction(result, ME)
    assert activity is not None
    assert (activity.kind, activity.rent) == (ActivityKind.TRANSFER_IN, 0)
    assert [(leg.amount, leg.counterparty) for leg in activity.legs] == [(LAMPORTS - FEE, OTHER)]


def test_a_stake_withdrawn_whole_has_its_reserve_back() -> None:
    story = Story(signer=OTHER).call(
        STAKE, struct.pack("<IQ", 4, LAMPORTS), address("stake"), ME, SYSTEM, SYSTEM, OTHER
    )
    result = story.credit(ME, LAMPORTS).credit(address("stake"), -LAMPORTS).result()
    activity = decode_transaction(result, ME)
    assert activity is not None
    reserve = exempt_minimum(200)
    assert (activity.kind, activity.rent) == (ActivityKind.STAKE_WITHDRAW, -reserve)
    assert [leg.amount for leg in activity.legs] == [LAMPORTS - reserve]


def test_nothing_sent_is_told_as_nothing() -> None:
    activity = _seen(Story(signer=OTHER).send(COIN, OTHER, ME, 0))
    assert (activity.kind, activity.legs) == (ActivityKind.TRANSFER_IN, ())
    assert activity.details["zero_amount_from"] == OTHER


def test_who_is_only_named_is_not_concerned() -> None:
    assert decode_transaction(Story(signer=OTHER).call(PROGRAM, b"\1", ME).result(), ME) is None
    failed = Story(signer=OTHER).pay(OTHER, ME, 5).result()
    failed["meta"]["err"] = {"InstructionError": [0, {"Custom": 1}]}
    assert decode_transaction(failed, ME) is None
