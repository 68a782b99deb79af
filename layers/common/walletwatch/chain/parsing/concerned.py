"""Whom a transaction may concern: cheap enough to ask of every transaction of every block."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from walletwatch.chain.parsing.answer import loaded_addresses, read_encoded
from walletwatch.chain.parsing.fields import address, items, mapping, optional_items


def concerned_accounts(result: Mapping[str, Any]) -> frozenset[str]:
    """All accounts that the transaction names, and the owners of the token accounts among them.

    A wallet that is not in it has nothing to do with the transaction. Takes an entry of `getBlock` too, with
    `transactionDetails` full or accounts.

    Raises:
        MalformedTransaction: The answer has not the shape of a transaction with its metadata.
    """
    meta = _meta(result)
    found = {*_static_keys(result), *loaded_addresses(meta)}
    for balance in _token_balances(meta):
        owner = balance.get("owner")
        if owner:
            found.add(address(owner, "an owner"))
    return frozenset(found)


def _meta(result: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(mapping(result, "the result").get("meta"), "meta")


def _token_balances(meta: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in ("preTokenBalances", "postTokenBalances"):
        for balance in optional_items(meta.get(part), part):
            yield mapping(balance, "a token balance")


def _static_keys(result: Mapping[str, Any]) -> Sequence[str]:
    """Those of the message; in encoding jsonParsed with the loaded ones behind them."""
    body = result.get("transaction")
    wire = read_encoded(body)
    if wire is not None:
        return wire.keys
    body = mapping(body, "the transaction")
    # transactionDetails "accounts" has no message, and its keys directly.
    holder = mapping(body["message"], "the message") if "message" in body else body
    return [
        address(key.get("pubkey") if isinstance(key, Mapping) else key, "an account key")
        for key in items(holder.get("accountKeys"), "accountKeys")
    ]
