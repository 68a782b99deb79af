"""The Stake and Vote programs (solana-stake-interface, solana-vote-interface; bincode: u32 tag)."""

from typing import Final

from walletwatch.chain.decoding.layouts import KEY, U64, Layout, enumeration, layout, program, tagged
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.programs import STAKE, VOTE

_CHANGE: Final = ActivityKind.STAKE_CHANGE

_AUTHORITY: Final = enumeration("I", ("Staker", "Withdrawer"))
_VOTE_AUTHORITY: Final = enumeration("I", ("Voter", "Withdrawer"))

_STAKE: Final = {
    0: layout(
        "initialize",
        "stakeAccount rentSysvar",
        action=_CHANGE,
        aliases={"staker": ("authorized.staker",), "withdrawer": ("authorized.withdrawer",)},
        staker=KEY,
        withdrawer=KEY,
    ),
    1: layout(
        "authorize",
        "stakeAccount clockSysvar authority custodian",
        action=_CHANGE,
        newAuthority=KEY,
        authorityType=_AUTHORITY,
    ),
    2: layout(
        "delegate",
        "stakeAccount voteAccount clockSysvar stakeHistorySysvar stakeConfigAccount stakeAuthority",
        action=ActivityKind.STAKE,
    ),
    3: layout("split", "stakeAccount newSplitAccount stakeAuthority", action=_CHANGE, lamports=U64),
    4: layout(
        "withdraw",
        "stakeAccount destination clockSysvar stakeHistorySysvar withdrawAuthority custodian",
        action=ActivityKind.STAKE_WITHDRAW,
        lamports=U64,
    ),
    5: layout("deactivate", "stakeAccount clockSysvar stakeAuthority", action=ActivityKind.STAKE_DEACTIVATE),
    6: layout("setLockup", "stakeAccount custodian", action=_CHANGE),
    7: layout("merge", "destination source clockSysvar stakeHistorySysvar stakeAuthority", action=_CHANGE),
    8: layout(
        "authorizeWithSeed", "stakeAccount authorityBase clockSysvar", action=_CHANGE, newAuthorized=KEY
    ),
    9: layout("initializeChecked", "stakeAccount rentSysvar staker withdrawer", action=_CHANGE),
    10: layout(
        "authorizeChecked",
        "stakeAccount clockSysvar authority newAuthority custodian",
        action=_CHANGE,
        authorityType=_AUTHORITY,
    ),
    11: layout(
        "authorizeCheckedWithSeed", "stakeAccount authorityBase clockSysvar newAuthorized", action=_CHANGE
    ),
    12: layout("setLockupChecked", "stakeAccount custodian", action=_CHANGE),
    13: layout("getMinimumDelegation"),
    14: layout(
        "deactivateDelinquent",
        "stakeAccount voteAccount referenceVoteAccount",
        action=ActivityKind.STAKE_DEACTIVATE,
    ),
    15: layout("redelegate", "stakeAccount newStakeAccount voteAccount", action=_CHANGE),
    16: layout("moveStake", "source destination stakeAuthority", action=_CHANGE, lamports=U64),
    17: layout("moveLamports", "source destination stakeAuthority", action=_CHANGE, lamports=U64),
}

_VOTES: Final = {
    2: "vote", 6: "voteSwitch", 8: "updateVoteState", 9: "updateVoteStateSwitch",
    12: "compactUpdateVoteState", 13: "compactUpdateVoteStateSwitch", 14: "towerSync", 15: "towerSyncSwitch",
}  # fmt: skip
_VOTE: Final[dict[int, Layout]] = {
    0: layout("initialize", "voteAccount rentSysvar clockSysvar node"),
    1: layout(
        "authorize", "voteAccount clockSysvar authority", newAuthority=KEY, authorityType=_VOTE_AUTHORITY
    ),
    3: layout("withdraw", "voteAccount destination withdrawAuthority", lamports=U64),
    4: layout("updateValidatorIdentity", "voteAccount newValidatorIdentity withdrawAuthority"),
    5: layout("updateCommission", "voteAccount withdrawAuthority"),
    7: layout(
        "authorizeChecked", "voteAccount clockSysvar authority newAuthority", authorityType=_VOTE_AUTHORITY
    ),
    10: layout("authorizeWithSeed", "voteAccount clockSysvar authorityBaseKey"),
    11: layout("authorizeCheckedWithSeed", "voteAccount clockSysvar authorityBaseKey newAuthority"),
    **{tag: layout(name, "voteAccount", action=ActivityKind.VOTE) for tag, name in _VOTES.items()},
}

PROGRAMS: Final = (
    program(STAKE, "Stake", tagged(_STAKE, size=4)),
    program(VOTE, "Vote", tagged(_VOTE, size=4)),
)
