"""Mints, token accounts and multisigs of both token programs (Agave's `parse_token`)."""

from collections.abc import Callable
from typing import Any

from solders.pubkey import Pubkey

from svm_node.accounts import MINT_LENGTH, MULTISIG_LENGTH, TOKEN_ACCOUNT_LENGTH
from svm_node.encoding.account_data.token_extensions import parse_extensions
from svm_node.encoding.instructions.token_extensions import account_state
from svm_node.encoding.reader import Reader, Unparsable
from svm_node.token_balances import ui_token_amount

_TYPE_MINT = 1
_TYPE_ACCOUNT = 2
_MAX_SIGNERS = 11

type DecimalsOf = Callable[[Pubkey], int | None]


def parse(data: bytes, decimals_of: DecimalsOf) -> dict[str, Any]:
    """`{type, info}`.

    Raises:
        Unparsable: It is none of the three, or not initialized, or an account whose mint is gone.
    """
    if len(data) == MULTISIG_LENGTH:
        return {"type": "multisig", "info": _multisig(Reader(data))}
    kind = _kind(data)
    if kind == _TYPE_MINT:
        return {"type": "mint", "info": _mint(data)}
    return {"type": "account", "info": _account(data, decimals_of)}


def _kind(data: bytes) -> int:
    if len(data) == MINT_LENGTH:
        return _TYPE_MINT
    if len(data) == TOKEN_ACCOUNT_LENGTH:
        return _TYPE_ACCOUNT
    if len(data) > TOKEN_ACCOUNT_LENGTH and data[TOKEN_ACCOUNT_LENGTH] in (_TYPE_MINT, _TYPE_ACCOUNT):
        return data[TOKEN_ACCOUNT_LENGTH]
    raise Unparsable("neither mint nor token account")


def _mint(data: bytes) -> dict[str, Any]:
    reader = Reader(data)
    mint_authority = reader.coption_pubkey()
    supply, decimals, is_initialized = reader.u64(), reader.u8(), reader.flag()
    if not is_initialized:
        raise Unparsable("mint is not initialized")
    info = {
        "mintAuthority": mint_authority,
        "supply": str(supply),
        "decimals": decimals,
        "isInitialized": is_initialized,
        "freezeAuthority": reader.coption_pubkey(),
    }
    return info | _extensions(data)


def _account(data: bytes, decimals_of: DecimalsOf) -> dict[str, Any]:
    reader = Reader(data)
    mint = reader.pubkey()
    owner, amount, delegate, state = reader.pubkey(), reader.u64(), reader.coption_pubkey(), reader.u8()
    if state == 0:
        raise Unparsable("token account is not initialized")
    rent_exempt_reserve, delegated_amount = reader.coption_u64(), reader.u64()
    close_authority = reader.coption_pubkey()
    decimals = decimals_of(Pubkey.from_string(mint))
    if decimals is None:
        raise Unparsable("the mint is gone")
    info: dict[str, Any] = {
        "mint": mint,
        "owner": owner,
        "tokenAmount": ui_token_amount(amount, decimals),
        "state": account_state(state),
        "isNative": rent_exempt_reserve is not None,
    }
    if delegate is not None:
        info |= {"delegate": delegate, "delegatedAmount": ui_token_amount(delegated_amount, decimals)}
    if rent_exempt_reserve is not None:
        info["rentExemptReserve"] = ui_token_amount(rent_exempt_reserve, decimals)
    if close_authority is not None:
        info["closeAuthority"] = close_authority
    return info | _extensions(data)


def _multisig(reader: Reader) -> dict[str, Any]:
    required, valid, is_initialized = reader.u8(), reader.u8(), reader.flag()
    if not is_initialized:
        raise Unparsable("multisig is not initialized")
    signers = [reader.nonzero_pubkey() for _ in range(_MAX_SIGNERS)]
    return {
        "numRequiredSigners": required,
        "numValidSigners": valid,
        "isInitialized": is_initialized,
        "signers": [signer for signer in signers if signer is not None],
    }


def _extensions(data: bytes) -> dict[str, Any]:
    extensions = parse_extensions(data)
    return {"extensions": extensions} if extensions else {}
