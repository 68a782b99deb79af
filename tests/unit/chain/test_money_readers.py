"""What known accounts hold, stakes, and what is one of a kind, read from accounts byte by byte."""

import struct
from dataclasses import replace

import pytest

from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.pool_accounts import CLASSIC, address
from tests.unit.chain.scenes import address as scene
from walletwatch.chain.account_sums import ChainSums
from walletwatch.chain.stake_account import STAKE_HISTORY, read_delegation, read_history
from walletwatch.chain.staking import MAX_ACCOUNTS, ChainStakes
from walletwatch.chain.tokens.collectibles import ChainCollectibles
from walletwatch.chain.tokens.metadata import metaplex_address
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData, StakingReward
from walletwatch.domain.errors import ChainRefused
from walletwatch.domain.holdings import AccountSums
from walletwatch.domain.programs import METAPLEX, STAKE, SYSTEM
from walletwatch.domain.staking import NEVER, ClusterStake, Delegation, Effect, StakeState

WALLET, OTHER, MINT = scene("wallet"), scene("other"), address("mint")


def token(name: str, owner: str, amount: int, *, state: int = 1, mint: str = MINT) -> AccountData:
    data = decode_address(mint) + decode_address(owner) + struct.pack("<Q", amount)
    data += bytes(36) + bytes([state]) + bytes(56)
    return AccountData(address(name), CLASSIC, 2_039_280, data, 9)


def stake(
    name: str,
    lamports: int,
    *,
    wallet: str = WALLET,
    withdrawer: str | None = None,
    begun: int = 1,
    ended: int = NEVER,
) -> AccountData:
    data = (
        struct.pack("<IQ", 2, 2_282_880)
        + decode_address(wallet)
        + decode_address(withdrawer or wallet)
        + bytes(48)
    )
    data += decode_address(OTHER) + struct.pack("<QQQd", lamports - 2_282_880, begun, ended, 0.25)
    return AccountData(address(name), STAKE, lamports, data + bytes(200 - len(data)), 9)


def history(*entries: tuple[int, int, int, int]) -> AccountData:
    data = struct.pack("<Q", len(entries)) + b"".join(struct.pack("<4Q", *entry) for entry in entries)
    return AccountData(STAKE_HISTORY, "Sysvar1111111111111111111111111111111111111", 1, data, 9)


def put(chain: FakeChain, *accounts: AccountData) -> list[str]:
    chain.data.update({account.address: account for account in accounts})
    return [account.address for account in accounts]


async def test_what_known_accounts_hold() -> None:
    chain = FakeChain()
    own = AccountData(WALLET, SYSTEM, 7, b"", 9)
    known = put(
        chain,
        token("a", WALLET, 5),
        token("b", WALLET, 6, state=2),
        token("given away", OTHER, 100),
        token("empty", WALLET, 0, mint=address("nothing")),
        stake("mine", 10**9),
        stake("not mine", 10**10, withdrawer=OTHER),
        own,
    )
    (sums,) = (await ChainSums(chain).of({WALLET: [*known, address("closed")]})).values()
    assert sums == AccountSums(7, 10**9, {MINT: 11}, {MINT: 6})
    assert chain.calls == ["accounts"]


async def test_a_wallet_that_could_not_be_read_whole_is_absent() -> None:
    chain = FakeChain()
    put(chain, *(token(f"{number}", WALLET, 1) for number in range(150)))
    wallets = {WALLET: [address(f"{number}") for number in range(150)], OTHER: []}
    answers = iter((True, False))
    accounts = chain.accounts

    async def flaky(addresses: list[str], *, head: int | None = None) -> object:
        if not next(answers):
            raise ChainRefused("too much")
        return await accounts(addresses, head=head)

    chain.accounts = flaky  # type: ignore[assignment,method-assign]
    assert await ChainSums(chain).of(wallets) == {}
    chain.accounts = accounts  # type: ignore[method-assign]
    assert set(await ChainSums(chain).of(wallets)) == {WALLET, OTHER}
    chain.down = True
    assert await ChainSums(chain).of(wallets) == {}


