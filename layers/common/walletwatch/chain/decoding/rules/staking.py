"""Rules about votes, stakes, and assets that are no tokens."""

from typing import Final

from walletwatch.chain.decoding import details
from walletwatch.chain.decoding.details import AssetChange
from walletwatch.chain.decoding.rules.named import Named
from walletwatch.chain.decoding.scene import Scene
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.money import NATIVE
from walletwatch.domain.programs import MPL_CORE, STAKE, VOTE

_STAKE_ORDER: Final = (
    ActivityKind.STAKE,
    ActivityKind.STAKE_DEACTIVATE,
    ActivityKind.STAKE_WITHDRAW,
    ActivityKind.STAKE_CHANGE,
)
_TRADES: Final = frozenset({ActivityKind.NFT_PURCHASE, ActivityKind.NFT_SALE})


def vote(scene: Scene) -> Named:
    """A validator's vote."""
    for instruction in scene.decoded:
        if instruction.action is ActivityKind.VOTE and instruction.program == VOTE:
            account = instruction.fields.get("voteAccount")
            if scene.signed or account == scene.wallet:
                return ActivityKind.VOTE, {"vote_account": account}
    return None


def stake(scene: Scene) -> Named:
    """Instructions of the Stake program, unless they only serve a staking pool."""
    if any(
        step.height == 1 and step.program != STAKE and step.action in _STAKE_ORDER for step in scene.decoded
    ):
        return None
    steps = [
        instruction
        for instruction in scene.decoded
        if instruction.program == STAKE
        and instruction.action is not None
        and (scene.signed or scene.wallet in instruction.fields.values())
    ]
    for kind in _STAKE_ORDER:
        for step in steps:
            if step.action is kind:
                return kind, details.stake(step)
    return None


def assets(scene: Scene) -> Named:
    """An asset of mpl-core, or a compressed one, was made, burned, or changed hands."""
    for instruction in scene.decoded:
        change = details.asset_change(instruction)
        if change is None:
            continue
        kind = _changed(scene, change)
        if kind is not None:
            return kind, {"asset": change.asset, "from": change.holder, "to": change.receiver}
    return None


def _changed(scene: Scene, change: AssetChange) -> ActivityKind | None:
    actions = scene.top_actions if scene.signed else frozenset()
    if change.receiver == scene.wallet:
        if change.is_new:
            return ActivityKind.NFT_MINT if scene.signed else ActivityKind.NFT_IN
        if ActivityKind.ORDER_CANCEL in actions and not actions & _TRADES:
            return ActivityKind.ORDER_CANCEL
        paid = NATIVE in scene.given or (scene.given and scene.foreign[:1] != (MPL_CORE,))
        return ActivityKind.NFT_PURCHASE if paid else ActivityKind.NFT_IN
    if change.is_new:
        return ActivityKind.NFT_MINT if scene.signed and scene.wallet in change.makers else None
    if change.holder != scene.wallet:
        return None
    if change.receiver is None:
        return ActivityKind.BURN
    if ActivityKind.NFT_LISTING in actions and not actions & _TRADES:
        return ActivityKind.NFT_LISTING
    return ActivityKind.NFT_SALE if scene.received else ActivityKind.NFT_OUT
