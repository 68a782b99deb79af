"""What of an account matters to the person who watches it, and how a change of that is seen."""

import hashlib
from base64 import b64decode
from collections.abc import Collection, Mapping
from typing import Any, Final

from walletwatch.chain.rpc.answers import whole_number
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.wallets import AccountKind

SLICES: Final[Mapping[AccountKind, tuple[int, int]]] = {
    AccountKind.SYSTEM: (0, 0),
    # Owner, amount, delegate, state, delegated amount and close authority (spl-token, state.rs).
    AccountKind.TOKEN: (32, 133),
    AccountKind.TOKEN_2022: (32, 133),
    AccountKind.STAKE: (0, 200),
}
"""Offset and length of what can change for a person, by kind of account."""

_ABSENT: Final = hashlib.blake2b(b"absent", digest_size=16).digest()


def slice_for(kinds: Collection[AccountKind]) -> tuple[int, int]:
    """Offset and length of the bytes that a call for accounts of these kinds asks for.

    One slice for all accounts of a call: of those kinds that have something to slice, if any has.
    """
    parts = [part for part in (SLICES[kind] for kind in kinds) if part[1]] or [(0, 0)]
    start = min(offset for offset, _ in parts)
    return start, max(offset + length for offset, length in parts) - start


def state_digest(account: object, kind: AccountKind, start: int) -> bytes:
    """A hash that changes when the account changes for a person.

    Args:
        account: As it came, its data from byte `start` on.
        kind: Which of the bytes matter.
        start: Where the call's slice begins.

    Raises:
        ChainUnavailable: It has another shape.
    """
    if account is None:
        return _ABSENT
    offset, length = SLICES[kind]
    try:
        fields: Mapping[str, Any] = account  # type: ignore[assignment]
        owner, lamports = fields["owner"], whole_number(fields["lamports"])
        data = b64decode(fields["data"][0])[offset - start : offset - start + length] if length else b""
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise ChainUnavailable("getMultipleAccounts answered an account of another shape") from error
    state = b"%d %s " % (lamports, str(owner).encode()) + data
    return hashlib.blake2b(state, digest_size=16).digest()
