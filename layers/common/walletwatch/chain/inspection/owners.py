"""What the owners of token accounts are, by the accounts at their addresses.

What is sent to an exchange's authority, or to an account of a locker, without that program's doing cannot be
taken back by anybody. So nobody hides what he holds by sending it there.
"""

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import Final

from walletwatch.chain.inspection.authorities import HEAD, is_on_curve
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.holders import Owner, OwnerKind
from walletwatch.domain.profile import ChainProfile, Role
from walletwatch.domain.programs import SYSTEM, TOKEN_PROGRAMS
from walletwatch.ports.chain import Chain

LOCKERS: Final[Mapping[str, str]] = {
    "strmRqUCoQUgGUan5YhzUZa6KqdzwX5L6FpUxfmKg5m": "Streamflow",
    "LocpQgucEQHbqNABEYvBvwoxCPsSbG91A1QaQhQQqjn": "Jupiter Lock",
    "LockrWmn6K5twhz3y9w1dQERbmgSaRkfnTeTKbpofwE": "Raydium Lock",
    # Raydium's authority over locked LP tokens (seed `lock_cp_authority_seed`); it has no account of its own.
    "3f7GcQFG397GAaEnv51zR6tsTVihYRydnydDD1cXekxH": "Raydium Lock",
}
"""Programs, by their published ids, and authorities of programs."""

MULTISIGS: Final[Mapping[str, str]] = {
    "SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf": "Squads",
    "SMPLecH534NA9acpos4G6x7uf3LWbCAwZQE9e8ZekMu": "Squads",
}
_KINDS: Final[Mapping[Role, OwnerKind]] = {
    Role.EXCHANGE: OwnerKind.EXCHANGE,
    Role.LOCKER: OwnerKind.LOCKED,
    Role.BURN: OwnerKind.BURNED,
    Role.BRIDGE: OwnerKind.PROGRAM,
    Role.POOL: OwnerKind.POOL,
}
_TOKEN_MULTISIG_BYTES: Final = 355
_AUTHORITY_SEED: Final = b"vault_and_lp_mint_auth_seed"
"""raydium-cp-swap, `lib.rs` (`AUTH_SEED`)."""


@lru_cache(maxsize=64)
def pool_authority(program: str) -> str:
    """Who owns the vaults of all pools of CP-Swap, or of a fork of it."""
    from solders.pubkey import Pubkey  # noqa: PLC0415 - 30 ms of cold start

    return str(Pubkey.find_program_address([_AUTHORITY_SEED], Pubkey.from_string(program))[0])


class OwnerReader:
    """Tells what owners are.

    Args:
        profile: Names the exchange of the chain, and addresses that are known to be no person's.
    """

    def __init__(self, chain: Chain, profile: ChainProfile) -> None:
        self._chain = chain
        self._exchange = profile.exchange
        self._labels = profile.labels

    async def read(self, addresses: Collection[str]) -> Mapping[str, Owner]:
        """The owners at these addresses, by one call for each hundred.

        Raises:
            ChainUnavailable: They could not be read.
            ChainRefused: The node does not answer.
        """
        accounts = await self._chain.accounts(sorted(addresses), head=HEAD)
        return {address: self._owner(address, account) for address, account in accounts.items()}

    def _owner(self, address: str, account: AccountData | None) -> Owner:
        kind, name = self._kind(address, account)
        return Owner(address, kind, name, account.lamports if account else 0)

    def _kind(self, address: str, account: AccountData | None) -> tuple[OwnerKind, str | None]:
        if (known := self._labels.get(address)) is not None:
            return _KINDS[known.role], known.name if known.role is not Role.BURN else None
        if self._exchange is not None and address == pool_authority(self._exchange.program):
            return OwnerKind.POOL, _name(self._exchange.program)
        if address in LOCKERS:
            return OwnerKind.LOCKED, LOCKERS[address]
        if account is None or account.owner == SYSTEM:
            # Also the vault of a multisig of Squads: nothing at its address tells it from any other.
            return (OwnerKind.PERSON if is_on_curve(address) else OwnerKind.PROGRAM), None
        if account.owner in LOCKERS:
            return OwnerKind.LOCKED, LOCKERS[account.owner]
        if account.owner in MULTISIGS:
            return OwnerKind.MULTISIG, MULTISIGS[account.owner]
        if account.owner in TOKEN_PROGRAMS and len(account.data) == _TOKEN_MULTISIG_BYTES:
            return OwnerKind.MULTISIG, None
        return (OwnerKind.POOL if account.owner in _pool_programs() else OwnerKind.PROGRAM), _name(
            account.owner
        )


def read_token_account(account: AccountData, mint: str) -> tuple[str, int, bool] | None:
    """Owner, raw amount and whether it is frozen; None where it is no token account of this mint."""
    data = account.data
    if account.owner not in TOKEN_PROGRAMS or len(data) < 165 or encode_address(data[:32]) != mint:
        return None
    return read_slice(data[32:109])


def read_slice(data: bytes) -> tuple[str, int, bool] | None:
    """The same of `Chain.token_accounts_of`'s bytes; None where there are fewer, or it is not initialized."""
    if len(data) != 77 or data[76] == 0:
        return None
    return encode_address(data[:32]), int.from_bytes(data[32:40], "little"), data[76] == 2


@cache
def _pool_programs() -> frozenset[str]:
    from walletwatch.chain.decoding.programs.pools import PROGRAMS  # noqa: PLC0415 - only where one is met

    return frozenset(known.id for known in PROGRAMS)


def _name(program: str) -> str | None:
    from walletwatch.chain.decoding.registry import REGISTRY  # noqa: PLC0415 - only where one is met

    known = REGISTRY.get(program)
    return known.label if known else None
