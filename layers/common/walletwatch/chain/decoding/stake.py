"""The Stake and Vote programs (solana-program, `StakeInstruction` and `VoteInstruction`, u32 tag)."""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.decoding.programs import STAKE, VOTE
from walletwatch.chain.decoding.steps import Decoder, unsigned
from walletwatch.chain.parsing.model import Instruction

_STAKE_NAMES: Final = (
    "initialize", "authorize", "delegate", "split", "withdraw", "deactivate", "setLockup", "merge",
    "authorizeWithSeed", "initializeChecked", "authorizeChecked", "authorizeCheckedWithSeed",
    "setLockupChecked", "getMinimumDelegation", "deactivateDelinquent", "redelegate", "moveStake",
    "moveLamports",
)  # fmt: skip
_ACCOUNTS: Final[Mapping[str, tuple[str, ...]]] = {
    "delegate": ("stakeAccount", "voteAccount"),
    "split": ("stakeAccount", "newSplitAccount"),
    "withdraw": ("stakeAccount", "destination"),
    "merge": ("destination", "source"),
    "moveStake": ("source", "destination"),
    "moveLamports": ("source", "destination"),
}
_VOTE_NAMES: Final[Mapping[int, str]] = {
    2: "vote",
    6: "voteSwitch",
    8: "updatevotestate",
    9: "updatevotestateswitch",
    12: "compactupdatevotestate",
    13: "compactupdatevotestateswitch",
    14: "towersync",
    15: "towersyncswitch",
}
VOTES: Final = frozenset(_VOTE_NAMES.values())
"""Instructions by which a validator votes; the other ones of the program manage its account."""


def _decode_stake(instruction: Instruction) -> tuple[str, Mapping[str, Any]] | None:
    tag = unsigned(instruction.data, 0, 4)
    if tag >= len(_STAKE_NAMES):
        return None
    name = _STAKE_NAMES[tag]
    names = _ACCOUNTS.get(name, ("stakeAccount",))
    info: dict[str, Any] = dict(zip(names, instruction.accounts, strict=False))
    if name in {"split", "withdraw"}:
        info["lamports"] = unsigned(instruction.data, 4)
    return name, info


def _decode_vote(instruction: Instruction) -> tuple[str, Mapping[str, Any]] | None:
    tag = unsigned(instruction.data, 0, 4)
    name = _VOTE_NAMES.get(tag)
    return None if name is None else (name, {"voteAccount": instruction.accounts[0]})


DECODERS: Final[Mapping[str, Decoder]] = {STAKE: _decode_stake, VOTE: _decode_vote}
