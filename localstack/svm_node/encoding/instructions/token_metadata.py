"""Instructions of the token metadata interface, which Token-2022 implements."""

import hashlib
from collections.abc import Callable

from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable

_FIELDS = ("name", "symbol", "uri")
_CUSTOM_FIELD = 3


def parse(accounts: Accounts, data: bytes) -> Parsed | None:
    """Read an instruction; None if its discriminator is none of the interface.

    Raises:
        Unparsable: It is one of the interface, but malformed.
    """
    parser = _PARSERS.get(data[:8])
    return None if parser is None else parser(accounts, Reader(data, 8))


def discriminator(name: str) -> bytes:
    """The first eight bytes of an instruction of the interface."""
    return hashlib.sha256(f"spl_token_metadata_interface:{name}".encode()).digest()[:8]


def _initialize(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("metadata", "updateAuthority", "mint", "mintAuthority")
    return Parsed(
        "initializeTokenMetadata",
        {
            **named,
            "name": data.borsh_string(),
            "symbol": data.borsh_string(),
            "uri": data.borsh_string(),
        },
    )


def _update_field(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("metadata", "updateAuthority")
    kind = data.u8()
    if kind > _CUSTOM_FIELD:
        raise Unparsable("unknown metadata field")
    field = data.borsh_string() if kind == _CUSTOM_FIELD else _FIELDS[kind]
    return Parsed("updateTokenMetadataField", {**named, "field": field, "value": data.borsh_string()})


def _remove_key(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("metadata", "updateAuthority")
    is_idempotent = data.flag()
    return Parsed(
        "removeTokenMetadataKey", {**named, "key": data.borsh_string(), "idempotent": is_idempotent}
    )


def _update_authority(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("metadata", "updateAuthority")
    return Parsed("updateTokenMetadataAuthority", {**named, "newAuthority": data.nonzero_pubkey()})


_PARSERS: dict[bytes, Callable[[Accounts, Reader], Parsed]] = {
    discriminator("initialize_account"): _initialize,
    discriminator("updating_field"): _update_field,
    discriminator("remove_key_ix"): _remove_key,
    discriminator("update_the_authority"): _update_authority,
}
