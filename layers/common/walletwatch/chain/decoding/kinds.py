"""What a person would call it.

Rules, the first that fits:

| what is seen | kind |
|---|---|
| the transaction failed | failed |
| a validator's vote, signed by the wallet | vote |
| a Stake instruction of the wallet | stake, stake_deactivate, stake_withdraw, stake_change |
| several assets given, one that was minted received | liquidity_add |
| one asset given that was burned, several received | liquidity_remove |
| one indivisible token against native or a token | nft_purchase, nft_sale |
| one asset given, another received | swap |
| minted by the wallet for itself | mint, or nft_mint for an indivisible one |
| given, received by nobody, burned | burn |
| only received | transfer_in, or nft_in for an indivisible one |
| only given | transfer_out, or nft_out |
| a mint was made by the wallet | token_create |
| one of its accounts approved, revoked, changed hands, frozen or thawed | approve … thaw |
| sent to itself | self_transfer |
| rent paid, or had back | account_create, account_close |
| a program that is not plumbing was invoked and the wallet signed | program_call |
| the wallet paid the fee | fee_only |

Nothing of these: the transaction does not concern the wallet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from walletwatch.chain.decoding.ledgering import WalletLedger
from walletwatch.chain.decoding.programs import PLUMBING, STAKE, SYSTEM, TOKEN, TOKEN_2022, VOTE
from walletwatch.chain.decoding.stake import VOTES
from walletwatch.chain.decoding.steps import Step
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.activities import ActivityKind, Leg

_TOKEN_PROGRAMS = frozenset({TOKEN, TOKEN_2022})
_STAKE_KINDS: Mapping[str, ActivityKind] = {
    "delegate": ActivityKind.STAKE,
    "deactivate": ActivityKind.STAKE_DEACTIVATE,
    "withdraw": ActivityKind.STAKE_WITHDRAW,
}
_ACCOUNT_KINDS: Mapping[str, ActivityKind] = {
    "approve": ActivityKind.APPROVE,
    "approveChecked": ActivityKind.APPROVE,
    "revoke": ActivityKind.REVOKE,
    "setAuthority": ActivityKind.AUTHORITY_CHANGE,
    "freezeAccount": ActivityKind.FREEZE,
    "thawAccount": ActivityKind.THAW,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a rule may look at."""

    transaction: Transaction
    steps: Sequence[Step]
    ledger: WalletLedger
    legs: Sequence[Leg]
    wallet: str

    @property
    def signed(self) -> bool:
        """Whether the wallet signed."""
        return self.wallet in self.transaction.signers


def name_kind(scene: Scene) -> tuple[ActivityKind, Mapping[str, Any]] | None:
    """The kind and its details; None where the transaction does not concern the wallet."""
    for rule in (_vote, _stake, _exchange, _one_way, _accounts, _rest):
        found = rule(scene)
        if found is not None:
            return found
    return None


type _Named = tuple[ActivityKind, Mapping[str, Any]] | None


def _vote(scene: Scene) -> _Named:
    if scene.signed:
        for step in scene.steps:
            if step.program == VOTE and step.name in VOTES:
                return ActivityKind.VOTE, {"vote_account": step.info.get("voteAccount")}
    return None


def _stake(scene: Scene) -> _Named:
    steps = [step for step in scene.steps if step.program == STAKE]
    touched = scene.signed or any(step.info.get("destination") == scene.wallet for step in steps)
    if not steps or not touched:
        return None
    for name, kind in _STAKE_KINDS.items():
        for step in steps:
            if step.name == name:
                details = {"stake_account": step.info.get("stakeAccount")}
                if name == "delegate":
                    details["vote_account"] = step.info.get("voteAccount")
                return kind, details
    return ActivityKind.STAKE_CHANGE, {"instruction": steps[0].name}


def _exchange(scene: Scene) -> _Named:
    given = {leg.asset for leg in scene.legs if leg.amount < 0}
    received = {leg.asset for leg in scene.legs if leg.amount > 0}
    if not given or not received:
        return None
    if len(given) > 1 and len(received) == 1 and _mints(scene, "mintTo") & received:
        return ActivityKind.LIQUIDITY_ADD, {}
    if len(given) == 1 and len(received) > 1 and _mints(scene, "burn") & given:
        return ActivityKind.LIQUIDITY_REMOVE, {}
    if len(given) == len(received) == 1:
        if any(_indivisible(leg) for leg in scene.legs if leg.amount > 0):
            return ActivityKind.NFT_PURCHASE, {}
        if any(_indivisible(leg) for leg in scene.legs if leg.amount < 0):
            return ActivityKind.NFT_SALE, {}
    return ActivityKind.SWAP, {}


