"""Who owns a token account, in answers of 2021, whose token balances do not tell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.programs import ASSOCIATED_TOKEN, TOKEN_PROGRAMS

_MADE_FOR: Final[Mapping[str, tuple[str, str]]] = {
    "create": ("account", "wallet"),
    "createIdempotent": ("account", "wallet"),
    "initializeAccount": ("account", "owner"),
    "initializeAccount2": ("account", "owner"),
    "initializeAccount3": ("account", "owner"),
}
# Only the owner can do these.
_DONE_BY_OWNER: Final[Mapping[str, tuple[str, str]]] = {
    "approve": ("source", "owner"),
    "approveChecked": ("source", "owner"),
    "revoke": ("source", "owner"),
}
# The owner does these, or somebody whom the owner named before.
_DONE_BY_AUTHORITY: Final[Mapping[str, tuple[str, str]]] = {
    "transfer": ("source", "authority"),
    "transferChecked": ("source", "authority"),
    "burn": ("account", "authority"),
    "burnChecked": ("account", "authority"),
    "closeAccount": ("account", "owner"),
}


def recover_owners(transaction: Transaction, decoded: Sequence[Decoded]) -> Transaction:
    """Fill in the owners that the instructions tell; the others stay unknown.

    An authority counts as the owner only if it signed the transaction and no instruction makes it a delegate.
    """
    owners = _named(decoded, _MADE_FOR) | _named(decoded, _DONE_BY_OWNER)
    delegates = {
        instruction.fields.get("delegate") for instruction in decoded if instruction.name in _DONE_BY_OWNER
    }
    for account, owner in _named(decoded, _DONE_BY_AUTHORITY).items():
        if owner in transaction.signers and owner not in delegates:
            owners.setdefault(account, owner)
    return replace(
        transaction,
        tokens=tuple(
            account._replace(
                owner_before=account.owner_before
                or (None if account.before is None else owners.get(account.address)),
                owner_after=account.owner_after
                or (None if account.after is None else owners.get(account.address)),
            )
            for account in transaction.tokens
        ),
    )


def _named(decoded: Sequence[Decoded], names: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for instruction in decoded:
        if instruction.program not in TOKEN_PROGRAMS and instruction.program != ASSOCIATED_TOKEN:
            continue
        fields = names.get(instruction.name)
        if fields is not None:
            account, owner = (instruction.fields.get(field) for field in fields)
            if account is not None and owner is not None:
                found.setdefault(account, owner)
    return found
