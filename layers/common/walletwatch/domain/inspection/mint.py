"""A mint with all that its program lets its makers do.

An authority that is None is given up, or was never taken: nobody has it, and nobody can have it again.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """A transfer fee from an epoch on.

    Attributes:
        basis_points: Of each transfer, in hundredths of a percent.
        maximum: Raw tokens that one transfer costs at most.
    """

    epoch: int
    basis_points: int
    maximum: int


@dataclass(frozen=True, slots=True)
class TransferFee:
    """Token-2022's `TransferFeeConfig`.

    Attributes:
        older: Until the epoch of `newer`.
        config_authority: Who may change it; a change comes into force two epochs later.
        withdraw_authority: Who may take what was withheld.
    """

    older: FeeSchedule
    newer: FeeSchedule
    config_authority: str | None
    withdraw_authority: str | None


@dataclass(frozen=True, slots=True)
class TransferHook:
    """A program that every transfer has to ask.

    Attributes:
        program: None while there is none, so that nothing is asked.
        authority: Who may put one in its place.
    """

    program: str | None
    authority: str | None


@dataclass(frozen=True, slots=True)
class Pausable:
    """Whether nobody can mint, burn or transfer now, and who decides it."""

    authority: str | None
    paused: bool


@dataclass(frozen=True, slots=True)
class InterestBearing:
    """Amounts are shown with interest that does not exist: the raw amount stays the same.

    Attributes:
        rate_basis_points: A year, in hundredths of a percent; may be negative.
        authority: Who may change it.
    """

    rate_basis_points: int
    authority: str | None


@dataclass(frozen=True, slots=True)
class ScaledUiAmount:
    """Amounts are shown multiplied: the raw amount stays the same.

    Attributes:
        multiplier: Until `new_from`.
        new_multiplier: From then on.
        new_from: Unix seconds.
        authority: Who may change it.
    """

    multiplier: Decimal
    new_multiplier: Decimal
    new_from: int
    authority: str | None


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where something about the mint is said to be written.

    Attributes:
        address: None where nowhere.
        authority: Who may have it point elsewhere.
    """

    address: str | None
    authority: str | None


@dataclass(frozen=True, slots=True)
class OwnMetadata:
    """The names that are written in the mint itself.

    Attributes:
        update_authority: Who may change them.
    """

    name: str
    symbol: str
    uri: str
    update_authority: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """The mint is a group that others belong to."""

    update_authority: str | None
    size: int
    max_size: int


@dataclass(frozen=True, slots=True)
class Membership:
    """The mint belongs to a group.

    Attributes:
        group: The group's mint.
    """

    group: str
    number: int


@dataclass(frozen=True, slots=True)
class Confidential:
    """Amounts may be hidden.

    Attributes:
        authority: Who may change who is let in.
        hides_supply: New tokens can be made, and old ones burnt, without anybody seeing how many.
        hides_fees: The fee that was withheld is hidden, too.
    """

    authority: str | None
    hides_supply: bool
    hides_fees: bool


@dataclass(frozen=True, slots=True)
class Extensions:
    """Token-2022's extensions of a mint; None, or False, where it has not got one.

    Attributes:
        default_frozen: New token accounts are frozen until the freeze authority thaws them.
        permissioned_burn: Nobody burns without this one's leave.
        unreadable: Types of those that no layout is known of, or whose bytes are not of the known one.
    """

    transfer_fee: TransferFee | None = None
    close_authority: str | None = None
    confidential: Confidential | None = None
    default_frozen: bool = False
    non_transferable: bool = False
    interest: InterestBearing | None = None
    scaled: ScaledUiAmount | None = None
    permanent_delegate: str | None = None
    hook: TransferHook | None = None
    metadata_pointer: Pointer | None = None
    metadata: OwnMetadata | None = None
    group_pointer: Pointer | None = None
    group: Group | None = None
    member_pointer: Pointer | None = None
    member: Membership | None = None
    pausable: Pausable | None = None
    permissioned_burn: str | None = None
    unreadable: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MintState:
    """The mint account.

    Attributes:
        supply: Raw tokens.
        slot: At which it was read.
    """

    address: str
    token_2022: bool
    supply: int
    decimals: int
    mint_authority: str | None
    freeze_authority: str | None
    extensions: Extensions
    slot: int
