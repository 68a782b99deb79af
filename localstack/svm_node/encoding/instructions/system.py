"""Instructions of the system program (Agave's `parse_system`)."""

from collections.abc import Callable
from typing import Any

from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable


def parse(accounts: Accounts, data: Reader) -> Parsed:
    """Read an instruction.

    Raises:
        Unparsable: It is none that is known.
    """
    parser = _PARSERS.get(data.u32())
    if parser is None:
        raise Unparsable("unknown system instruction")
    name, read = parser
    return Parsed(name, read(accounts, data))


def _create_account(accounts: Accounts, data: Reader) -> dict[str, Any]:
    named = accounts.named("source", "newAccount")
    return {**named, "lamports": data.u64(), "space": data.u64(), "owner": data.pubkey()}


def _assign(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {**accounts.named("account"), "owner": data.pubkey()}


def _transfer(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {**accounts.named("source", "destination"), "lamports": data.u64()}


def _create_account_with_seed(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {
        **accounts.named("source", "newAccount"),
        "base": data.pubkey(),
        "seed": data.bincode_string(),
        "lamports": data.u64(),
        "space": data.u64(),
        "owner": data.pubkey(),
    }


def _advance_nonce(accounts: Accounts, data: Reader) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    return accounts.named("nonceAccount", "recentBlockhashesSysvar", "nonceAuthority")


def _withdraw_nonce(accounts: Accounts, data: Reader) -> dict[str, Any]:
    named = accounts.named(
        "nonceAccount", "destination", "recentBlockhashesSysvar", "rentSysvar", "nonceAuthority"
    )
    return {**named, "lamports": data.u64()}


def _initialize_nonce(accounts: Accounts, data: Reader) -> dict[str, Any]:
    named = accounts.named("nonceAccount", "recentBlockhashesSysvar", "rentSysvar")
    return {**named, "nonceAuthority": data.pubkey()}


def _authorize_nonce(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {**accounts.named("nonceAccount", "nonceAuthority"), "newAuthorized": data.pubkey()}


def _allocate(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {**accounts.named("account"), "space": data.u64()}


def _allocate_with_seed(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {
        **accounts.named("account"),
        "base": data.pubkey(),
        "seed": data.bincode_string(),
        "space": data.u64(),
        "owner": data.pubkey(),
    }


def _assign_with_seed(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {
        **accounts.named("account"),
        "base": data.pubkey(),
        "seed": data.bincode_string(),
        "owner": data.pubkey(),
    }


def _transfer_with_seed(accounts: Accounts, data: Reader) -> dict[str, Any]:
    return {
        **accounts.named("source", "sourceBase", "destination"),
        "lamports": data.u64(),
        "sourceSeed": data.bincode_string(),
        "sourceOwner": data.pubkey(),
    }


def _upgrade_nonce(accounts: Accounts, data: Reader) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    return accounts.named("nonceAccount")


_PARSERS: dict[int, tuple[str, Callable[[Accounts, Reader], dict[str, Any]]]] = {
    0: ("createAccount", _create_account),
    1: ("assign", _assign),
    2: ("transfer", _transfer),
    3: ("createAccountWithSeed", _create_account_with_seed),
    4: ("advanceNonce", _advance_nonce),
    5: ("withdrawFromNonce", _withdraw_nonce),
    6: ("initializeNonce", _initialize_nonce),
    7: ("authorizeNonce", _authorize_nonce),
    8: ("allocate", _allocate),
    9: ("allocateWithSeed", _allocate_with_seed),
    10: ("assignWithSeed", _assign_with_seed),
    11: ("transferWithSeed", _transfer_with_seed),
    12: ("upgradeNonce", _upgrade_nonce),
}
