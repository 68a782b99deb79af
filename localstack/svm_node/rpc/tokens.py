"""Methods that read token accounts and mints."""

from collections.abc import Callable, Iterable
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from svm_node.accounts import token_key
from svm_node.errors import invalid_params
from svm_node.programs import TOKEN_PROGRAMS
from svm_node.rpc.accounts import AccountWriter
from svm_node.rpc.params import Params, as_pubkey, wrong_type
from svm_node.rpc.registry import RpcContext, rpc_method, with_context
from svm_node.token_balances import is_mint, mint_decimals, mint_supply, token_amount, ui_token_amount

MAX_LARGEST_ACCOUNTS = 20
_DELEGATE_TAG = slice(72, 76)
_DELEGATE = slice(76, 108)


@rpc_method("getTokenAccountsByOwner")
def get_token_accounts_by_owner(context: RpcContext, params: Params) -> Any:
    """Token accounts of a wallet, of one mint or of one token program."""
    return _token_accounts(context, params, context.chain.accounts.tokens_of_owner)


@rpc_method("getTokenAccountsByDelegate")
def get_token_accounts_by_delegate(context: RpcContext, params: Params) -> Any:
    """Token accounts a delegate may spend from, of one mint or of one token program."""
    accounts = context.chain.accounts

    def delegated(delegate: Pubkey, slot: int) -> Iterable[tuple[Pubkey, Account]]:
        key = bytes(delegate)
        for program in TOKEN_PROGRAMS:
            for address, account in accounts.owned_by(program, slot):
                data = account.data
                if token_key(account) and any(data[_DELEGATE_TAG]) and data[_DELEGATE] == key:
                    yield address, account

    return _token_accounts(context, params, delegated)


def _token_accounts(
    context: RpcContext,
    params: Params,
    find: Callable[[Pubkey, int], Iterable[tuple[Pubkey, Account]]],
) -> Any:
    holder, selector, config = params.pubkey(0), params.required(1), params.config(2)
    slot = context.bank_slot(config)
    accepts = _read_selector(context, selector, slot)
    writer = AccountWriter(context, config, slot)
    found = [
        writer.write_keyed(address, account) for address, account in find(holder, slot) if accepts(account)
    ]
    return with_context(slot, found)


def _read_selector(context: RpcContext, selector: Any, slot: int) -> Callable[[Account], bool]:
    if not isinstance(selector, dict):
        raise wrong_type(selector, "a map")
    if isinstance(text := selector.get("mint"), str):
        mint = as_pubkey(text)
        account = context.chain.accounts.at(mint, slot)
        if account is None:
            raise invalid_params("Invalid param: could not find mint")
        if not is_mint(account):
            raise invalid_params("Invalid param: not a Token mint")
        wanted = bytes(mint)
        return lambda account: account.data[:32] == wanted
    if isinstance(text := selector.get("programId"), str):
        program = as_pubkey(text)
        if program not in TOKEN_PROGRAMS:
            raise invalid_params("Invalid param: unrecognized Token program id")
        return lambda account: account.owner == program
    raise wrong_type(selector, "a `mint` or a `programId`")


@rpc_method("getTokenAccountBalance")
def get_token_account_balance(context: RpcContext, params: Params) -> Any:
    """What a token account holds."""
    address, config = params.pubkey(0), params.config(1)
    slot = context.bank_slot(config)
    account = context.chain.accounts.at(address, slot)
    if account is None:
        raise invalid_params("Invalid param: could not find account")
    key = token_key(account)
    if key is None:
        raise invalid_params("Invalid param: not a Token account")
    mint = context.chain.accounts.at(Pubkey(key.mint), slot)
    if mint is None or not is_mint(mint):
        raise invalid_params("Invalid param: could not find mint")
    return with_context(slot, ui_token_amount(token_amount(account), mint_decimals(mint)))


@rpc_method("getTokenSupply")
def get_token_supply(context: RpcContext, params: Params) -> Any:
    """How much of a mint exists."""
    address, config = params.pubkey(0), params.config(1)
    slot = context.bank_slot(config)
    mint = _mint(context, address, slot)
    return with_context(slot, ui_token_amount(mint_supply(mint), mint_decimals(mint)))


@rpc_method("getTokenLargestAccounts")
def get_token_largest_accounts(context: RpcContext, params: Params) -> Any:
    """The twenty accounts that hold most of a mint."""
    address, config = params.pubkey(0), params.config(1)
    slot = context.bank_slot(config)
    decimals = mint_decimals(_mint(context, address, slot))
    amounts = (
        (token_amount(account), str(holder))
        for holder, account in context.chain.accounts.tokens_of_mint(address, slot)
    )
    largest = sorted(amounts, reverse=True)[:MAX_LARGEST_ACCOUNTS]
    return with_context(
        slot, [{"address": holder, **ui_token_amount(amount, decimals)} for amount, holder in largest]
    )


def _mint(context: RpcContext, address: Pubkey, slot: int) -> Account:
    mint = context.chain.accounts.at(address, slot)
    if mint is None:
        raise invalid_params("Invalid param: could not find mint")
    if not is_mint(mint):
        raise invalid_params("Invalid param: not a Token mint")
    return mint
