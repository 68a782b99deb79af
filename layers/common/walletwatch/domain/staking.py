"""How much of a stake works, by the stake program's rule (solana-stake-interface, `Delegation`).

Stake warms up and cools down by epochs: in each, the whole cluster lets at most 9 % of what is effective in
or out, and everybody who waits gets a share of that by the size of what waits. What the program cannot look
up in its history any more counts as done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

NEVER: Final = 2**64 - 1
"""The epoch of what has not been deactivated; as an activation epoch, a stake of the chain's first block."""
RATE_PERCENT: Final = 9
"""`NEW_WARMUP_COOLDOWN_RATE`."""


@dataclass(frozen=True, slots=True)
class Delegation:
    """What a stake account has given to a validator.

    Attributes:
        voter: The validator's vote account.
        stake: Lamports.
        activation_epoch: In which it began to warm up.
        deactivation_epoch: In which it began to cool down; `NEVER` while it has not.
    """

    voter: str
    stake: int
    activation_epoch: int
    deactivation_epoch: int


@dataclass(frozen=True, slots=True)
class ClusterStake:
    """What all stake together was in an epoch, in lamports."""

    effective: int
    activating: int
    deactivating: int


type StakeHistory = Mapping[int, ClusterStake]
"""By epoch; the chain remembers 512 of them."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What of a stake works, in lamports.

    Attributes:
        effective: Earns rewards; what is deactivating is among it.
        activating: Not yet.
        deactivating: Not much longer.
    """

    effective: int = 0
    activating: int = 0
    deactivating: int = 0


class StakeState(StrEnum):
    """What a stake does, in a word."""

    UNDELEGATED = "undelegated"
    ACTIVATING = "activating"
    ACTIVE = "active"
    DEACTIVATING = "deactivating"
    INACTIVE = "inactive"


def effect_of(delegation: Delegation, epoch: int, history: StakeHistory) -> Effect:
    """What of it works in an epoch."""
    effective, activating = _warmed_up(delegation, epoch, history)
    if epoch < delegation.deactivation_epoch:
        return Effect(effective, activating)
    if epoch == delegation.deactivation_epoch:
        return Effect(effective, deactivating=effective)
    left = _cooled_down(delegation, effective, epoch, history)
    return Effect(left, deactivating=left)


def _warmed_up(delegation: Delegation, epoch: int, history: StakeHistory) -> tuple[int, int]:
    stake, begun = delegation.stake, delegation.activation_epoch
    if begun == NEVER:
        return stake, 0
    if begun == delegation.deactivation_epoch or epoch < begun:
        return 0, 0
    if epoch == begun:
        return 0, stake
    if begun not in history:
        return stake, 0
    effective = 0
    # The program takes the first epoch in before it asks whether the stake had ended by then.
    for past in range(begun, max(begun + 1, min(epoch, delegation.deactivation_epoch))):
        cluster = history.get(past)
        if cluster is None or not cluster.activating:
            break
        effective += _share(stake - effective, cluster.activating, cluster.effective)
        if effective >= stake:
            return stake, 0
    return effective, stake - effective


def _cooled_down(delegation: Delegation, effective: int, epoch: int, history: StakeHistory) -> int:
    if delegation.deactivation_epoch not in history:
        return 0
    left = effective
    for past in range(delegation.deactivation_epoch, epoch):
        cluster = history.get(past)
        if cluster is None or not cluster.deactivating:
            break
        left = max(0, left - _share(left, cluster.deactivating, cluster.effective))
        if not left:
            break
    return left


def _share(waiting: int, all_waiting: int, cluster: int) -> int:
    """What of `waiting` gets its turn; at least a lamport, so that it ends some day."""
    return max(1, waiting * cluster * RATE_PERCENT // (all_waiting * 100))


@dataclass(frozen=True, slots=True)
class StakePosition:
    """A stake account, as its wallet sees it.

    Attributes:
        reserve: Lamports that stay in it for rent while it is staked.
        custodian: Who may withdraw before the lockup ends; None where there is no lockup.
        locked_until: Unix seconds; 0 where time does not matter.
        locked_until_epoch: 0 where the epoch does not matter.
        delegation: None where it is given to nobody.
        reward: Lamports that it was given for the last epoch; None where the node does not tell.
    """

    address: str
    lamports: int
    reserve: int
    staker: str
    withdrawer: str
    custodian: str | None
    locked_until: int
    locked_until_epoch: int
    delegation: Delegation | None
    effect: Effect
    reward: int | None = None

    @property
    def state(self) -> StakeState:
        """What it does."""
        if self.delegation is None:
            return StakeState.UNDELEGATED
        if self.effect.deactivating:
            return StakeState.DEACTIVATING
        if self.effect.activating:
            return StakeState.ACTIVATING
        return StakeState.ACTIVE if self.effect.effective else StakeState.INACTIVE

    def is_locked(self, now: datetime, epoch: int) -> bool:
        """Whether nobody but the custodian can withdraw."""
        return self.locked_until > now.timestamp() or self.locked_until_epoch > epoch

    def withdrawable(self, now: datetime, epoch: int) -> int:
        """Lamports that its withdrawer can take out now (stake program, `withdraw`)."""
        if self.is_locked(now, epoch):
            return 0
        staked = 0
        if self.delegation is not None:
            ended = epoch >= self.delegation.deactivation_epoch
            staked = self.effect.effective if ended else self.delegation.stake
        # What nothing is staked of can be closed, with its reserve.
        return max(0, self.lamports - self.reserve - staked) if staked else self.lamports


@dataclass(frozen=True, slots=True)
class WalletStakes:
    """The stake accounts that a wallet has a say about.

    Attributes:
        at: When they were read.
        positions: The largest first.
        left_out: How many more there are.
        rewards_known: Whether the node told the rewards of the last epoch.
    """

    wallet: str
    epoch: int
    at: datetime
    positions: tuple[StakePosition, ...]
    left_out: int
    rewards_known: bool

    @property
    def lamports(self) -> int:
        """What the wallet can take out some day: of the accounts whose withdrawer it is."""
        return sum(each.lamports for each in self.positions if each.withdrawer == self.wallet)
