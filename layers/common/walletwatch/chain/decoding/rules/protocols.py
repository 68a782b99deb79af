"""Rules about a protocol's instructions, and legs that fit them."""

from collections.abc import Iterable, Mapping
from typing import Final

from walletwatch.chain.decoding import details
from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.rules.named import Named
from walletwatch.chain.decoding.scene import Scene
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.money import NATIVE
from walletwatch.domain.programs import TOKEN_PROGRAMS

_MINT_INITIALIZATIONS: Final = ("initializeMint", "initializeMint2")
# Where one transaction does several things, the first of these is what it was for.
_ORDER: Final = (
    ActivityKind.TOKEN_CREATE,
    ActivityKind.NFT_MINT,
    ActivityKind.NFT_PURCHASE,
    ActivityKind.NFT_SALE,
    ActivityKind.NFT_LISTING,
    ActivityKind.LIQUIDITY_REMOVE,
    ActivityKind.LIQUIDITY_ADD,
    ActivityKind.BORROW,
    ActivityKind.REPAY,
    ActivityKind.LEND,
    ActivityKind.STAKE,
    ActivityKind.STAKE_WITHDRAW,
    ActivityKind.STAKE_DEACTIVATE,
    ActivityKind.SWAP,
    ActivityKind.ORDER_OPEN,
    ActivityKind.ORDER_CANCEL,
    ActivityKind.ORDER_FILL,
    ActivityKind.BURN,
    ActivityKind.REWARD,
    ActivityKind.SELF_TRANSFER,
    ActivityKind.PROGRAM_CALL,
)
_NEEDS_RECEIVED: Final = frozenset(
    {
        ActivityKind.BORROW,
        ActivityKind.REWARD,
        ActivityKind.ORDER_FILL,
    }
)
_NEEDS_LEGS: Final = frozenset(
    {ActivityKind.SWAP, ActivityKind.LEND, ActivityKind.REPAY, ActivityKind.LIQUIDITY_REMOVE}
)
_TRADES: Final = frozenset({ActivityKind.NFT_PURCHASE, ActivityKind.NFT_SALE})
_BROUGHT: Final = (ActivityKind.ORDER_FILL, ActivityKind.ORDER_CANCEL, ActivityKind.REWARD)


def creation(scene: Scene) -> Named:
    """A mint was made."""
    if not scene.signed:
        return None
    for instruction in scene.named(*_MINT_INITIALIZATIONS):
        mint = instruction.fields.get("mint")
        if instruction.program not in TOKEN_PROGRAMS or mint is None or len(scene.given) > 1:
            continue
        # A pool's token for its shares is made on the way, and so is a position's.
        if instruction.height > 1 and not scene.top_actions <= _CREATIONS:
            continue
        if scene.is_indivisible(mint):
            return ActivityKind.NFT_MINT, details.creation(instruction)
        if instruction.height == 1 or ActivityKind.TOKEN_CREATE in scene.top_actions:
            return ActivityKind.TOKEN_CREATE, details.creation(instruction)
    return None


_CREATIONS: Final = frozenset({ActivityKind.TOKEN_CREATE, ActivityKind.NFT_MINT, ActivityKind.SWAP})


def protocol(scene: Scene) -> Named:
    """A known protocol's instruction, or, behind a program that is not known, those that it invoked."""
    if not scene.signed:
        return None
    top = _by_action(step for step in scene.decoded if step.height == 1)
    named = _first(scene, top)
    if named is not None or top:
        return named
    invoked = _by_action(step for step in scene.decoded if step.height > 1)
    # What a router passes through says nothing of what the whole was.
    return None if ActivityKind.SWAP in invoked else _first(scene, invoked)


def _by_action(steps: Iterable[Decoded]) -> Mapping[ActivityKind, Decoded]:
    found: dict[ActivityKind, Decoded] = {}
    for step in steps:
        if step.action is not None:
            found.setdefault(step.action, step)
    return found


def _first(scene: Scene, actions: Mapping[ActivityKind, Decoded]) -> Named:
    for kind in _ORDER:
        instruction = actions.get(kind)
        if instruction is not None:
            if kind is ActivityKind.LIQUIDITY_REMOVE and _moved_on(scene, actions):
                continue
            fitting = _fit(scene, kind)
            if fitting is not None:
                return fitting, {"instruction": instruction.name}
    return None


def _moved_on(scene: Scene, actions: Mapping[ActivityKind, Decoded]) -> bool:
    """Whether liquidity was taken out only to be put in elsewhere, with more."""
    return ActivityKind.LIQUIDITY_ADD in actions and not scene.received


def _fit(scene: Scene, kind: ActivityKind) -> ActivityKind | None:
    """The kind, or another that the legs show it to be; None where the legs contradict it."""
    given, received = scene.given, scene.received
    if kind in _TRADES:
        return trade(scene)
    if kind in {ActivityKind.ORDER_OPEN, ActivityKind.ORDER_FILL} and given and received:
        # An order that was filled on the spot.
        return ActivityKind.SWAP
    if kind is ActivityKind.LIQUIDITY_ADD and not given:
        return ActivityKind.LIQUIDITY_REMOVE if received else None
    wrong = (
        (kind in _NEEDS_RECEIVED and not received)
        or (kind in _NEEDS_LEGS and not given | received)
        # From what the market owes the wallet an order can be opened without paying; it never pays out.
        or (kind is ActivityKind.ORDER_OPEN and bool(received))
        or (kind is ActivityKind.TOKEN_CREATE and not any(scene.named(*_MINT_INITIALIZATIONS)))
    )
    return None if wrong else kind


def trade(scene: Scene) -> ActivityKind | None:
    """Whether the wallet bought or sold a collectible, by what it has less and more of."""
    given, received = scene.given, scene.received
    if any(scene.is_indivisible(asset) for asset in received):
        return ActivityKind.NFT_PURCHASE
    if any(scene.is_indivisible(asset) for asset in given) or (received and not given):
        return ActivityKind.NFT_SALE
    return ActivityKind.NFT_PURCHASE if given else None


def counterpart(scene: Scene) -> Named:
    """The other side of what somebody else signed: a seller, a bidder, an order's maker, a claim's owner."""
    if scene.signed:
        return None
    if any(step.action in _TRADES for step in scene.decoded):
        if any(scene.is_indivisible(asset) for asset in scene.received):
            return ActivityKind.NFT_PURCHASE, {}
        gave = any(scene.is_indivisible(asset) for asset in scene.given)
        # Creators and markets have their share of the price; the seller has most of it.
        if gave or (NATIVE in scene.received and scene.gained_most):
            return ActivityKind.NFT_SALE, {}
    if scene.received:
        for step in scene.decoded:
            if step.height == 1 and step.action in _BROUGHT and scene.is_named_in(step.top):
                return step.action, {"instruction": step.name}
    return None
