"""Facts that only some kinds have, in JSON types."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.scene import Scene
from walletwatch.chain.parsing.model import TokenAccount
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import BUBBLEGUM, MEMO_PROGRAMS, MPL_CORE

_BROUGHT: Final = frozenset({ActivityKind.TRANSFER_IN, ActivityKind.NFT_IN})


class AssetChange(NamedTuple):
    """An asset without a token that was made, was burned, or got a new holder.

    Attributes:
        asset: None for a compressed one: its leaf has no address here.
        holder: Who had it; None where it was made.
        receiver: Who has it; None where it was burned.
        is_new: Whether it was made.
        makers: Who made it.
    """

    asset: str | None
    holder: str | None
    receiver: str | None
    is_new: bool = False
    makers: tuple[str | None, ...] = ()


def asset_change(instruction: Decoded) -> AssetChange | None:
    """The change of holder that an instruction of mpl-core or Bubblegum made."""
    if instruction.program == MPL_CORE:
        return _core_change(instruction)
    if instruction.program != BUBBLEGUM:
        return None
    fields = instruction.fields
    owner = fields.get("leafOwner")
    if instruction.name == "transfer":
        return AssetChange(None, owner, fields.get("newOwner"))
    if instruction.name == "mint":
        makers = (fields.get("payer"), fields.get("minter"))
        return AssetChange(None, None, owner, is_new=True, makers=makers)
    return AssetChange(None, owner, None)


def _core_change(instruction: Decoded) -> AssetChange | None:
    fields = instruction.fields
    asset = fields.get("asset")
    # An account that is left out is given as the program's own id.
    authority = fields.get("authority")
    holder = fields.get("payer") if authority == MPL_CORE else authority
    if instruction.name == "transfer":
        return AssetChange(asset, holder, fields.get("newOwner"))
    if instruction.name == "create":
        owner = fields.get("owner")
        makers = (fields.get("payer"), authority)
        return AssetChange(asset, None, holder if owner == MPL_CORE else owner, is_new=True, makers=makers)
    if instruction.name == "burn":
        return AssetChange(asset, holder, None)
    return None


def stake(instruction: Decoded) -> dict[str, Any]:
    """Which stake, which validator, how much."""
    fields = instruction.fields
    facts = {
        "instruction": instruction.name,
        "stake_account": fields.get("stakeAccount") or fields.get("destination"),
        "vote_account": fields.get("voteAccount"),
        "new_stake_account": fields.get("newSplitAccount") or fields.get("newStakeAccount"),
        "merged_account": fields.get("source"),
        "destination": fields.get("destination") if instruction.name == "withdraw" else None,
        "lamports": fields.get("lamports"),
        "new_authority": fields.get("newAuthority") or fields.get("newAuthorized"),
    }
    return {name: value for name, value in facts.items() if value is not None}


def power(instruction: Decoded, tokens: Iterable[TokenAccount]) -> dict[str, Any]:
    """Who may do what with which account from now on.

    Args:
        instruction: Of a token program.
        tokens: The transaction's, which say what the account holds where the instruction does not.
    """
    fields = instruction.fields
    facts: dict[str, Any] = {"account": fields.get("source") or fields.get("account")}
    if fields.get("mint") is not None:
        facts["mint"] = fields["mint"]
    held = next((token for token in tokens if token.address == facts["account"]), None)
    if held is not None:
        facts |= {"mint": held.mint, "decimals": held.decimals}
    if instruction.name.startswith("approve"):
        facts |= {"delegate": fields.get("delegate"), "amount": fields.get("amount")}
    elif instruction.name == "setAuthority":
        facts |= {
            "authority_type": fields.get("authorityType"),
            "old_authority": fields.get("authority"),
            "new_authority": fields.get("newAuthority"),
        }
    elif instruction.name in {"freezeAccount", "thawAccount"}:
        facts["authority"] = fields.get("freezeAuthority")
    return facts


def creation(instruction: Decoded) -> dict[str, Any]:
    """What was made."""
    fields = instruction.fields
    return {
        "mint": fields.get("mint"),
        "decimals": fields.get("decimals"),
        "mint_authority": fields.get("mintAuthority"),
        "freeze_authority": fields.get("freezeAuthority"),
    }


def supply(instruction: Decoded) -> dict[str, Any]:
    """What was minted for whom."""
    fields = instruction.fields
    return {
        "mint": fields.get("mint"),
        "account": fields.get("account"),
        "amount": fields.get("amount"),
    }


def common(scene: Scene, kind: ActivityKind, native_symbol: str) -> dict[str, Any]:
    """Facts that any kind may have."""
    facts: dict[str, Any] = {}
    if kind in _BROUGHT:
        others = _other_receivers(scene)
        if others > 1:
            facts["recipients"] = others
    memo = next(
        (
            step.fields["text"]
            for step in scene.decoded
            if step.program in MEMO_PROGRAMS and step.fields.get("text")
        ),
        None,
    )
    if memo is not None:
        facts["memo"] = memo
    withheld = _withheld(scene)
    if withheld:
        facts["withheld"] = withheld
    if not scene.signed and scene.given:
        movers = {
            move.authority
            for move in scene.movements.tokens
            if move.source in scene.position.accounts and move.authority is not None
        } - {scene.wallet}
        if len(movers) == 1:
            facts["moved_by"] = movers.pop()
    if scene.tips:
        facts["tip"] = scene.tips
    if scene.position.wrapped and not scene.legs:
        facts |= {
            "wrapped": native_symbol,
            "wrapped_lamports": scene.position.wrapped,
            "mint": WRAPPED_NATIVE_MINT,
        }
    return facts


def _other_receivers(scene: Scene) -> int:
    """How many others received what the wallet received: many are the shape of an airdrop."""
    transaction, received = scene.transaction, scene.received
    others = {
        account.owner_after
        for account in transaction.tokens
        if account.mint in received and (account.after or 0) > (account.before or 0)
    }
    if NATIVE in received:
        # Lamports in an account with data are its rent.
        paid = {move.destination for move in scene.movements.lamports}
        paid -= scene.movements.created.keys() | scene.movements.mints.keys()
        balances = zip(transaction.accounts, transaction.before, transaction.after, strict=True)
        others |= {account for account, before, after in balances if after > before and account in paid}
    return len(others - {None, scene.wallet})


def _withheld(scene: Scene) -> Mapping[str, int]:
    """By mint, what a Token-2022 transfer fee kept back: sent and received differ by it."""
    changed = {move.mint for move in scene.movements.tokens if None in {move.source, move.destination}}
    sums: dict[str, int] = {}
    for account in scene.transaction.tokens:
        if account.mint in scene.position.gains and account.mint not in changed:
            sums[account.mint] = sums.get(account.mint, 0) + (account.after or 0) - (account.before or 0)
    return {mint: -total for mint, total in sums.items() if total < 0 and mint != NATIVE}
