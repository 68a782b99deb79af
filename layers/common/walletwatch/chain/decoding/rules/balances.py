"""Rules about what the wallet has more and less of, whatever program did it."""

from typing import Final

from walletwatch.chain.decoding.rules.named import Named
from walletwatch.chain.decoding.scene import Scene
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.programs import SYSTEM, TOKEN_PROGRAMS

_TRANSFERS: Final = ("transfer", "transferChecked", "transferCheckedWithFee", "transferWithSeed")


def exchange(scene: Scene) -> Named:
    """Something given and something received."""
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


def one_way(scene: Scene) -> Named:
    """Something given, or something received."""
    given, received = scene.given, scene.received
    if not given and not received:
        return None
    called = bool(scene.signed and scene.foreign and not scene.all_direct)
    if called and scene.traded and any(step.action is ActivityKind.SWAP for step in scene.decoded):
        return ActivityKind.SWAP, {}
    return (_received(scene, called=called) if received else _given(scene, called=called)), {}


def _received(scene: Scene, *, called: bool) -> ActivityKind:
    received = scene.received
    minted = scene.signed and received <= scene.position.minted
    if minted and (_minted_itself(scene) or not scene.foreign):
        return ActivityKind.NFT_MINT if _all_indivisible(scene, received) else ActivityKind.MINT
    if _all_indivisible(scene, received):
        return ActivityKind.NFT_MINT if minted else ActivityKind.NFT_IN
    return ActivityKind.PROGRAM_CALL if called else ActivityKind.TRANSFER_IN


def _given(scene: Scene, *, called: bool) -> ActivityKind:
    if scene.given <= scene.position.burned:
        return ActivityKind.BURN
    if _all_indivisible(scene, scene.given):
        return ActivityKind.NFT_OUT
    return ActivityKind.PROGRAM_CALL if called else ActivityKind.TRANSFER_OUT


def _all_indivisible(scene: Scene, assets: frozenset[str]) -> bool:
    return all(scene.is_indivisible(asset) for asset in assets)


def _minted_itself(scene: Scene) -> bool:
    return any(
        instruction.height == 1 and instruction.fields.get("mintAuthority") == scene.wallet
        for instruction in scene.named("mintTo", "mintToChecked")
    )


def hidden(scene: Scene) -> Named:
    """A confidential transfer of Token-2022, whose amount nobody sees."""
    for instruction in scene.named("confidentialTransfer", "confidentialTransferWithFee"):
        facts = {"confidential": True, "mint": instruction.fields.get("mint")}
        if instruction.fields.get("source") in scene.position.accounts:
            return ActivityKind.TRANSFER_OUT, facts
        if instruction.fields.get("destination") in scene.position.accounts:
            return ActivityKind.TRANSFER_IN, facts
    return None


def itself(scene: Scene) -> Named:
    """Moved between accounts of its own, wrapped, or unwrapped."""
    position = scene.position
    if position.to_itself or position.wrapped:
        return ActivityKind.SELF_TRANSFER, {"moved": dict(position.to_itself)} if position.to_itself else {}
    return None


def accounts(scene: Scene) -> Named:
    """Rent paid or had back, or an account of it that somebody else made or closed."""
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
    if gone:
        return ActivityKind.ACCOUNT_CLOSE, {"accounts": gone}
    return _closed_for_another(scene)


def _closed_for_another(scene: Scene) -> Named:
    if not scene.signed:
        return None
    closed = [
        step
        for step in scene.named("closeAccount")
        if step.program in TOKEN_PROGRAMS and step.height == 1 and step.fields.get("owner") == scene.wallet
    ]
    if not closed:
        return None
    found = [account for step in closed if (account := step.fields.get("account")) is not None]
    return ActivityKind.ACCOUNT_CLOSE, {"accounts": found, "rent_to": closed[0].fields.get("destination")}


def nothing_sent(scene: Scene) -> Named:
    """A transfer of nothing, which fills a history with an address that looks like another."""
    others = scene.position.received_nothing
    if others:
        return ActivityKind.TRANSFER_IN, {"zero_amount_from": others[0]}
    for step in scene.named(*_TRANSFERS):
        if step.height > 1:
            continue
        fields = step.fields
        if step.program == SYSTEM and fields.get("lamports") == 0:
            if fields.get("source") == scene.wallet:
                return ActivityKind.TRANSFER_OUT, {"zero_amount_to": fields.get("destination")}
            if fields.get("destination") == scene.wallet:
                return ActivityKind.TRANSFER_IN, {"zero_amount_from": fields.get("source")}
        if step.program in TOKEN_PROGRAMS and fields.get("amount") == 0:
            destination = fields.get("destination")
            if fields.get("source") in scene.position.accounts:
                other = scene.movements.owners.get(destination or "")
                return ActivityKind.TRANSFER_OUT, {"zero_amount_to": other}
    return None
