"""Mints and the instructions that make them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID
from spl.token.instructions import initialize_mint2, initialize_transfer_fee_config, transfer_checked
from spl.token.models import InitializeMint2Params, InitializeTransferFeeConfigParams, TransferCheckedParams

from traffic import instructions as extra

_BASE_SIZE = 82
_EXTENDED_BASE_SIZE = 166
_TLV_HEADER = 4
_METADATA_FIXED = 32 + 32 + 4 * 4


@dataclass(frozen=True, slots=True)
class Mint:
    """A token that was made.

    Attributes:
        program: The token program that owns it.
        decimals: Digits after the point of a whole token.
        fee_basis_points: Part of each transfer that is withheld, in hundredths of a percent.
        maximum_fee: Most that is withheld of one transfer, in base units.
    """

    address: Pubkey
    program: Pubkey
    decimals: int
    fee_basis_points: int = 0
    maximum_fee: int = 0

    def fee(self, amount: int) -> int:
        """Base units that are withheld of a transfer, rounded up as Token-2022 does."""
        return min(self.maximum_fee, -(-amount * self.fee_basis_points // 10_000))


def transfer(mint: Mint, source: Pubkey, destination: Pubkey, amount: int) -> Instruction:
    """Send tokens between the associated token accounts of two wallets."""
    return transfer_checked(
        TransferCheckedParams(
            program_id=mint.program,
            source=extra.associated_account(source, mint.address, mint.program),
            mint=mint.address,
            dest=extra.associated_account(destination, mint.address, mint.program),
            owner=source,
            amount=amount,
            decimals=mint.decimals,
        )
    )


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a token calls itself."""

    name: str
    symbol: str
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a Token-2022 mint does besides being one.

    Attributes:
        transfer_fee: Basis points and the most that is withheld, in base units.
        metadata: Name and symbol, kept in the mint itself.
        permanent_delegate: Who may move and burn anybody's tokens.
        default_frozen: New token accounts are frozen; needs a freeze authority.
        pausable: Who may stop all transfers.
        close_authority: Who may close the mint.
        transfer_hook: A program that every transfer must call.
        non_transferable: Tokens stay where they were minted.
        interest_basis_points: Yearly rate by which shown amounts grow.
        multiplier: Factor of shown amounts.
    """

    transfer_fee: tuple[int, int] | None = None
    metadata: Metadata | None = None
    permanent_delegate: Pubkey | None = None
    default_frozen: bool = False
    pausable: Pubkey | None = None
    close_authority: Pubkey | None = None
    transfer_hook: Pubkey | None = None
    non_transferable: bool = False
    interest_basis_points: int | None = None
    multiplier: float | None = None


@dataclass(slots=True)
class MintPlan:
    """How a mint is made.

    Attributes:
        size: Bytes the account is created with.
        grows_by: Bytes that a later instruction adds, whose rent must be there from the start.
        before: Instructions before the mint is initialized.
        after: Instructions after it.
    """

    size: int
    grows_by: int = 0
    before: list[Instruction] = field(default_factory=list)
    after: list[Instruction] = field(default_factory=list)

    @property
    def rent_size(self) -> int:
        """Bytes to pay rent for."""
        return self.size + self.grows_by


def plan_mint(
    mint: Pubkey,
    authority: Pubkey,
    *,
    program: Pubkey,
    decimals: int,
    freeze_authority: Pubkey | None,
    extensions: Extensions | None,
) -> MintPlan:
    """Size and instructions of a new mint.

    Raises:
        ValueError: Extensions were asked of the classic program.
    """
    if extensions is None or program == TOKEN_PROGRAM_ID:
        if extensions is not None:
            raise ValueError("only Token-2022 has extensions")
        plan = MintPlan(_BASE_SIZE)
    else:
        plan = _plan_extensions(mint, authority, extensions)
    initialize = initialize_mint2(
        InitializeMint2Params(
            decimals=decimals,
            program_id=program,
            mint=mint,
            mint_authority=authority,
            freeze_authority=freeze_authority,
        )
    )
    plan.before.append(initialize)
    return plan


def _plan_extensions(mint: Pubkey, authority: Pubkey, wanted: Extensions) -> MintPlan:
    plan = MintPlan(_EXTENDED_BASE_SIZE)
    for is_wanted, size, build in _fixed_extensions(mint, authority, wanted):
        if is_wanted:
            plan.size += _TLV_HEADER + size
            plan.before.append(build())
    if wanted.metadata is not None:
        metadata = wanted.metadata
        plan.before.append(extra.initialize_metadata_pointer(mint, authority, mint))
        plan.size += _TLV_HEADER + 64
        texts = (metadata.name, metadata.symbol, metadata.uri)
        plan.grows_by = _TLV_HEADER + _METADATA_FIXED + sum(len(text.encode()) for text in texts)
        plan.after.append(extra.initialize_token_metadata(mint, authority, authority, *texts))
    return plan


def _fixed_extensions(
    mint: Pubkey, authority: Pubkey, wanted: Extensions
) -> list[tuple[bool, int, Callable[[], Instruction]]]:
    fee = wanted.transfer_fee or (0, 0)
    return [
        (wanted.transfer_fee is not None, 108, lambda: _transfer_fee(mint, authority, fee)),
        (
            wanted.close_authority is not None,
            32,
            lambda: extra.initialize_mint_close_authority(mint, wanted.close_authority or authority),
        ),
        (
            wanted.default_frozen,
            1,
            lambda: extra.initialize_default_account_state(mint, frozen=True),
        ),
        (wanted.non_transferable, 0, lambda: extra.initialize_non_transferable(mint)),
        (
            wanted.interest_basis_points is not None,
            52,
            lambda: extra.initialize_interest_bearing(mint, authority, wanted.interest_basis_points or 0),
        ),
        (
            wanted.permanent_delegate is not None,
            32,
            lambda: extra.initialize_permanent_delegate(mint, wanted.permanent_delegate or authority),
        ),
        (
            wanted.transfer_hook is not None,
            64,
            lambda: extra.initialize_transfer_hook(mint, authority, wanted.transfer_hook),
        ),
        (
            wanted.multiplier is not None,
            56,
            lambda: extra.initialize_scaled_ui_amount(mint, authority, wanted.multiplier or 1.0),
        ),
        (
            wanted.pausable is not None,
            33,
            lambda: extra.initialize_pausable(mint, wanted.pausable or authority),
        ),
    ]


def _transfer_fee(mint: Pubkey, authority: Pubkey, fee: tuple[int, int]) -> Instruction:
    basis_points, maximum = fee
    return initialize_transfer_fee_config(
        InitializeTransferFeeConfigParams(
            program_id=TOKEN_2022_PROGRAM_ID,
            mint=mint,
            transfer_fee_config_authority=authority,
            withdraw_withheld_authority=authority,
            transfer_fee_basis_points=basis_points,
            maximum_fee=maximum,
        )
    )
