"""Stake accounts, byte by byte and as a part of a scan."""

import struct
from dataclasses import replace

import pytest

from tests.fakes.chain import FakeChain
from tests.unit.chain.scenes import address
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.stakes import MAX_ACCOUNTS, StakesReader
from walletwatch.chain.stake_account import read_stake
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.stakes import StakeAccount, Stakes
from walletwatch.domain.programs import STAKE, SYSTEM
from walletwatch.domain.risk import CannotTell, Unknown, UnknownReason
from walletwatch.scanner.wallet.stake_authorities import CHECK

WALLET, OTHER = address("wallet"), address("other")
OWN = StakeAccount("stake", 7, WALLET, WALLET, None, 0, 0, 9)


def account(
    name: str = "stake",
    *,
    kind: int = 2,
    staker: str = WALLET,
    withdrawer: str = WALLET,
    lockup: tuple[int, int, str] = (0, 0, SYSTEM),
    program: str = STAKE,
) -> AccountData:
    until, epoch, custodian = lockup
    data = struct.pack("<IQ", kind, 2_282_880) + decode_address(staker) + decode_address(withdrawer)
    data += struct.pack("<qQ", until, epoch) + decode_address(custodian)
    return AccountData(name, program, 7, data, 9)


def test_who_has_a_say() -> None:
    assert read_stake(account()) == OWN
    assert read_stake(account(staker=OTHER)) == replace(OWN, staker=OTHER)
    assert read_stake(account(kind=1, withdrawer=OTHER)) == replace(OWN, withdrawer=OTHER)


def test_a_lockup_has_a_custodian_while_it_has_an_end() -> None:
    locked = read_stake(account(lockup=(1_790_000_000, 0, OTHER)))
    assert locked == replace(OWN, custodian=OTHER, locked_until=1_790_000_000)
    assert read_stake(account(lockup=(0, 5, OTHER))) == replace(OWN, custodian=OTHER, locked_until_epoch=5)
    assert read_stake(account(lockup=(0, 0, OTHER))) == OWN
    assert read_stake(account(lockup=(-1, 0, SYSTEM))) == OWN


@pytest.mark.parametrize("kind", [0, 3, 4])
def test_what_has_no_authorities_is_none(kind: int) -> None:
    assert read_stake(account(kind=kind)) is None
    short = account()
    assert read_stake(replace(short, data=short.data[:-1])) is None


async def test_reading() -> None:
    chain = FakeChain()
    names = [address(f"stake {number}") for number in range(MAX_ACCOUNTS + 2)]
    chain.stakes[WALLET] = names
    for name in names:
        chain.data[name] = account(name)
    found = (await StakesReader(chain).read(WALLET, {}))[Stakes]
    assert isinstance(found, Stakes)
    assert (len(found.accounts), found.left_out) == (MAX_ACCOUNTS, 2)
    assert decode(encode(found), Stakes | Unknown) == found
    chain.refuses_stakes = True
    assert (await StakesReader(chain).read(WALLET, {}))[Stakes] == Unknown(UnknownReason.REFUSED)


async def test_nothing_is_asked_of_whoever_has_none() -> None:
    assert (await StakesReader(FakeChain()).read(WALLET, {}))[Stakes] == Stakes(WALLET, (), 0)


async def test_one_that_is_closed_by_now_is_left_out_and_an_unknown_form_is_unknown() -> None:
    chain = FakeChain()
    gone, closed, strange = (address(name) for name in ("gone", "closed", "strange"))
    chain.stakes[WALLET] = [gone, closed]
    chain.data[closed] = account(closed, program=SYSTEM)
    assert (await StakesReader(chain).read(WALLET, {}))[Stakes] == Stakes(WALLET, (), 0)
    chain.stakes[WALLET] = [strange]
    chain.data[strange] = account(strange, kind=3)
    assert (await StakesReader(chain).read(WALLET, {}))[Stakes] == Unknown(UnknownReason.UNREADABLE)


def test_what_is_told() -> None:
    accounts = (
        OWN,
        replace(OWN, address="managed", staker=OTHER),
        replace(OWN, address="given", withdrawer=OTHER),
        replace(OWN, address="locked", custodian=OTHER, locked_until=5),
        replace(OWN, address="locked by myself", custodian=WALLET, locked_until=5),
    )
    found = [(each.rule, each.evidence[0].account) for each in CHECK.look(Stakes(WALLET, accounts, 0))]
    assert found == [
        ("stake_withdrawn_by_other", "given"),
        ("stake_managed_by_other", "managed"),
        ("stake_has_custodian", "locked"),
    ]
    with pytest.raises(CannotTell):
        list(CHECK.look(Stakes(WALLET, (), 1)))
