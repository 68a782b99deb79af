"""The account keys of a transaction: its own, and those it loads from address lookup tables."""

from collections.abc import Sequence

from solders.message import Message, MessageV0, MessageV1
from solders.pubkey import Pubkey

from svm_node.accounts import AccountStore
from svm_node.ledger import ResolvedKeys
from svm_node.programs import ADDRESS_LOOKUP_TABLE_PROGRAM

LOOKUP_TABLE_META_SIZE = 56


class UnresolvableKeys(Exception):
    """A lookup table is missing, is none, or is too short.

    Attributes:
        reason: Name of the transaction error.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def resolve_keys(message: Message | MessageV0 | MessageV1, accounts: AccountStore) -> ResolvedKeys:
    """Load the addresses that a version 0 message takes from lookup tables.

    Raises:
        UnresolvableKeys: They cannot be loaded.
    """
    static = message.account_keys
    if not isinstance(message, MessageV0) or not message.address_table_lookups:
        return ResolvedKeys(static, (), ())
    writable: list[Pubkey] = []
    readonly: list[Pubkey] = []
    for lookup in message.address_table_lookups:
        table = accounts.newest(lookup.account_key)
        if table is None:
            raise UnresolvableKeys("AddressLookupTableNotFound")
        if table.owner != ADDRESS_LOOKUP_TABLE_PROGRAM:
            raise UnresolvableKeys("InvalidAddressLookupTableOwner")
        data = table.data
        writable += _pick(data, bytes(lookup.writable_indexes))
        readonly += _pick(data, bytes(lookup.readonly_indexes))
    return ResolvedKeys(static, writable, readonly)


def writable_keys(message: Message | MessageV0 | MessageV1, keys: ResolvedKeys) -> list[Pubkey]:
    """The keys whose accounts the transaction may change."""
    own = [key for index, key in enumerate(keys.static) if is_writable(message, index)]
    return [*own, *keys.loaded_writable]


def is_writable(message: Message | MessageV0 | MessageV1, index: int) -> bool:
    """Whether the message's own key at this index is writable by its header."""
    header = message.header
    signers = header.num_required_signatures
    if index < signers:
        return index < signers - header.num_readonly_signed_accounts
    return index < len(message.account_keys) - header.num_readonly_unsigned_accounts


def _pick(table: bytes, indexes: Sequence[int]) -> list[Pubkey]:
    picked = []
    for index in indexes:
        start = LOOKUP_TABLE_META_SIZE + 32 * index
        if start + 32 > len(table):
            raise UnresolvableKeys("InvalidAddressLookupTableIndex")
        picked.append(Pubkey(table[start : start + 32]))
    return picked