async def test_stakes_with_their_effect_and_rewards() -> None:
    chain = FakeChain(current_epoch=7)
    chain.stakes[WALLET] = put(
        chain,
        stake("small", 10**9, begun=7),
        stake("large", 5 * 10**9),
        stake("theirs", 10**8, withdrawer=OTHER),
    )
    put(chain, history((6, 10**15, 1, 1)))
    chain.rewards = [StakingReward(address("large"), 6, 1, 77)]
    found = await ChainStakes(chain, FakeClock()).of(WALLET)
    assert [(each.lamports, each.state, each.reward) for each in found.positions] == [
        (5 * 10**9, StakeState.ACTIVE, 77),
        (10**9, StakeState.ACTIVATING, 0),
        (10**8, StakeState.ACTIVE, 0),
    ]
    assert found.lamports == 6 * 10**9
    assert (found.epoch, found.left_out, found.rewards_known) == (7, 0, True)


async def test_more_stakes_than_one_call_reads() -> None:
    chain = FakeChain()
    chain.stakes[WALLET] = put(chain, *(stake(f"{number}", 10**9) for number in range(MAX_ACCOUNTS + 3)))
    found = await ChainStakes(chain, FakeClock()).of(WALLET)
    assert (len(found.positions), found.left_out) == (MAX_ACCOUNTS, 3)


async def test_without_stakes_and_without_an_answer() -> None:
    chain = FakeChain()
    assert (await ChainStakes(chain, FakeClock()).of(WALLET)).positions == ()
    chain.refuses_stakes = True
    with pytest.raises(ChainRefused):
        await ChainStakes(chain, FakeClock()).of(WALLET)


def test_bytes_of_a_delegation_and_of_the_history() -> None:
    account = stake("s", 10**9, begun=3, ended=9)
    assert read_delegation(account.data) == Delegation(OTHER, 10**9 - 2_282_880, 3, 9)
    assert read_delegation(account.data[:179]) is None
    assert read_delegation(struct.pack("<I", 1) + account.data[4:]) is None
    wanted = {6: ClusterStake(1, 2, 3), 5: ClusterStake(4, 5, 6)}
    assert read_history(history((6, 1, 2, 3), (5, 4, 5, 6))) == wanted
    short = history((6, 1, 2, 3), (5, 4, 5, 6))
    assert read_history(replace(short, data=short.data[:-1])) == {6: ClusterStake(1, 2, 3)}
    assert read_history(None) == {}
    assert Effect() == Effect(0, 0, 0)


def mint_account(name: str, *, supply: int = 1, decimals: int = 0, authority: bool = False) -> AccountData:
    data = struct.pack("<I32sQBBI32s", authority, bytes(32), supply, decimals, 1, 0, bytes(32))
    return AccountData(address(name), CLASSIC, 1, data, 9)


def written(mint: str, collection: str | None, *, verified: bool = True, creators: int = 2) -> AccountData:
    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode()

    data = b"\4" + bytes(32) + decode_address(mint) + text("Ape") + text("APE") + text("") + bytes(2)
    data += b"\1" + struct.pack("<I", creators) + bytes(34 * creators) if creators else b"\0"
    # Sold once, may be changed, edition's nonce, standard.
    data += b"\1\0" + b"\1\xff" + b"\0"
    data += b"\0" if collection is None else b"\1" + bytes([verified]) + decode_address(collection)
    return AccountData(metaplex_address(mint), METAPLEX, 1, data, 9)


@pytest.mark.parametrize("creators", [0, 1, 5])
async def test_what_is_one_of_a_kind_and_its_collection(creators: int) -> None:
    chain = FakeChain()
    one, many, group = address("one"), address("many"), address("group")
    put(chain, mint_account("one"), mint_account("many", supply=5, authority=True))
    put(chain, written(one, group, creators=creators), written(many, group, verified=False))
    found = await ChainCollectibles(chain).of([one, many, address("nowhere")])
    assert set(found) == {one, many}
    assert (found[one].unique, found[one].final, found[one].collection) == (True, True, group)
    assert (found[many].unique, found[many].final, found[many].collection) == (False, False, None)


async def test_metadata_that_end_early_tell_of_no_collection() -> None:
    chain, one = FakeChain(), address("one")
    whole = written(one, address("group"))
    put(chain, mint_account("one"))
    for length in range(100, len(whole.data)):
        put(chain, replace(whole, data=whole.data[:length]))
        assert (await ChainCollectibles(chain).of([one]))[one].collection is None
