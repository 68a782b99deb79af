"""Token amounts: reading them from accounts, and writing them as the RPC does."""

from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from svm_node.accounts import MINT_LENGTH, MULTISIG_LENGTH, TOKEN_ACCOUNT_LENGTH, AccountStore, token_key
from svm_node.ledger import TokenBalance
from svm_node.programs import TOKEN_PROGRAMS

_ACCOUNT_TYPE_MINT = 1
_AMOUNT_OFFSET = 64
_SUPPLY_OFFSET = 36
_DECIMALS_OFFSET = 44
_IS_INITIALIZED_OFFSET = 45
NATIVE_DECIMALS = 9
MAX_FLOAT_DECIMALS = 19


def token_amount(account: Account) -> int:
    """Base units a token account holds."""
    return int.from_bytes(account.data[_AMOUNT_OFFSET : _AMOUNT_OFFSET + 8], "little")


def mint_supply(mint: Account) -> int:
    """Base units of a mint that exist."""
    return int.from_bytes(mint.data[_SUPPLY_OFFSET : _SUPPLY_OFFSET + 8], "little")


def mint_decimals(mint: Account) -> int:
    """Decimals of a mint."""
    return mint.data[_DECIMALS_OFFSET]


def native_mint_data() -> bytes:
    """The data of the mint of wrapped native tokens: no authorities, no supply."""
    data = bytearray(MINT_LENGTH)
    data[_DECIMALS_OFFSET] = NATIVE_DECIMALS
    data[_IS_INITIALIZED_OFFSET] = 1
    return bytes(data)


def is_mint(account: Account | None) -> bool:
    """Whether this is an initialized mint of either token program."""
    if account is None or account.owner not in TOKEN_PROGRAMS:
        return False
    data = account.data
    size = len(data)
    has_extensions = size > TOKEN_ACCOUNT_LENGTH and size != MULTISIG_LENGTH
    is_sized = size == MINT_LENGTH or (has_extensions and data[TOKEN_ACCOUNT_LENGTH] == _ACCOUNT_TYPE_MINT)
    return is_sized and data[_IS_INITIALIZED_OFFSET] == 1


def token_balance(index: int, account: Account, accounts: AccountStore) -> TokenBalance | None:
    """What a token account holds, as part of a transaction; None for any other account."""
    key = token_key(account)
    if key is None:
        return None
    mint_address = Pubkey(key.mint)
    mint = accounts.newest(mint_address)
    # As in Agave, a token account whose mint was closed has no balance to tell.
    if mint is None or not is_mint(mint):
        return None
    return TokenBalance(
        account_index=index,
        mint=mint_address,
        owner=Pubkey(key.owner),
        program=account.owner,
        amount=token_amount(account),
        decimals=mint_decimals(mint),
    )


def ui_amount_string(amount: int, decimals: int) -> str:
    """An amount of base units in whole tokens, without trailing zeros."""
    if decimals == 0:
        return str(amount)
    digits = str(amount).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}".rstrip("0").rstrip(".")


def ui_token_amount(amount: int, decimals: int) -> dict[str, Any]:
    """An amount in the RPC's shape; `uiAmount` is the one float of that shape."""
    # Agave has no float for a divisor that does not fit in 8 bytes.
    ui_amount = float(amount) / float(10**decimals) if decimals <= MAX_FLOAT_DECIMALS else None
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": ui_amount,
        "uiAmountString": ui_amount_string(amount, decimals),
    }
