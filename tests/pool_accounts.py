"""Pools of the exchange as accounts, written field by field in the order of raydium-cp-swap's `PoolState`."""

import hashlib
import struct
from dataclasses import dataclass, field
from itertools import count

from walletwatch.domain.addresses import decode_address, encode_address
from walletwatch.domain.chain import AccountData

PROGRAM = encode_address(hashlib.sha256(b"exchange").digest())
CLASSIC = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
MODERN = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
SLOT = 77

_numbers = count()


def address(name: str) -> str:
    """An address that is the same for the same name."""
    return encode_address(hashlib.sha256(name.encode()).digest())


def _another() -> str:
    return address(f"pool {next(_numbers)}")


@dataclass(frozen=True)
class MadePool:
    """A pool and its vaults.

    Attributes:
        balances: Of the vaults, in base units, with the fees in them.
        vault_states: 1 initialized, 2 frozen.
        known_vaults: Token accounts that are there already, instead of made ones.
        programs: Token programs of the mints.
    """

    mints: tuple[str, str]
    balances: tuple[int, int]
    decimals: tuple[int, int] = (9, 6)
    protocol_fees: tuple[int, int] = (0, 0)
    fund_fees: tuple[int, int] = (0, 0)
    creator_fees: tuple[int, int] = (0, 0)
    status: int = 0
    open_time: int = 0
    lp_supply: int = 10**9
    program: str = PROGRAM
    vault_mints: tuple[str, str] | None = None
    vault_program: str = CLASSIC
    vault_states: tuple[int, int] = (1, 1)
    known_vaults: tuple[str, str] | None = None
    programs: tuple[str, str] = (CLASSIC, MODERN)
    creator: str = field(default_factory=lambda: address("creator"))
    known_lp_mint: str | None = None
    address: str = field(default_factory=_another)

    @property
    def vaults(self) -> tuple[str, str]:
        return self.known_vaults or (address(f"{self.address} vault 0"), address(f"{self.address} vault 1"))

    @property
    def lp_mint(self) -> str:
        return self.known_lp_mint or address(f"{self.address} lp")

    def data(self) -> bytes:
        config, observation = address("config"), address("observation")
        keys = [config, self.creator, *self.vaults, self.lp_mint, *self.mints, *self.programs, observation]
        auth_bump, lp_decimals, recent_epoch, creator_fee_on, enable_creator_fee = 254, 9, 321, 0, True
        data = b"".join(
            (
                hashlib.sha256(b"account:PoolState").digest()[:8],
                *(decode_address(key) for key in keys),
                struct.pack("<5B", auth_bump, self.status, lp_decimals, *self.decimals),
                struct.pack("<Q", self.lp_supply),
                struct.pack("<2Q", *self.protocol_fees),
                struct.pack("<2Q", *self.fund_fees),
                struct.pack("<2Q", self.open_time, recent_epoch),
                struct.pack("<B?6x", creator_fee_on, enable_creator_fee),
                struct.pack("<2Q", *self.creator_fees),
                bytes(28 * 8),
            )
        )
        assert len(data) == 637
        return data

    def account(self) -> AccountData:
        return AccountData(self.address, self.program, 10**7, self.data(), SLOT)

    def vault(self, side: int) -> AccountData:
        mint = (self.vault_mints or self.mints)[side]
        data = (
            decode_address(mint)
            + decode_address(address("authority"))
            + struct.pack("<Q", self.balances[side])
            + bytes(36)
            + bytes([self.vault_states[side]])
            + bytes(56)
        )
        assert len(data) == 165
        return AccountData(self.vaults[side], self.vault_program, 2_039_280, data, SLOT)

    def accounts(self) -> dict[str, AccountData]:
        made = (self.account(), self.vault(0), self.vault(1))
        return {account.address: account for account in made}
