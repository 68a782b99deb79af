"""The accounts that a transfer hook wants to see besides those of the transfer.

Sources: spl-transfer-hook-interface (the list lies at `["extra-account-metas", mint]` of the hook's program,
behind the discriminator of `Execute`) and spl-tlv-account-resolution (`ExtraAccountMeta`, `Seed`,
`PubkeyData`). An account is named as it is, or to be derived from the transfer's accounts, their bytes, and
the bytes of the `Execute` instruction.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from walletwatch.domain.addresses import decode_address, encode_address

EXECUTE: Final = bytes([105, 37, 101, 197, 75, 251, 102, 26])
"""The first bytes of sha256("spl-transfer-hook-interface:execute")."""
MAX_ACCOUNTS: Final = 32
"""More do not fit into a transaction beside the transfer itself."""

_LIST: Final = 16
"""Behind discriminator (8), length (4) and number of entries (4)."""
_ENTRY: Final = 35
_FIXED, _DERIVED, _READ, _DERIVED_ELSEWHERE = 0, 1, 2, 0x80
_CONFIG: Final = 32


class Unresolvable(Exception):
    """The list is malformed, or needs what a scan does not read."""


class Meta(NamedTuple):
    """An account of an instruction."""

    address: str
    signer: bool
    writable: bool


class Transfer(NamedTuple):
    """What a hook is told of a transfer."""

    source: str
    mint: str
    destination: str
    authority: str
    amount: int


def list_address(mint: str, hook: str) -> str:
    """Where a hook's program keeps the list for a mint."""
    return _derive(hook, [b"extra-account-metas", decode_address(mint)])


def hook_accounts(transfer: Transfer, hook: str, states: Mapping[str, bytes | None]) -> list[Meta]:
    """What a transfer's instruction has to have appended, in this order.

    Args:
        transfer: As it is to be made.
        hook: The hook's program.
        states: Bytes of accounts, the list's own among them; None for one that does not exist.

    Raises:
        Unresolvable: They cannot be told.
    """
    place = list_address(transfer.mint, hook)
    raw = states.get(place)
    called = Meta(hook, signer=False, writable=False)
    if raw is None:
        # Token-2022 reads the list if it is handed one, and calls the hook without more if it is not.
        return [called]
    extra = _resolve(transfer, hook, place, raw, states)
    return [*extra, called, Meta(place, signer=False, writable=False)]


def _resolve(
    transfer: Transfer, hook: str, place: str, raw: bytes, states: Mapping[str, bytes | None]
) -> list[Meta]:
    count = int.from_bytes(raw[12:16], "little")
    if raw[:8] != EXECUTE or count > MAX_ACCOUNTS or len(raw) < _LIST + count * _ENTRY:
        raise Unresolvable("a list of another form")
    told = EXECUTE + transfer.amount.to_bytes(8, "little")
    accounts = [transfer.source, transfer.mint, transfer.destination, transfer.authority, place]
    metas = []
    for index in range(count):
        entry = raw[_LIST + index * _ENTRY : _LIST + (index + 1) * _ENTRY]
        address = _address(entry[0], entry[1 : 1 + _CONFIG], hook, told, accounts, states)
        accounts.append(address)
        metas.append(Meta(address, signer=bool(entry[33]), writable=bool(entry[34])))
    return metas


def _address(
    kind: int,
    config: bytes,
    hook: str,
    told: bytes,
    accounts: list[str],
    states: Mapping[str, bytes | None],
) -> str:
    if kind == _FIXED:
        return encode_address(config)
    if kind == _READ and config[0] == 1:
        return encode_address(_cut(told, config[1], 32))
    if kind == _READ and config[0] == 2:
        return encode_address(_cut(_state(accounts, config[1], states), config[2], 32))
    if kind == _DERIVED:
        return _derive(hook, _seeds(config, told, accounts, states))
    if kind & _DERIVED_ELSEWHERE:
        program = _account(accounts, kind & ~_DERIVED_ELSEWHERE)
        return _derive(program, _seeds(config, told, accounts, states))
    raise Unresolvable("an account of another kind")


def _seeds(
    config: bytes, told: bytes, accounts: list[str], states: Mapping[str, bytes | None]
) -> list[bytes]:
    seeds = []
    rest = config
    while rest and rest[0]:
        kind, rest = rest[0], rest[1:]
        size = {1: 1, 2: 2, 3: 1, 4: 3}.get(kind)
        if size is None or len(rest) < size:
            raise Unresolvable("a seed of another kind")
        parts, rest = rest[:size], rest[size:]
        if kind == 1:
            seeds.append(_cut(rest, 0, parts[0]))
            rest = rest[parts[0] :]
        elif kind == 2:
            seeds.append(_cut(told, parts[0], parts[1]))
        elif kind == 3:
            seeds.append(decode_address(_account(accounts, parts[0])))
        else:
            seeds.append(_cut(_state(accounts, parts[0], states), parts[1], parts[2]))
    return seeds


def _account(accounts: list[str], index: int) -> str:
    if index >= len(accounts):
        raise Unresolvable("an account that is not there yet")
    return accounts[index]


def _state(accounts: list[str], index: int, states: Mapping[str, bytes | None]) -> bytes:
    state = states.get(_account(accounts, index))
    if state is None:
        raise Unresolvable("the bytes of an account that was not read")
    return state


def _cut(data: bytes, at: int, length: int) -> bytes:
    part = data[at : at + length]
    if len(part) != length:
        raise Unresolvable("fewer bytes than asked for")
    return part


def _derive(program: str, seeds: list[bytes]) -> str:
    from solders.pubkey import Pubkey  # noqa: PLC0415 - 30 ms of cold start

    if len(seeds) > 15 or any(len(seed) > 32 for seed in seeds):
        raise Unresolvable("seeds that derive nothing")
    return str(Pubkey.find_program_address(seeds, Pubkey.from_string(program))[0])
