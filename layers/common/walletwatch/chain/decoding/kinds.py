"""What a person would call it.

Rules, the first that fits (A -> b: what is seen -> the kind):

- vote: a vote that the wallet signed, or whose vote account it is -> vote
- assets: an asset of mpl-core, or a compressed one, changed hands
  -> nft_in, nft_out, nft_purchase, nft_sale, nft_mint, burn
- stake: Stake instructions of the wallet, by the first of delegate, deactivate, withdraw, any other
  -> stake, stake_deactivate, stake_withdraw, stake_change
- creation: the wallet signed, and a mint was made
  -> nft_mint if it got one indivisible token of it, else token_create
- protocol: a known protocol's instruction that the wallet signed, and legs that fit it
  -> what the protocol's module says
- market: somebody else's purchase or sale paid the wallet, or brought it the asset
  -> nft_sale, nft_purchase
- exchange: something given and something received:
  - several assets for one that was minted -> liquidity_add
  - one asset that was burned for several -> liquidity_remove
  - an indivisible token on one side -> nft_mint, nft_purchase, nft_sale
  - anything else -> swap
- one way: something given or received:
  - both inside a program that trades, with this left in the end: an arbitrage -> swap
  - received: minted by the wallet itself -> mint or nft_mint; indivisible -> nft_in; else transfer_in
  - given: burned -> burn; indivisible -> nft_out; else transfer_out
  - by a program that the wallet called, and neither of the above -> program_call
- hidden: a confidential transfer of Token-2022, whose amount nobody sees -> transfer_out, transfer_in
- powers: approve, revoke, setAuthority, freeze, thaw on what is the wallet's -> approve … thaw
- supply: the wallet signed, and minted for somebody else -> mint
- call: it signed, and a program that is more than plumbing was called -> program_call
- itself: moved between accounts of its own, wrapped, unwrapped -> self_transfer
- accounts: rent paid or had back, or somebody else made or closed a token account of it
  -> account_create, account_close
- nothing sent: a transfer of zero tokens to it -> transfer_in
- administration: it signed, and changed a token by another instruction of its program -> program_call
- rest: it signed -> fee_only

A transaction that failed is `failed` before any rule is asked.
If none fits, the transaction names the wallet and did nothing to it: it does not concern it.
"""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.decoding import details
from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.programs.ids import MPL_CORE, STAKE, TOKEN_PROGRAMS, VOTE
from walletwatch.chain.decoding.scene import Scene
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.money import NATIVE

type Named = tuple[ActivityKind, Mapping[str, Any]] | None

_POWERS: Final[Mapping[str, ActivityKind]] = {
    "approve": ActivityKind.APPROVE,
    "approveChecked": ActivityKind.APPROVE,
    "revoke": ActivityKind.REVOKE,
    "setAuthority": ActivityKind.AUTHORITY_CHANGE,
    "freezeAccount": ActivityKind.FREEZE,
    "thawAccount": ActivityKind.THAW,
}
_EVERYDAY: Final = frozenset(
    {
        "initializeAccount", "initializeAccount2", "initializeAccount3", "initializeImmutableOwner",
        "getAccountDataSize", "amountToUiAmount", "uiAmountToAmount", "syncNative", "closeAccount",
        "transfer", "transferChecked", "transferCheckedWithFee",
        "mintTo", "mintToChecked", "burn", "burnChecked", *_POWERS,
    }
)  # fmt: skip
_STAKE_ORDER: Final = (
    ActivityKind.STAKE,
    ActivityKind.STAKE_DEACTIVATE,
    ActivityKind.STAKE_WITHDRAW,
    ActivityKind.STAKE_CHANGE,
)
_MINT_INITIALIZATIONS: Final = ("initializeMint", "initializeMint2")
# Where one transaction does several things, the first of these is what it was for.
_PROTOCOL_ORDER: Final = (
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
)
_NEEDS_GIVEN: Final = frozenset({ActivityKind.LIQUIDITY_ADD, ActivityKind.REPAY, ActivityKind.ORDER_OPEN})
_NEEDS_RECEIVED: Final = frozenset({ActivityKind.BORROW, ActivityKind.REWARD, ActivityKind.ORDER_FILL})
_NEEDS_LEGS: Final = frozenset(
    {
        ActivityKind.SWAP,
        ActivityKind.LIQUIDITY_REMOVE,
        ActivityKind.LEND,
        ActivityKind.NFT_PURCHASE,
        ActivityKind.NFT_SALE,
    }
)


def name_kind(scene: Scene) -> Named:
    """The kind and its details; None where the transaction does not concern the wallet."""
    for rule in _RULES:
        named = rule(scene)
        if named is not None:
            return named
    return None


