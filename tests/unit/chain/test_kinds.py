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
from walletwatch.chain.decoding.programs.ids import MPL_CORE, STAKE, SYSTEM, TOKEN, TOKEN_2022
from walletwatch.chain.decoding.rent import exempt_minimum
from walletwatch.domain.activities import Activity, ActivityKind

XDEX = "sEsYH97wqmfnkzHedjNcw3zyJdPvUmsa9AixhS4b4fN"
KAMINO = "KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD"
STAKE_POOL = "SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy"
MAGIC_EDEN = "M2mx93ekt1fmXSVkTrUL9xVFHkmME8HTUi5Cyc5aF7K"
LIMIT = "jupoNjAxXgZ4rjzxzPMP4oxduvQsQtZzyknqvzYNrNu"
BUBBLEGUM = "BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY"
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
