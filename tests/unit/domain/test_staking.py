"""What of a stake works: held to the stake program itself, which LiteSVM runs."""

import struct
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.stake_history import StakeHistory as ProgramHistory
from solders.stake_history import StakeHistoryEntry
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from walletwatch.domain.staking import (
    NEVER,
    ClusterStake,
    Delegation,
    Effect,
    StakePosition,
    StakeState,
    effect_of,
)

STAKE: Final = Pubkey.from_string("Stake11111111111111111111111111111111111111")
CLOCK: Final = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
HISTORY: Final = Pubkey.from_string("SysvarStakeHistory1111111111111111111111111")
RESERVE: Final = 2_282_880
NOW: Final = datetime(2026, 11, 30, tzinfo=UTC)
VOTER: Final = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"

epochs = st.integers(0, 12)
amounts = st.integers(1, 10**12)
histories = st.dictionaries(
    epochs, st.builds(ClusterStake, st.integers(0, 10**13), amounts, amounts), max_size=13
)
QUIET: Final = ClusterStake(10**15, 1, 1)
pasts = st.lists(st.builds(ClusterStake, st.integers(0, 10**13), amounts, amounts), max_size=12)


def position(delegation: Delegation | None, effect: Effect, **fields: object) -> StakePosition:
    stake = delegation.stake if delegation else 5
    values: dict[str, object] = {"locked_until": 0, "locked_until_epoch": 0} | fields
    return StakePosition(
        "stake", RESERVE + stake, RESERVE, "wallet", "wallet", None, **values,  # type: ignore[arg-type]
        delegation=delegation, effect=effect,
    )  # fmt: skip


class Program:
    """The stake program, a stake account, and somebody who withdraws from it."""

    def __init__(self, epoch: int, delegation: Delegation, history: dict[int, ClusterStake]) -> None:
        self.svm = LiteSVM()
        self.owner, self.stake = Keypair(), Keypair().pubkey()
        self.svm.airdrop(self.owner.pubkey(), 10**9)
        clock = self.svm.get_clock()
        clock.epoch = epoch
        self.svm.set_clock(clock)
        entries = ProgramHistory()
        for past in sorted(history):
            stake = history[past]
            entries.add(past, StakeHistoryEntry(stake.effective, stake.activating, stake.deactivating))
        self.svm.set_stake_history(entries)
        key = bytes(self.owner.pubkey())
        data = struct.pack("<IQ", 2, RESERVE) + key + key + bytes(48)
        data += bytes(Pubkey.from_string(VOTER))
        data += struct.pack(
            "<QQQd", delegation.stake, delegation.activation_epoch, delegation.deactivation_epoch, 0.25
        )
        data += bytes(200 - len(data))
        self.svm.set_account(self.stake, Account(RESERVE + delegation.stake, data, STAKE))

    def gives(self, lamports: int) -> bool:
        owner = self.owner.pubkey()
        order = Instruction(
            STAKE,
            struct.pack("<IQ", 4, lamports),
            [
                AccountMeta(self.stake, is_signer=False, is_writable=True),
                AccountMeta(owner, is_signer=False, is_writable=True),
                AccountMeta(CLOCK, is_signer=False, is_writable=False),
                AccountMeta(HISTORY, is_signer=False, is_writable=False),
                AccountMeta(owner, is_signer=True, is_writable=False),
            ],
        )
        transaction = Transaction([self.owner], Message([order], owner), self.svm.latest_blockhash())
        return not isinstance(self.svm.simulate_transaction(transaction), FailedTransactionMetadata)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**12), epochs, st.one_of(epochs, st.just(NEVER)), pasts)
@example(10**9, 2, NEVER, [])
@example(10**9, 2, 4, [QUIET] * 4)
@example(10**9, 2, 4, [*[QUIET] * 4, ClusterStake(10**9, 1, 10**10)])
@example(10**9, 0, 4, [*[QUIET] * 4, *[ClusterStake(10**11, 1, 10**11)] * 5])
@example(34, 5, 4, [*[ClusterStake(0, 1, 1)] * 5, ClusterStake(1, 1, 1)])
def test_what_can_be_withdrawn_is_what_the_program_gives(
    stake: int, begun: int, ended: int, past: list[ClusterStake]
) -> None:
    # The program looks an epoch up by its place: its history has no gaps, and ends before the present one.
    history, epoch = dict(enumerate(past)), len(past)
    delegation = Delegation(VOTER, stake, begun, ended)
    program = Program(epoch, delegation, history)
    free = position(delegation, effect_of(delegation, epoch, history)).withdrawable(NOW, epoch)
    if free:
        assert program.gives(free)
    assert not program.gives(free + 1)


@given(amounts, epochs, st.one_of(epochs, st.just(NEVER)), epochs, histories)
def test_no_more_works_than_was_delegated(
    stake: int, begun: int, ended: int, epoch: int, history: dict[int, ClusterStake]
) -> None:
    effect = effect_of(Delegation(VOTER, stake, begun, ended), epoch, history)
    assert 0 <= effect.effective + effect.activating <= stake
    assert effect.deactivating in {0, effect.effective}


@given(amounts, st.integers(0, 5), st.integers(6, 12), histories)
def test_what_cools_down_never_warms_up_again(
    stake: int, begun: int, ended: int, history: dict[int, ClusterStake]
) -> None:
    delegation = Delegation(VOTER, stake, begun, ended)
    left = [effect_of(delegation, epoch, history).effective for epoch in range(ended, ended + 6)]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize(
    ("begun", "ended", "epoch", "state"),
    [
        (5, NEVER, 5, StakeState.ACTIVATING),
        (5, NEVER, 6, StakeState.ACTIVE),
        (5, 9, 8, StakeState.ACTIVE),
        (5, 9, 9, StakeState.DEACTIVATING),
        (5, 9, 10, StakeState.INACTIVE),
        (5, 5, 7, StakeState.INACTIVE),
        (NEVER, NEVER, 0, StakeState.ACTIVE),
    ],
)
def test_states(begun: int, ended: int, epoch: int, state: StakeState) -> None:
    delegation = Delegation(VOTER, 100, begun, ended)
    assert position(delegation, effect_of(delegation, epoch, {})).state is state


def test_a_large_stake_warms_up_over_several_epochs() -> None:
    delegation = Delegation(VOTER, 1_000, 5, NEVER)
    history = {5: ClusterStake(5_000, 1_000, 0), 6: ClusterStake(5_450, 550, 0)}
    assert effect_of(delegation, 6, history) == Effect(450, 550)
    assert effect_of(delegation, 7, history) == Effect(940, 60)


def test_what_is_delegated_to_nobody_or_locked() -> None:
    bare = position(None, Effect())
    assert bare.state is StakeState.UNDELEGATED
    assert bare.withdrawable(NOW, 7) == bare.lamports
    assert position(None, Effect(), locked_until=int(NOW.timestamp()) + 1).withdrawable(NOW, 7) == 0
    assert position(None, Effect(), locked_until_epoch=8).withdrawable(NOW, 7) == 0
    assert position(None, Effect(), locked_until_epoch=7).withdrawable(NOW, 7) == bare.lamports
