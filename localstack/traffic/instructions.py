"""Instructions: short forms of common ones, and those that solana-py has no builder for."""

import hashlib
import struct
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from spl.token import instructions as token
from spl.token.constants import TOKEN_2022_PROGRAM_ID
from spl.token.models import CloseAccountParams

STAKE_PROGRAM: Final = Pubkey.from_string("Stake11111111111111111111111111111111111111")
VOTE_PROGRAM: Final = Pubkey.from_string("Vote111111111111111111111111111111111111111")
STAKE_ACCOUNT_SIZE: Final = 200
VOTE_ACCOUNT_SIZE: Final = 3_762

_RENT: Final = Pubkey.from_string("SysvarRent111111111111111111111111111111111")
_CLOCK: Final = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
_STAKE_HISTORY: Final = Pubkey.from_string("SysvarStakeHistory1111111111111111111111111")
_STAKE_CONFIG: Final = Pubkey.from_string("StakeConfig11111111111111111111111111111111")
_METADATA_INITIALIZE: Final = hashlib.sha256(b"spl_token_metadata_interface:initialize_account").digest()[:8]


def _signer(address: Pubkey) -> AccountMeta:
    return AccountMeta(address, is_signer=True, is_writable=False)


def _writable(address: Pubkey) -> AccountMeta:
    return AccountMeta(address, is_signer=False, is_writable=True)


def _readonly(address: Pubkey) -> AccountMeta:
    return AccountMeta(address, is_signer=False, is_writable=False)


def _token_2022(data: bytes, *metas: AccountMeta) -> Instruction:
    return Instruction(TOKEN_2022_PROGRAM_ID, data, list(metas))


def _key(address: Pubkey | None) -> bytes:
    return bytes(32) if address is None else bytes(address)


def associated_account(owner: Pubkey, mint: Pubkey, program: Pubkey) -> Pubkey:
    """The address of a wallet's associated token account."""
    return token.get_associated_token_address(owner, mint, program)


def create_account_if_missing(payer: Pubkey, owner: Pubkey, mint: Pubkey, program: Pubkey) -> Instruction:
    """Make a wallet's associated token account, if it has none."""
    return token.create_idempotent_associated_token_account(payer, owner, mint, program)


def pay(source: Pubkey, destination: Pubkey, lamports: int) -> Instruction:
    """Send native tokens."""
    return transfer(TransferParams(from_pubkey=source, to_pubkey=destination, lamports=lamports))


def close(account: Pubkey, owner: Pubkey, program: Pubkey) -> Instruction:
    """Close a token account; its owner gets the rent."""
    return token.close_account(
        CloseAccountParams(program_id=program, account=account, dest=owner, owner=owner)
    )


def initialize_mint_close_authority(mint: Pubkey, authority: Pubkey) -> Instruction:
    """Let an authority close the mint."""
    return _token_2022(bytes([25, 1]) + bytes(authority), _writable(mint))


def initialize_default_account_state(mint: Pubkey, *, frozen: bool) -> Instruction:
    """Make new token accounts frozen or not."""
    return _token_2022(bytes([28, 0, 2 if frozen else 1]), _writable(mint))


def initialize_non_transferable(mint: Pubkey) -> Instruction:
    """Bind tokens to the account they were minted to."""
    return _token_2022(bytes([32]), _writable(mint))


def initialize_interest_bearing(mint: Pubkey, authority: Pubkey, basis_points: int) -> Instruction:
    """Let shown amounts grow by a yearly rate."""
    return _token_2022(bytes([33, 0]) + bytes(authority) + struct.pack("<h", basis_points), _writable(mint))


def initialize_permanent_delegate(mint: Pubkey, delegate: Pubkey) -> Instruction:
    """Let a delegate move and burn anybody's tokens."""
    return _token_2022(bytes([35]) + bytes(delegate), _writable(mint))


def initialize_transfer_hook(mint: Pubkey, authority: Pubkey, program: Pubkey | None) -> Instruction:
    """Name a program that every transfer calls."""
    return _token_2022(bytes([36, 0]) + bytes(authority) + _key(program), _writable(mint))


def initialize_metadata_pointer(mint: Pubkey, authority: Pubkey, metadata: Pubkey) -> Instruction:
    """Say where the token's metadata is."""
    return _token_2022(bytes([39, 0]) + bytes(authority) + bytes(metadata), _writable(mint))


