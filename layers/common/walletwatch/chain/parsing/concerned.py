"""Whom a transaction may concern: cheap enough to ask of every transaction of every block."""

from collections.abc import Mapping
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
    result = mapping(result, "the result")
    meta = mapping(result.get("meta"), "meta")
    body = result.get("transaction")
    found: set[str] = set(loaded_addresses(meta))
    wire = read_encoded(body)
    if wire is not None:
        found.update(wire.keys)
    else:
        body = mapping(body, "the transaction")
        # transactionDetails "accounts" has no message, and its keys directly.
        holder = mapping(body["message"], "the message") if "message" in body else body
        for key in items(holder.get("accountKeys"), "accountKeys"):
            found.add(address(key.get("pubkey") if isinstance(key, Mapping) else key, "an account key"))
    for part in ("preTokenBalances", "postTokenBalances"):
        for balance in optional_items(meta.get(part), part):
            owner = mapping(balance, "a token balance").get("owner")
            if owner:
                found.add(address(owner, "an owner"))
    return frozenset(found)
