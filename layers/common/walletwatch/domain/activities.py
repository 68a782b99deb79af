"""What happened to a wallet in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from walletwatch.domain.annotations import Annotation
from walletwatch.domain.money import NATIVE

REWARD_PREFIX: Final = "reward-"


class ActivityKind(StrEnum):
    """What a person would call it."""

    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    SELF_TRANSFER = "self_transfer"
    SWAP = "swap"
    LIQUIDITY_ADD = "liquidity_add"
    LIQUIDITY_REMOVE = "liquidity_remove"
    LEND = "lend"
    BORROW = "borrow"
    REPAY = "repay"
    ORDER_OPEN = "order_open"
    ORDER_FILL = "order_fill"
    ORDER_CANCEL = "order_cancel"
    STAKE = "stake"
    STAKE_DEACTIVATE = "stake_deactivate"
    STAKE_WITHDRAW = "stake_withdraw"
    STAKE_CHANGE = "stake_change"
    REWARD = "reward"
    NFT_IN = "nft_in"
    NFT_OUT = "nft_out"
    NFT_MINT = "nft_mint"
    NFT_PURCHASE = "nft_purchase"
    NFT_SALE = "nft_sale"
    NFT_LISTING = "nft_listing"
    TOKEN_CREATE = "token_create"  # noqa: S105 - a kind, not a secret
    MINT = "mint"
    BURN = "burn"
    ACCOUNT_CREATE = "account_create"
    ACCOUNT_CLOSE = "account_close"
    APPROVE = "approve"
    REVOKE = "revoke"
    AUTHORITY_CHANGE = "authority_change"
    FREEZE = "freeze"
    THAW = "thaw"
    VOTE = "vote"
    PROGRAM_CALL = "program_call"
    FEE_ONLY = "fee_only"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Leg:
    """One net movement of value, seen from the wallet.

    Attributes:
        asset: `"native"` (wrapped native included) or the mint's address.
        amount: Base units (lamports or raw token amount); positive is received, negative is sent.
        decimals: Of the mint; None where the transaction does not tell.
        counterparty: The other wallet, where there is exactly one.
    """

    asset: str
    amount: int
    decimals: int | None
    counterparty: str | None = None

    @property
    def is_native(self) -> bool:
        """Whether this is the chain's own token."""
        return self.asset == NATIVE

    def to_dict(self) -> dict[str, Any]:
        """The leg in JSON types."""
        return {
            "asset": self.asset,
            "amount": self.amount,
            "decimals": self.decimals,
            "counterparty": self.counterparty,
        }


@dataclass(frozen=True, slots=True)
class Held:
    """What a wallet held of an asset after a transaction, as far as that shows it.

    Attributes:
        amount: Base units; of the native token, wrapped native included.
        accounts: In how many token accounts of the transaction.
    """

    amount: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What one transaction did to one wallet.

    For the wallet's own account, lamport delta (plus its wrapped-native delta) equals
    the sum of native legs - fee - rent; for every other mint, the token delta over all
    accounts the wallet owns equals the sum of its legs. A failed transaction has no legs.

    Attributes:
        signature: First signature of the transaction, base58; of a staking reward, which has none, its name.
        slot: The slot that holds it.
        block_time: Unix seconds as the validators estimated them; None where the node no longer knows.
        wallet: The wallet it is told for, base58.
        success: Whether the transaction was executed without error.
        error: Short form of the chain's error, None on success.
        kind: What a person would call it.
        legs: Net movements of value.
        fee: Lamports this wallet paid as fee; 0 if another account paid it.
        rent: Lamports this wallet put into (positive) or got back from (negative) accounts.
        program: Name of the protocol, if it is known.
        programs: Program ids invoked, in the order of their first call.
        details: Facts that only this kind has, in JSON types.
        after: What the wallet held afterwards of the assets of its legs, where the transaction shows it.
        annotation: What is known beside the transaction; None where nobody has looked.

    `after` and the annotation are stored with the activity, and no part of `to_dict`.
    """

    signature: str
    slot: int
    block_time: int | None
    wallet: str
    success: bool
    error: str | None
    kind: ActivityKind
    legs: tuple[Leg, ...]
    fee: int
    rent: int
    program: str | None
    programs: tuple[str, ...]
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    after: Mapping[str, Held] = field(default_factory=lambda: MappingProxyType({}))
    annotation: Annotation | None = None

    @property
    def is_transaction(self) -> bool:
        """Whether the chain knows it by its signature."""
        return not self.signature.startswith(REWARD_PREFIX)

    @property
    def stays_in_stake(self) -> bool:
        """Whether it is a reward that was credited to a stake account: the wallet gets it with the rest."""
        return self.kind is ActivityKind.REWARD and not self.is_transaction

    def to_dict(self) -> dict[str, Any]:
        """The activity in JSON types."""
        return {
            "signature": self.signature,
            "slot": self.slot,
            "block_time": self.block_time,
            "wallet": self.wallet,
            "success": self.success,
            "error": self.error,
            "kind": self.kind.value,
            "legs": [leg.to_dict() for leg in self.legs],
            "fee": self.fee,
            "rent": self.rent,
            "program": self.program,
            "programs": list(self.programs),
            "details": dict(self.details),
        }

    def to_stored(self) -> dict[str, Any]:
        """The activity with what is known beside it in JSON types."""
        stored = self.to_dict()
        if self.after:
            stored["after"] = {asset: [held.amount, held.accounts] for asset, held in self.after.items()}
        if self.annotation is not None:
            stored["annotation"] = self.annotation.to_dict()
        return stored

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Activity":
        """The activity that `to_dict` or `to_stored` wrote.

        Raises:
            KeyError: A field is missing.
            ValueError: The kind is unknown.
        """
        return cls(
            signature=data["signature"],
            slot=data["slot"],
            block_time=data["block_time"],
            wallet=data["wallet"],
            success=data["success"],
            error=data["error"],
            kind=ActivityKind(data["kind"]),
            legs=tuple(
                Leg(leg["asset"], leg["amount"], leg["decimals"], leg["counterparty"]) for leg in data["legs"]
            ),
            fee=data["fee"],
            rent=data["rent"],
            program=data["program"],
            programs=tuple(data["programs"]),
            details=MappingProxyType(dict(data["details"])),
            after=MappingProxyType({asset: Held(*held) for asset, held in data.get("after", {}).items()}),
            annotation=Annotation.from_dict(data["annotation"]) if "annotation" in data else None,
        )