def _vote(scene: Scene) -> Named:
    for instruction in scene.decoded:
        if instruction.action is ActivityKind.VOTE and instruction.program == VOTE:
            account = instruction.fields.get("voteAccount")
            if scene.signed or account == scene.wallet:
                return ActivityKind.VOTE, {"vote_account": account}
    return None


def _assets(scene: Scene) -> Named:
    for instruction in scene.decoded:
        change = details.asset_change(instruction)
        if change is None or scene.wallet not in {change.holder, change.receiver}:
            continue
        facts = {"asset": change.asset, "from": change.holder, "to": change.receiver}
        if change.receiver == scene.wallet:
            if change.holder is None:
                return ActivityKind.NFT_MINT, facts
            paid = NATIVE in scene.given or (scene.given and scene.foreign[:1] != (MPL_CORE,))
            return (ActivityKind.NFT_PURCHASE if paid else ActivityKind.NFT_IN), facts
        if change.receiver is None:
            return ActivityKind.BURN, facts
        return (ActivityKind.NFT_SALE if scene.received else ActivityKind.NFT_OUT), facts
    return None


def _stake(scene: Scene) -> Named:
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


def _creation(scene: Scene) -> Named:
    if not scene.signed:
        return None
    for instruction in scene.named(*_MINT_INITIALIZATIONS):
        mint = instruction.fields.get("mint")
        if instruction.program not in TOKEN_PROGRAMS or mint is None or len(scene.given) > 1:
            continue
        if scene.is_indivisible(mint):
            return ActivityKind.NFT_MINT, details.creation(instruction)
        # A pool's token for its shares is made on the way, and so is a position's.
        if instruction.height == 1 or _has_action(scene, ActivityKind.TOKEN_CREATE):
            return ActivityKind.TOKEN_CREATE, details.creation(instruction)
    return None


def _has_action(scene: Scene, kind: ActivityKind) -> bool:
    return any(instruction.action is kind for instruction in scene.decoded)


def _protocol(scene: Scene) -> Named:
    if not scene.signed:
        return None
    actions = {
        instruction.action: instruction
        for instruction in reversed(scene.decoded)
        if instruction.height == 1 and instruction.action is not None
    }
    for kind in _PROTOCOL_ORDER:
        instruction = actions.get(kind)
        if instruction is not None:
            fitting = _fit(scene, kind)
            if fitting is not None:
                return fitting, {"instruction": instruction.name}
    return None


def _fit(scene: Scene, kind: ActivityKind) -> ActivityKind | None:
    """The kind, or another that the legs show it to be; None where the legs contradict it."""
    given, received = scene.given, scene.received
    if kind in {ActivityKind.ORDER_OPEN, ActivityKind.ORDER_FILL} and given and received:
        # An order that was filled on the spot.
        return ActivityKind.SWAP
    if kind in _NEEDS_GIVEN and not given:
        return None
    if kind in _NEEDS_RECEIVED and not received:
        return None
    return None if kind in _NEEDS_LEGS and not given | received else kind


def _market(scene: Scene) -> Named:
    if scene.signed:
        return None
    for kind, other in (
        (ActivityKind.NFT_PURCHASE, ActivityKind.NFT_SALE),
        (ActivityKind.NFT_SALE, ActivityKind.NFT_PURCHASE),
    ):
        if _has_action(scene, kind):
            if any(scene.is_indivisible(asset) for asset in scene.received):
                return ActivityKind.NFT_PURCHASE, {}
            if NATIVE in scene.received or any(scene.is_indivisible(asset) for asset in scene.given):
                return other if other is ActivityKind.NFT_SALE else ActivityKind.NFT_PURCHASE, {}
    return None


def _exchange(scene: Scene) -> Named:
    given, received = scene.given, scene.received
    if not given or not received:
        return None
    position = scene.position
    if len(given) > 1 and received <= position.minted:
        return ActivityKind.LIQUIDITY_ADD, {}
    if len(received) > 1 and given <= position.burned:
        return ActivityKind.LIQUIDITY_REMOVE, {}
    collectibles_in = {asset for asset in received if scene.is_indivisible(asset)}
    collectibles_out = {asset for asset in given if scene.is_indivisible(asset)}
    if collectibles_in == received and not collectibles_out:
        minted = received <= position.minted
        return (ActivityKind.NFT_MINT if minted else ActivityKind.NFT_PURCHASE), {}
    if collectibles_out == given and not collectibles_in:
        return ActivityKind.NFT_SALE, {}
    return ActivityKind.SWAP, {}