def initialize_scaled_ui_amount(mint: Pubkey, authority: Pubkey, multiplier: float) -> Instruction:
    """Multiply shown amounts."""
    return _token_2022(bytes([43, 0]) + bytes(authority) + struct.pack("<d", multiplier), _writable(mint))


def initialize_pausable(mint: Pubkey, authority: Pubkey) -> Instruction:
    """Let an authority stop all transfers."""
    return _token_2022(bytes([44, 0]) + bytes(authority), _writable(mint))


def set_paused(mint: Pubkey, authority: Pubkey, *, paused: bool) -> Instruction:
    """Stop all transfers, or let them go on."""
    return _token_2022(bytes([44, 1 if paused else 2]), _writable(mint), _signer(authority))


def set_transfer_fee(mint: Pubkey, authority: Pubkey, basis_points: int, maximum: int) -> Instruction:
    """`TransferFeeInstruction::SetTransferFee`: it takes effect two epochs later."""
    data = b"\x1a\x05" + struct.pack("<HQ", basis_points, maximum)
    return _token_2022(data, _writable(mint), _signer(authority))


def initialize_token_metadata(
    mint: Pubkey, update_authority: Pubkey, mint_authority: Pubkey, name: str, symbol: str, uri: str
) -> Instruction:
    """Write name, symbol and address of more into the mint itself."""
    texts = b"".join(_borsh_string(text) for text in (name, symbol, uri))
    return _token_2022(
        _METADATA_INITIALIZE + texts,
        _writable(mint),
        _readonly(update_authority),
        _readonly(mint),
        _signer(mint_authority),
    )


def initialize_stake(stake: Pubkey, staker: Pubkey) -> Instruction:
    """Make an account a stake account, without lockup."""
    lockup = struct.pack("<qQ", 0, 0) + bytes(32)
    data = struct.pack("<I", 0) + bytes(staker) * 2 + lockup
    return Instruction(STAKE_PROGRAM, data, [_writable(stake), _readonly(_RENT)])


def delegate_stake(stake: Pubkey, vote: Pubkey, staker: Pubkey) -> Instruction:
    """Stake for a validator."""
    sysvars = [_readonly(_CLOCK), _readonly(_STAKE_HISTORY), _readonly(_STAKE_CONFIG)]
    metas = [_writable(stake), _readonly(vote), *sysvars, _signer(staker)]
    return Instruction(STAKE_PROGRAM, struct.pack("<I", 2), metas)


def deactivate_stake(stake: Pubkey, staker: Pubkey) -> Instruction:
    """End the delegation with the epoch."""
    return Instruction(
        STAKE_PROGRAM, struct.pack("<I", 5), [_writable(stake), _readonly(_CLOCK), _signer(staker)]
    )


def withdraw_stake(stake: Pubkey, destination: Pubkey, withdrawer: Pubkey, lamports: int) -> Instruction:
    """Take lamports out of a stake account."""
    sysvars = [_readonly(_CLOCK), _readonly(_STAKE_HISTORY)]
    metas = [_writable(stake), _writable(destination), *sysvars, _signer(withdrawer)]
    return Instruction(STAKE_PROGRAM, struct.pack("<IQ", 4, lamports), metas)


def authorize_stake(stake: Pubkey, authority: Pubkey, new: Pubkey, *, withdrawer: bool) -> Instruction:
    """Put somebody else in the place of a stake account's staker or withdrawer."""
    data = struct.pack("<I", 1) + bytes(new) + struct.pack("<I", int(withdrawer))
    return Instruction(STAKE_PROGRAM, data, [_writable(stake), _readonly(_CLOCK), _signer(authority)])


def initialize_vote(vote: Pubkey, node: Pubkey, authority: Pubkey, commission: int) -> Instruction:
    """Make an account a vote account."""
    data = struct.pack("<I", 0) + bytes(node) + bytes(authority) * 2 + bytes([commission])
    metas = [_writable(vote), _readonly(_RENT), _readonly(_CLOCK), _signer(node)]
    return Instruction(VOTE_PROGRAM, data, metas)


def _borsh_string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<I", len(raw)) + raw
