"""What nodes answer, read into the domain's values.

Every function here raises `ChainUnavailable` for another shape: a node that answers so could not be asked.
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from walletwatch.chain.rpc.client import Answer
from walletwatch.chain.rpc.simulation import read_simulation
from walletwatch.domain.addresses import looks_like_address
from walletwatch.domain.chain import (
    AccountData,
    SignatureInfo,
    Simulation,
    SimulationResult,
    StakingReward,
    TokenHolding,
)
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, TransactionNotFound
from walletwatch.domain.wallets import AccountKind


def with_context(answer: object) -> tuple[int, Any]:
    """The slot of an answer, and its value."""
    if isinstance(answer, dict):
        context = answer.get("context")
        if isinstance(context, dict) and "value" in answer:
            return whole_number(context.get("slot")), answer["value"]
    raise ChainUnavailable("the node answered without a context")


def whole_number(value: object) -> int:
    """A number that is neither negative nor a fraction."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ChainUnavailable("the node answered no whole number")


def to_signature(entry: object) -> SignatureInfo:
    """A row of `getSignaturesForAddress`."""
    try:
        fields: Mapping[str, Any] = entry  # type: ignore[assignment]
        return SignatureInfo(
            str(fields["signature"]), whole_number(fields["slot"]), fields.get("err") is not None
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ChainUnavailable("getSignaturesForAddress answered a row of another shape") from error


def to_block_time(entry: object) -> int | None:
    """Unix seconds of a row of `getSignaturesForAddress`; None where the node does not know them."""
    time = entry.get("blockTime") if isinstance(entry, dict) else None
    return None if time is None else whole_number(time)


def to_transaction(answer: Answer) -> Mapping[str, Any]:
    """The `getTransaction` result.

    Raises:
        TransactionNotFound: The node does not know it yet.
    """
    try:
        result = answer.get()
    except ChainRefused as error:
        # The signature came from this chain's history: it exists, and must not be passed over.
        raise ChainUnavailable(str(error)) from error
    if not isinstance(result, dict):
        raise TransactionNotFound("the transaction is not known to the node yet")
    return result


def to_holding(kind: AccountKind, entry: object) -> TokenHolding:
    """A row of `getTokenAccountsByOwner` in encoding `jsonParsed`."""
    try:
        fields: Mapping[str, Any] = entry  # type: ignore[assignment]
        account = fields["account"]
        info = account["data"]["parsed"]["info"]
        amount = info["tokenAmount"]
        return TokenHolding(
            address=str(fields["pubkey"]),
            kind=kind,
            mint=str(info["mint"]),
            amount=int(amount["amount"]),
            decimals=whole_number(amount["decimals"]),
            lamports=whole_number(account["lamports"]),
            frozen=info.get("state") == "frozen",
            delegate=info.get("delegate"),
            delegated_amount=int(info["delegatedAmount"]["amount"]) if info.get("delegate") else 0,
            close_authority=info.get("closeAuthority"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ChainUnavailable("getTokenAccountsByOwner answered an account of another shape") from error


def to_address(entry: object) -> str:
    """The address of a row of `getProgramAccounts`."""
    address = entry.get("pubkey") if isinstance(entry, dict) else None
    if not isinstance(address, str) or not looks_like_address(address):
        raise ChainUnavailable("getProgramAccounts answered an account of another shape")
    return address


def to_staking_reward(address: str, entry: object) -> StakingReward:
    """An entry of `getInflationReward`."""
    try:
        fields: Mapping[str, Any] = entry  # type: ignore[assignment]
        return StakingReward(
            address,
            whole_number(fields["epoch"]),
            whole_number(fields["effectiveSlot"]),
            whole_number(fields["amount"]),
        )
    except (KeyError, TypeError) as error:
        raise ChainUnavailable("getInflationReward answered a reward of another shape") from error


def to_account(address: str, account: object, slot: int) -> AccountData:
    """An account in encoding `base64`."""
    try:
        fields: Mapping[str, Any] = account  # type: ignore[assignment]
        return AccountData(
            address=address,
            owner=str(fields["owner"]),
            lamports=whole_number(fields["lamports"]),
            data=b64decode(fields["data"][0], validate=True),
            slot=slot,
        )
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise ChainUnavailable("the node answered an account of another shape") from error


def to_program_account(entry: object, slot: int) -> AccountData:
    """A row of `getProgramAccounts` in encoding `base64`."""
    if isinstance(entry, dict) and isinstance(entry.get("pubkey"), str):
        return to_account(entry["pubkey"], entry.get("account"), slot)
    raise ChainUnavailable("the node listed an account in another shape")


def to_simulation_result(simulation: Simulation, answer: Answer) -> SimulationResult:
    """The answer to one `simulateTransaction`."""
    slot, value = with_context(answer.get())
    entries = value.get("accounts") if isinstance(value, dict) else None
    after: dict[str, AccountData | None] = {}
    if isinstance(entries, list) and len(entries) == len(simulation.watched):
        after = {
            address: None if entry is None else to_account(address, entry, slot)
            for address, entry in zip(simulation.watched, entries, strict=True)
        }
    elif isinstance(value, dict) and value.get("err") is None:
        raise ChainUnavailable("simulateTransaction answered another number of accounts")
    return read_simulation(slot, value, after)
