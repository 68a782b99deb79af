"""Instructions that are only ever simulated, in wire form.

Nothing here is signed, and no transaction that is made of them can land: its signatures are zeros.
Sources: spl-token (`TransferChecked`, `SyncNative`), spl-associated-token-account (`CreateIdempotent`),
raydium-cp-swap (`swap_base_input`), Agave's compute budget and system programs.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from walletwatch.chain.inspection.hook_accounts import Meta
from walletwatch.domain.programs import ASSOCIATED_TOKEN, COMPUTE_BUDGET, SYSTEM

MAX_BYTES: Final = 1232
"""Of a transaction, as a packet of the network."""
SWAP_BASE_INPUT: Final = bytes.fromhex("8fbe5adac41e33de")
"""Anchor's: the first bytes of sha256("global:swap_base_input")."""

_MOST_UNITS: Final = 1_400_000
_TRANSFER_CHECKED: Final = 12
_SYNC_NATIVE: Final = 17
_SYSTEM_TRANSFER: Final = 2


class Instruction(NamedTuple):
    """One of a transaction."""

    program: str
    accounts: tuple[Meta, ...]
    data: bytes


class Swap(NamedTuple):
    """What a swap by a pool of CP-Swap names.

    Attributes:
        accounts: Of the one who swaps: what he gives comes from the first, what he gets into the second.
        vaults, programs, mints: In the same order.
    """

    program: str
    authority: str
    config: str
    pool: str
    observation: str
    owner: str
    accounts: tuple[str, str]
    vaults: tuple[str, str]
    programs: tuple[str, str]
    mints: tuple[str, str]

    def reversed(self) -> "Swap":
        """The way back."""
        return self._replace(
            accounts=self.accounts[::-1],
            vaults=self.vaults[::-1],
            programs=self.programs[::-1],
            mints=self.mints[::-1],
        )


def all_compute() -> Instruction:
    """Let nothing fail for want of compute units."""
    return Instruction(COMPUTE_BUDGET, (), b"\x02" + _MOST_UNITS.to_bytes(4, "little"))


def associated_account(owner: str, mint: str, program: str) -> str:
    """The address of a wallet's associated token account."""
    from solders.pubkey import Pubkey  # noqa: PLC0415 - 30 ms of cold start

    seeds = [bytes(Pubkey.from_string(each)) for each in (owner, program, mint)]
    return str(Pubkey.find_program_address(seeds, Pubkey.from_string(ASSOCIATED_TOKEN))[0])


def create_account(payer: str, owner: str, mint: str, program: str) -> Instruction:
    """Make a wallet's associated token account, if it has none."""
    account = associated_account(owner, mint, program)
    metas = (_signer(payer), _writable(account), *map(_readonly, (owner, mint, SYSTEM, program)))
    return Instruction(ASSOCIATED_TOKEN, metas, b"\x01")


def transfer(
    program: str,
    source: str,
    mint: str,
    destination: str,
    authority: str,
    *,
    amount: int,
    decimals: int,
    extra: Sequence[Meta],
) -> Instruction:
    """Send tokens from one token account to another."""
    metas = (
        _writable(source),
        _readonly(mint),
        _writable(destination),
        Meta(authority, signer=True, writable=False),
        *extra,
    )
    data = bytes([_TRANSFER_CHECKED]) + amount.to_bytes(8, "little") + bytes([decimals])
    return Instruction(program, metas, data)


def wrap(payer: str, account: str, lamports: int, program: str) -> Sequence[Instruction]:
    """Put lamports into an account of the wrapped native token."""
    data = _SYSTEM_TRANSFER.to_bytes(4, "little") + lamports.to_bytes(8, "little")
    return (
        Instruction(SYSTEM, (_signer(payer), _writable(account)), data),
        Instruction(program, (_writable(account),), bytes([_SYNC_NATIVE])),
    )


def swap(of: Swap, amount: int) -> Instruction:
    """Give so much for whatever the pool gives for it."""
    metas = (
        _signer(of.owner),
        _readonly(of.authority),
        _readonly(of.config),
        _writable(of.pool),
        *map(_writable, (*of.accounts, *of.vaults)),
        *map(_readonly, (*of.programs, *of.mints)),
        _writable(of.observation),
    )
    return Instruction(of.program, metas, SWAP_BASE_INPUT + amount.to_bytes(8, "little") + bytes(8))


def unsigned(payer: str, instructions: Sequence[Instruction]) -> bytes:
    """A transaction of them in wire form, with signatures of zeros."""
    from solders import hash as hashes  # noqa: PLC0415 - 30 ms of cold start
    from solders.instruction import AccountMeta  # noqa: PLC0415
    from solders.instruction import Instruction as Wire  # noqa: PLC0415
    from solders.message import Message  # noqa: PLC0415
    from solders.pubkey import Pubkey  # noqa: PLC0415
    from solders.signature import Signature  # noqa: PLC0415
    from solders.transaction import Transaction  # noqa: PLC0415

    wires = [
        Wire(
            Pubkey.from_string(each.program),
            each.data,
            [AccountMeta(Pubkey.from_string(to.address), to.signer, to.writable) for to in each.accounts],
        )
        for each in instructions
    ]
    message = Message.new_with_blockhash(wires, Pubkey.from_string(payer), hashes.Hash.default())
    signatures = [Signature.default()] * message.header.num_required_signatures
    return bytes(Transaction.populate(message, signatures))


def _signer(address: str) -> Meta:
    return Meta(address, signer=True, writable=True)


def _writable(address: str) -> Meta:
    return Meta(address, signer=False, writable=True)


def _readonly(address: str) -> Meta:
    return Meta(address, signer=False, writable=False)
