"""What the projects that the recordings are from say of them, and where and why we say something else."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.chain.corpus import CORPUS, upstream_cases
from walletwatch.chain.decoding import decode_transaction
from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.money import NATIVE

pytestmark = pytest.mark.skipif(
    not CORPUS.exists(), reason="the corpus of recordings is not beside the project"
)

RENT = "upstream counts the rent of a new account to what was sent; here it is rent, and told apart"
TEMPORARY = (
    "the watched address is the temporary token account of the swap, not a person's wallet:"
    " it is there neither before nor after, and signed for its own making only"
)
BYSTANDER = "the transaction failed, and the wallet neither signed nor paid: it does not concern it"
UNKNOWN_OWNER = (
    "an answer of 2021: the account that received is named by no instruction but the pool's own,"
    " so its owner is not known, and that leg is missing"
)
INTERMEDIATE = (
    "upstream takes the limit of the swap instruction for the amount; the balances say that less was taken"
)
FEE_TWICE = "upstream takes the fee off twice: the balances say that this much came in"
CHANGE = "upstream gives the lamports left over from the route as sent; the balances say received"
MUTATED = "a failed transaction moves nothing but its fee; upstream's parser does not look at that"
SIMULATED = (
    "recorded on a simulator that charged twice the fee that it reports: five thousand are unexplained"
)

DIFFERENCES = {
    "MetaMask_snap-solana-wallet:mapRpcTransaction/4:maps native SOL transfers - failure": MUTATED,
    "MetaMask_snap-solana-wallet:mapRpcTransaction/7:maps SPL token transfers - as a sender to self II": RENT,
    "MetaMask_snap-solana-wallet:mapRpcTransaction/11:maps swaps - #1 USDC -> Cobie": CHANGE,
    "MetaMask_snap-solana-wallet:mapRpcTransaction/14:maps swaps - #4 TRUMP -> USDC -> WSOL -> JUP": RENT,
    "MetaMask_snap-solana-wallet:mapRpcTransaction/15:maps swaps "
    "- #5 SOL -> Sahur, uses swap balance to swap as well as create ATA": RENT,
    "MetaMask_snap-solana-wallet:mapRpcTransaction/16:maps swaps - failure": BYSTANDER,
    "gemwalletcom_core:swap_token_to_sol": FEE_TWICE,
    "p2p-org_p2p-wallet-ios:trx-p2p-swap-orca-ok/testParsingTransitiveSwap": TEMPORARY,
    "p2p-org_p2p-wallet-ios:trx-swap-orca-transitive-ok/testParsingTransitiveTransaction": TEMPORARY,
    "p2p-org_p2p-wallet-ios:trx-swap-serum-2/skipTestParsingSerum2": UNKNOWN_OWNER,
    "p2p-org_p2p-wallet-ios:trx-swap-serum-3/skipTestParsingSerum3": INTERMEDIATE,
    "p2p-org_p2p-wallet-ios:trx-swap-serum-4/skipTestParsingSerum4": UNKNOWN_OWNER,
    "solana-foundation_explorer:surfpool-multi-transfer": SIMULATED,
}


def _units(amount: str, decimals: int | None) -> int:
    assert decimals is not None
    return int(Decimal(amount).scaleb(decimals))


def _sums(activity: Activity, sign: int) -> Counter[str]:
    sums: Counter[str] = Counter()
    for leg in activity.legs:
        sums[leg.asset] += leg.amount
    return Counter({asset: abs(amount) for asset, amount in sums.items() if amount * sign > 0})


def _metamask(expected: Mapping[str, Any], activity: Activity | None, wallet: str) -> str | None:
    if "isSpam" in expected:
        tiny = activity is None or sum(leg.amount for leg in activity.legs) <= 1
        return None if tiny else "not tiny"
    if activity is None:
        return "does not concern it"
    kinds = {
        "send": {ActivityKind.TRANSFER_OUT, ActivityKind.SELF_TRANSFER},
        "receive": {ActivityKind.TRANSFER_IN},
        "swap": {ActivityKind.SWAP},
        "unknown": {ActivityKind.FAILED},
    }
    if activity.kind not in kinds[expected["type"]]:
        return f"kind {activity.kind}"
    paid = sum(_units(fee["asset"]["amount"], 9) for fee in expected["fees"])
    if activity.fee != paid:
        return f"fee {activity.fee} instead of {paid}"
    if activity.kind is ActivityKind.SELF_TRANSFER:
        return None
    decimals = {leg.asset: leg.decimals for leg in activity.legs} | {NATIVE: 9}
    for side, sign in (("from", -1), ("to", 1)):
        sums: Counter[str] = Counter()
        for part in expected[side]:
            asset = part["asset"]
            mint = asset["type"].split("token:")[-1] if "token:" in asset["type"] else NATIVE
            if part["address"] == wallet:
                sums[mint] += _units(asset["amount"], decimals.get(mint))
        if sums != _sums(activity, sign):
            return f"{side} {dict(_sums(activity, sign))} instead of {dict(sums)}"
    return None


def _gem(expected: Mapping[str, Any], activity: Activity | None, wallet: str) -> str | None:
    if activity is None:
        return "does not concern it"

    def asset(name: str) -> str:
        return NATIVE if name == "SOL" else name

    kind = expected.get("type")
    if kind is None:
        return None if activity.success == (expected["state"] == "confirmed") else "success"
    if kind == "SmartContractCall":
        spent = sum(_sums(activity, -1).values()) + activity.rent
        if activity.kind is ActivityKind.PROGRAM_CALL and spent == int(expected["value"]):
            return None
        return f"{activity.kind} {spent}"
    if kind == "swap":
        given = Counter({asset(expected["from_asset"]): int(expected["from_value"])})
        received = Counter({asset(expected["to_asset"]): int(expected["to_value"])})
        said = (activity.kind, _sums(activity, -1), _sums(activity, 1))
        return None if said == (ActivityKind.SWAP, given, received) else str(said)
    out = wallet == expected["from"]
    other = expected["to"] if out else expected["from"]
    sign = -1 if out else 1
    (leg,) = activity.legs
    if activity.kind is not (ActivityKind.TRANSFER_OUT if out else ActivityKind.TRANSFER_IN):
        return f"kind {activity.kind}"
    said_leg = (leg.asset, leg.amount * sign, leg.counterparty)
    wanted = (asset(expected["asset"]), int(expected["value"]), other)
    return None if said_leg == wanted else f"{said_leg} instead of {wanted}"


def _p2p(expected: Mapping[str, Any], activity: Activity | None, wallet: str) -> str | None:
    if activity is None:
        return "does not concern it"
    asserted = {part["expr"]: part["equals"] for part in expected["asserts"]}
    parsed = expected["parsed_as"]
    if not activity.success:
        return None if activity.kind is ActivityKind.FAILED and not activity.legs else "failed with legs"
    if parsed == "CloseAccountInfo":
        said = (activity.kind, -activity.rent)
        wanted = (ActivityKind.ACCOUNT_CLOSE, _units(asserted["trx.reimbursedAmount"], 9))
        return None if said == wanted else str(said)
    if parsed == "CreateAccountInfo":
        right = activity.kind is ActivityKind.ACCOUNT_CREATE
        right = right and activity.rent == _units(asserted.get("trx.fee", "0.00203928"), 9)
        return None if right else f"{activity.kind} {activity.rent}"
    if parsed == "SwapInfo" and asserted.get("trx") == "nil":
        return "swap" if activity.kind is ActivityKind.SWAP else None
    if parsed == "SwapInfo":
        return _p2p_swap(asserted, activity)
    if parsed == "TransferInfo":
        if activity.kind is not ActivityKind.TRANSFER_OUT:
            return f"kind {activity.kind}"
        amount = asserted.get("trx.amount") or asserted.get("trx.rawAmount")
        (leg,) = activity.legs
        return None if amount is None or -leg.amount == _units(amount, leg.decimals) else f"{leg.amount}"
    return None


def _p2p_swap(asserted: Mapping[str, str], activity: Activity) -> str | None:
    if activity.kind is not ActivityKind.SWAP:
        return f"kind {activity.kind}"
    given = [leg for leg in activity.legs if leg.amount < 0]
    received = [leg for leg in activity.legs if leg.amount > 0]
    if len(given) != 1 or len(received) != 1:
        return f"{len(given)} given, {len(received)} received"
    amount = asserted.get("trx.sourceAmount")
    if amount is not None and -given[0].amount != _units(amount, given[0].decimals):
        return f"gave {given[0].amount} instead of {amount}"
    for name, digits in asserted.items():
        if name.startswith("trx.destinationAmount?.toLamport") and received[0].amount != int(digits):
            return f"got {received[0].amount} instead of {digits}"
    return None


def _explorer(expected: Mapping[str, Any], activity: Activity | None, wallet: str) -> str | None:
    if activity is None:
        return "does not concern it"
    transfers = expected.get("sol_transfers")
    if transfers is not None and sorted(transfers) != sorted(
        -leg.amount for leg in activity.legs if leg.is_native
    ):
        return f"native {[leg.amount for leg in activity.legs if leg.is_native]}"
    return None if activity.kind is ActivityKind.TRANSFER_OUT else f"kind {activity.kind}"


def _version_1(expected: Mapping[str, Any], activity: Activity | None, wallet: str) -> str | None:
    if activity is None:
        return "does not concern it"
    if expected.get("failed"):
        right = activity.kind is ActivityKind.FAILED and activity.fee == expected["fee_lamports"]
        return None if right else f"{activity.kind} {activity.fee}"
    (leg,) = activity.legs
    said = (activity.kind, leg.amount, leg.counterparty, activity.fee)
    wanted = (ActivityKind.TRANSFER_OUT, -expected["lamports"], expected["to"], expected["fee"])
    return None if said == wanted else str(said)


COMPARE = {
    "MetaMask/snap-solana-wallet": _metamask,
    "gemwalletcom/core": _gem,
    "p2p-org/p2p-wallet-ios": _p2p,
    "solana-foundation/explorer": _explorer,
    "transaction/v1": _version_1,
}


def test_we_agree_with_upstream_or_say_why_not() -> None:
    differing, compared = {}, 0
    for case, result in upstream_cases():
        if case["expected"] is None:
            continue
        compared += 1
        activity = decode_transaction(result, case["wallet"])
        difference = COMPARE[case["repo"]](case["expected"], activity, case["wallet"])
        if difference is not None:
            differing[case["id"]] = difference
    assert compared > 60
    assert differing.keys() == DIFFERENCES.keys(), differing