def _one_way(scene: Scene) -> Named:
    given, received = scene.given, scene.received
    if not given and not received:
        return None
    called = scene.signed and scene.foreign and not scene.all_direct
    if called and _has_action(scene, ActivityKind.SWAP) and scene.traded:
        return ActivityKind.SWAP, {}
    if received:
        if (
            received <= scene.position.minted
            and scene.signed
            and (_minted_itself(scene) or not scene.foreign)
        ):
            return (ActivityKind.NFT_MINT if _all_indivisible(scene, received) else ActivityKind.MINT), {}
        if _all_indivisible(scene, received):
            minted = scene.signed and received <= scene.position.minted
            return (ActivityKind.NFT_MINT if minted else ActivityKind.NFT_IN), {}
        return (ActivityKind.PROGRAM_CALL if called else ActivityKind.TRANSFER_IN), {}
    if given <= scene.position.burned:
        return ActivityKind.BURN, {}
    if _all_indivisible(scene, given):
        return ActivityKind.NFT_OUT, {}
    return (ActivityKind.PROGRAM_CALL if called else ActivityKind.TRANSFER_OUT), {}


def _all_indivisible(scene: Scene, assets: frozenset[str]) -> bool:
    return all(scene.is_indivisible(asset) for asset in assets)


def _minted_itself(scene: Scene) -> bool:
    return any(
        instruction.height == 1 and instruction.fields.get("mintAuthority") == scene.wallet
        for instruction in scene.named("mintTo", "mintToChecked")
    )


def _hidden(scene: Scene) -> Named:
    for instruction in scene.named("confidentialTransfer", "confidentialTransferWithFee"):
        facts = {"confidential": True, "mint": instruction.fields.get("mint")}
        if instruction.fields.get("source") in scene.position.accounts:
            return ActivityKind.TRANSFER_OUT, facts
        if instruction.fields.get("destination") in scene.position.accounts:
            return ActivityKind.TRANSFER_IN, facts
    return None


def _powers(scene: Scene) -> Named:
    for instruction in scene.named(*_POWERS):
        if instruction.program in TOKEN_PROGRAMS and _is_own(scene, instruction):
            return _POWERS[instruction.name], details.power(instruction)
    return None


def _is_own(scene: Scene, instruction: Decoded) -> bool:
    return scene.concerns_accounts(
        instruction, "account", "source", "owner", "authority", "newAuthority", "freezeAuthority", "delegate"
    )


def _supply(scene: Scene) -> Named:
    if scene.signed:
        for instruction in scene.named("mintTo", "mintToChecked"):
            if instruction.height == 1 and instruction.fields.get("mintAuthority") == scene.wallet:
                return ActivityKind.MINT, details.supply(instruction)
    return None


def _itself(scene: Scene) -> Named:
    position = scene.position
    if position.to_itself or position.wrapped:
        return ActivityKind.SELF_TRANSFER, {"moved": dict(position.to_itself)} if position.to_itself else {}
    return None


def _call(scene: Scene) -> Named:
    return (ActivityKind.PROGRAM_CALL, {}) if scene.signed and scene.foreign else None


def _accounts(scene: Scene) -> Named:
    position, made, gone = scene.position, [], []
    for held in scene.transaction.tokens:
        if held.before is None and held.owner_after == scene.wallet:
            made.append(held.address)
        elif held.after is None and held.owner_before == scene.wallet:
            gone.append(held.address)
    if position.rent > 0:
        return ActivityKind.ACCOUNT_CREATE, {"accounts": made} if made else {}
    if position.rent < 0:
        return ActivityKind.ACCOUNT_CLOSE, {"accounts": gone} if gone else {}
    if made:
        return ActivityKind.ACCOUNT_CREATE, {"accounts": made, "paid_by": scene.transaction.fee_payer}
    return (ActivityKind.ACCOUNT_CLOSE, {"accounts": gone}) if gone else None


def _nothing_sent(scene: Scene) -> Named:
    others = scene.position.received_nothing
    return (ActivityKind.TRANSFER_IN, {"zero_amount_from": others[0]}) if others else None


def _administration(scene: Scene) -> Named:
    if scene.signed:
        for instruction in scene.decoded:
            if (
                instruction.program in TOKEN_PROGRAMS
                and instruction.name not in _EVERYDAY
                and scene.concerns_accounts(instruction, *instruction.fields)
            ):
                facts = {"instruction": instruction.name, "mint": instruction.fields.get("mint")}
                return ActivityKind.PROGRAM_CALL, {name: fact for name, fact in facts.items() if fact}
    return None


def _rest(scene: Scene) -> Named:
    return (ActivityKind.FEE_ONLY, {}) if scene.signed else None


_RULES: Final = (
    _vote,
    _assets,
    _stake,
    _creation,
    _protocol,
    _market,
    _exchange,
    _one_way,
    _hidden,
    _powers,
    _supply,
    _call,
    _itself,
    _accounts,
    _nothing_sent,
    _administration,
    _rest,
)
