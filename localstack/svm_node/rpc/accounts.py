"""Methods that read accounts."""

from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from svm_node.encoding.accounts import AccountEncoding, DataSlice, encode_account, mint_decimals_at
from svm_node.errors import invalid_params
from svm_node.rpc.filters import matches, read_filters
from svm_node.rpc.params import Config, Params, as_pubkey
from svm_node.rpc.registry import RpcContext, rpc_method, with_context

MAX_MULTIPLE_ACCOUNTS = 100


class AccountWriter:
    """Writes accounts as a request's options say."""

    def __init__(
        self,
        context: RpcContext,
        config: Config,
        slot: int,
        default: AccountEncoding = AccountEncoding.BINARY,
    ) -> None:
        self._decimals_of = mint_decimals_at(context.chain.accounts, slot)
        self._encoding = config.choice("encoding", AccountEncoding, default)
        self._data_slice = read_data_slice(config)

    def write(self, account: Account | None) -> dict[str, Any] | None:
        """The account as JSON; None if it does not exist."""
        if account is None:
            return None
        return encode_account(account, self._encoding, self._data_slice, self._decimals_of)

    def write_keyed(self, address: Pubkey, account: Account) -> dict[str, Any]:
        """The account as JSON with its address."""
        return {"pubkey": str(address), "account": self.write(account)}


def read_data_slice(config: Config) -> DataSlice | None:
    """The `dataSlice` option."""
    members = config.config("dataSlice")
    if members is None:
        return None
    offset, length = members.u64("offset"), members.u64("length")
    if offset is None or length is None:
        raise invalid_params(f"Invalid params: missing field `{'offset' if offset is None else 'length'}`.")
    return DataSlice(offset, length)


@rpc_method("getBalance")
def get_balance(context: RpcContext, params: Params) -> Any:
    """Lamports of an account, 0 if it does not exist."""
    address, config = params.pubkey(0), params.config(1)
    slot = context.bank_slot(config)
    account = context.chain.accounts.at(address, slot)
    return with_context(slot, account.lamports if account else 0)


@rpc_method("getAccountInfo")
def get_account_info(context: RpcContext, params: Params) -> Any:
    """One account."""
    address, config = params.pubkey(0), params.config(1)
    slot = context.bank_slot(config)
    writer = AccountWriter(context, config, slot)
    return with_context(slot, writer.write(context.chain.accounts.at(address, slot)))


@rpc_method("getMultipleAccounts")
def get_multiple_accounts(context: RpcContext, params: Params) -> Any:
    """Up to 100 accounts, in the order of the addresses."""
    texts, config = params.texts(0), params.config(1)
    if len(texts) > MAX_MULTIPLE_ACCOUNTS:
        raise invalid_params(f"Too many inputs provided; max {MAX_MULTIPLE_ACCOUNTS}")
    addresses = [as_pubkey(text) for text in texts]
    slot = context.bank_slot(config)
    writer = AccountWriter(context, config, slot, AccountEncoding.BASE64)
    accounts = context.chain.accounts
    return with_context(slot, [writer.write(accounts.at(address, slot)) for address in addresses])


@rpc_method("getProgramAccounts")
def get_program_accounts(context: RpcContext, params: Params) -> Any:
    """Accounts a program owns that pass all filters."""
    program, config = params.pubkey(0), params.config(1)
    filters = read_filters(config.get("filters"))
    slot = context.bank_slot(config)
    writer = AccountWriter(context, config, slot)
    found = [
        writer.write_keyed(address, account)
        for address, account in context.chain.accounts.owned_by(program, slot)
        if matches(filters, account)
    ]
    return with_context(slot, found) if config.flag("withContext") else found


@rpc_method("getMinimumBalanceForRentExemption")
def get_minimum_balance_for_rent_exemption(context: RpcContext, params: Params) -> Any:
    """Lamports an account of so many bytes must hold."""
    return context.chain.rent_exempt_minimum(params.u64(0))