def _one_way(scene: Scene) -> _Named:
    if not scene.legs:
        return None
    received = scene.legs[0].amount > 0
    indivisible = all(_indivisible(leg) for leg in scene.legs)
    assets = {leg.asset for leg in scene.legs}
    details = _fee_details(scene) | _memo(scene)
    if received:
        if scene.signed and _mints(scene, "mintTo") & assets:
            return (ActivityKind.NFT_MINT if indivisible else ActivityKind.MINT), details
        return (ActivityKind.NFT_IN if indivisible else ActivityKind.TRANSFER_IN), details
    if _mints(scene, "burn") >= assets:
        return ActivityKind.BURN, details
    return (ActivityKind.NFT_OUT if indivisible else ActivityKind.TRANSFER_OUT), details


def _accounts(scene: Scene) -> _Named:
    for step in scene.steps:
        if step.program in _TOKEN_PROGRAMS and step.name.startswith("initializeMint") and scene.signed:
            return ActivityKind.TOKEN_CREATE, {
                "mint": step.info.get("mint"),
                "decimals": step.info.get("decimals"),
            }
    for step in scene.steps:
        kind = _ACCOUNT_KINDS.get(step.name)
        if kind is None or step.program not in _TOKEN_PROGRAMS:
            continue
        account = _account(step)
        authority = step.info.get("owner") or step.info.get("authority")
        if account in scene.ledger.accounts or scene.wallet in {account, authority}:
            return kind, _account_details(step)
    if _to_itself(scene):
        return ActivityKind.SELF_TRANSFER, _memo(scene)
    return None


def _rest(scene: Scene) -> _Named:
    programs = {instruction.program for instruction in scene.transaction.instructions}
    foreign = programs - PLUMBING
    if scene.signed and foreign:
        return ActivityKind.PROGRAM_CALL, _memo(scene)
    if scene.ledger.rent > 0:
        return ActivityKind.ACCOUNT_CREATE, {}
    if scene.ledger.rent < 0:
        return ActivityKind.ACCOUNT_CLOSE, {}
    if scene.ledger.fee or scene.signed:
        return ActivityKind.FEE_ONLY, _memo(scene)
    if scene.ledger.accounts:
        return ActivityKind.ACCOUNT_CREATE, {"paid_by": scene.transaction.payer}
    return None


def _account(step: Step) -> Any:
    """The account an instruction is about; Agave's parsed form of setAuthority calls a mint `mint`."""
    return step.info.get("source") or step.info.get("account") or step.info.get("mint")


def _account_details(step: Step) -> Mapping[str, Any]:
    info = step.info
    details: dict[str, Any] = {"account": _account(step)}
    if step.name.startswith("approve"):
        details["delegate"] = info.get("delegate")
        details["amount"] = info.get("amount")
    if step.name == "setAuthority":
        details["authority_type"] = info.get("authorityType")
        details["old_authority"] = info.get("authority")
        details["new_authority"] = info.get("newAuthority")
    return details


def _to_itself(scene: Scene) -> bool:
    for step in scene.steps:
        source, destination = step.info.get("source"), step.info.get("destination")
        if not step.name.startswith("transfer") or source is None or destination is None:
            continue
        if step.program == SYSTEM:
            if source == destination == scene.wallet:
                return True
        elif source in scene.ledger.accounts and destination in scene.ledger.accounts:
            return True
    return False


def _mints(scene: Scene, operation: str) -> set[str]:
    """The mints of which tokens were made (`mintTo`) or destroyed (`burn`)."""
    return {
        str(step.info.get("mint"))
        for step in scene.steps
        if step.program in _TOKEN_PROGRAMS and step.name.startswith(operation)
    }


def _fee_details(scene: Scene) -> dict[str, Any]:
    """What a Token-2022 transfer fee kept: sent and received differ by it."""
    withheld = {}
    for leg in scene.legs:
        if leg.is_native:
            continue
        total = sum(scene.ledger.owners[leg.asset].values())
        if leg.asset in scene.ledger.ownerless:
            continue
        if total < 0 and not _mints(scene, "burn") & {leg.asset}:
            withheld[leg.asset] = -total
    return {"withheld": withheld} if withheld else {}


def _memo(scene: Scene) -> dict[str, Any]:
    for step in scene.steps:
        if step.name == "memo" and isinstance(step.info.get("text"), str) and step.info["text"]:
            return {"memo": step.info["text"]}
    return {}


def _indivisible(leg: Leg) -> bool:
    return leg.decimals == 0 and abs(leg.amount) == 1
