"""Who holds a token, by accounts that somebody else made."""

import json
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.keypair import Keypair

from tests.fakes.chain import FakeChain
from tests.fakes.metrics import FakeMetrics
from tests.fakes.rpc import reply
from tests.pool_accounts import PROGRAM, address
from tests.unit.chain.rpc.world import make_world
from walletwatch.chain.inspection.holders import LARGEST, HoldersReader, Ranker
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.owners import OwnerReader, pool_authority, read_token_account
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.holders import Holders, OwnerKind
from walletwatch.domain.inspection.mint import Extensions, MintState
from walletwatch.domain.profile import PROFILES, ChainProfile, Exchange, KnownAddress, Role
from walletwatch.domain.programs import SYSTEM, TOKEN, TOKEN_2022
from walletwatch.domain.risk import Unknown, UnknownReason

ERRORS = Path(__file__).parents[2] / "fixtures/rpc_errors/errors.json"
CORPUS = Path(__file__).parents[4] / "shared/corpus/accounts"
MINT = address("mint")
PROFILE = ChainProfile("test", "XNT", None, exchange=Exchange(PROGRAM))
MULTISIG = address("multisig")
REFUSED, UNAVAILABLE = Unknown(UnknownReason.REFUSED), Unknown(UnknownReason.UNAVAILABLE)


def person(number: int) -> str:
    return str(Keypair.from_seed(bytes([number]) * 32).pubkey())


def mint(*, supply: int = 1000, token_2022: bool = False) -> MintState:
    return MintState(MINT, token_2022, supply, 6, None, None, Extensions(), 5)


def token_account(name: str, owner: str, amount: int, *, state: int = 1, extra: bytes = b"") -> AccountData:
    data = decode_address(MINT) + decode_address(owner) + struct.pack("<Q", amount) + bytes(36)
    data += bytes([state]) + bytes(56) + extra
    return AccountData(address(name), TOKEN_2022 if extra else TOKEN, 1, data, 77)


def chain(*accounts: AccountData, **options: Any) -> FakeChain:
    return FakeChain(data={account.address: account for account in accounts}, **options)


async def read(on: FakeChain, state: MintState) -> Any:
    reader = HoldersReader(Ranker(on), OwnerReader(on, PROFILE))
    return (await reader.read(MINT, {MintState: state}))[Holders]


async def test_addresses_that_the_profile_knows_are_no_persons() -> None:
    roles = {
        Role.EXCHANGE: OwnerKind.EXCHANGE,
        Role.LOCKER: OwnerKind.LOCKED,
        Role.BRIDGE: OwnerKind.PROGRAM,
        Role.POOL: OwnerKind.POOL,
        Role.BURN: OwnerKind.BURNED,
    }
    assert roles.keys() == set(Role)
    labels = {address(role.value): KnownAddress("Known", role) for role in roles}
    owners = await OwnerReader(FakeChain(), replace(PROFILE, labels=labels)).read([*labels, person(1)])
    assert {each.address: each.kind for each in owners.values()} == {
        person(1): OwnerKind.PERSON,
        **{address(role.value): kind for role, kind in roles.items()},
    }
    assert owners[address("exchange")].name == "Known"


async def test_owners_are_told_for_what_they_are() -> None:
    streamflow = "strmRqUCoQUgGUan5YhzUZa6KqdzwX5L6FpUxfmKg5m"
    orca = "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc"
    owners = {
        person(1): (OwnerKind.PERSON, None),
        "1nc1nerator11111111111111111111111111111111": (OwnerKind.BURNED, None),
        SYSTEM: (OwnerKind.BURNED, None),
        pool_authority(PROGRAM): (OwnerKind.POOL, None),
        "3f7GcQFG397GAaEnv51zR6tsTVihYRydnydDD1cXekxH": (OwnerKind.LOCKED, "Raydium Lock"),
        address("stream"): (OwnerKind.LOCKED, "Streamflow"),
        address("whirlpool"): (OwnerKind.POOL, "Orca"),
        MULTISIG: (OwnerKind.MULTISIG, None),
        address("other"): (OwnerKind.PROGRAM, None),
        # Nobody can have a key for it, and it has no account: some program's.
        pool_authority(address("unknown program")): (OwnerKind.PROGRAM, None),
    }
    on = chain(
        *(token_account(f"account {place}", owner, 100 - place) for place, owner in enumerate(owners)),
        AccountData(person(1), SYSTEM, 7, b"", 77),
        AccountData(address("stream"), streamflow, 1, bytes(1104), 77),
        AccountData(address("whirlpool"), orca, 1, bytes(653), 77),
        AccountData(MULTISIG, TOKEN, 1, bytes(355), 77),
        AccountData(address("other"), address("unknown program"), 1, bytes(9), 77),
    )
    holders = await read(on, mint())
    assert {each.owner.address: (each.owner.kind, each.owner.name) for each in holders.largest} == owners
    assert [each.amount for each in holders.largest] == list(range(100, 90, -1))
    assert [each.owner.lamports for each in holders.largest][:2] == [7, 0]
    assert (holders.owners, holders.slot, holders.supply) == (10, 77, 1000)
    assert on.calls == ["largest_token_accounts", "accounts", "accounts"]
    assert decode(encode(holders), Holders | Unknown) == holders


def test_xdexs_authority_is_that_of_its_program() -> None:
    exchange = PROFILES["x1-mainnet"].exchange
    assert exchange is not None
    assert pool_authority(exchange.program) == "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"


async def test_empty_and_foreign_accounts_are_no_holdings() -> None:
    foreign = AccountData(address("f"), TOKEN, 1, bytes(165), 77)
    on = chain(
        token_account("a", person(1), 5),
        token_account("b", person(1), 3, state=2),
        token_account("c", person(2), 0),
        token_account("d", person(3), 9, state=0),
        foreign,
    )
    holders = await read(on, mint())
    assert [(each.amount, each.frozen) for each in holders.largest] == [(5, False), (3, True)]
    assert holders.owners == 1


@pytest.mark.parametrize("token_2022", [False, True])
async def test_where_the_largest_are_refused_all_are_counted(token_2022: bool) -> None:
    extra = b"\x02\x07\0\0\0" if token_2022 else b""
    made = [token_account(f"a{place}", person(place + 1), place + 1, extra=extra) for place in range(30)]
    on = chain(*made, ranks_holders=False)
    listed = await read(on, mint(token_2022=token_2022))
    assert [each.amount for each in listed.largest] == list(range(30, 10, -1))
    assert listed.owners == 30
    assert on.calls == ["largest_token_accounts", "token_accounts_of", "accounts"]
    on.ranks_holders = True
    ranked = await read(on, mint(token_2022=token_2022))
    assert ranked.largest == listed.largest
    assert ranked.owners == Unknown(UnknownReason.TOO_MUCH)


async def test_what_nobody_tells_is_unknown() -> None:
    on = chain(token_account("a", person(1), 5), ranks_holders=False, lists_programs=False)
    assert await read(on, mint()) == REFUSED
    on.down = True
    assert await read(on, mint()) == UNAVAILABLE
    reader = HoldersReader(Ranker(on), OwnerReader(on, PROFILE))
    assert await reader.read(MINT, {MintState: REFUSED}) == {Holders: REFUSED}
    assert await reader.read(MINT, {}) == {}


async def test_recorded_refusals_are_refusals() -> None:
    recorded = {each["name"]: each["body"] for each in json.loads(ERRORS.read_text())}
    body = recorded["secondary_index_excluded"]
    world = make_world()
    world.nodes[0].always = lambda request: reply({**body, "id": request["id"]})
    on = RpcChain(world.client)
    with pytest.raises(ChainRefused, match="excluded from account secondary indexes"):
        await on.largest_token_accounts(MINT)
    assert await Ranker(on).rank(MINT, TOKEN) == REFUSED
    assert isinstance(world.metrics, FakeMetrics)
    assert world.metrics.counts["RpcRequests"] == 3


@pytest.mark.parametrize(
    "name",
    ["sava-software_sava/getTokenLargestAccounts", "bmresearch_Solnet/GetTokenLargestAccountsResponse"],
)
async def test_recorded_answers_are_read(name: str) -> None:
    path = CORPUS / f"{name}.json"
    if not path.exists():
        pytest.skip("the corpus is not there")
    recorded: Mapping[str, Any] = json.loads(path.read_text())
    world = make_world()
    world.nodes[0].always = lambda request: reply({**recorded, "id": request["id"]})
    addresses = await RpcChain(world.client).largest_token_accounts(MINT)
    assert addresses == [each["address"] for each in recorded["result"]["value"]]
    assert 0 < len(addresses) <= LARGEST


@pytest.mark.parametrize("value", [None, {}, [None], [{"address": 5}], [{"address": "0"}]])
async def test_answers_of_another_shape_are_no_answers(value: Any) -> None:
    world = make_world()
    world.nodes[0].always = lambda request: reply(
        {"jsonrpc": "2.0", "id": request["id"], "result": {"context": {"slot": 5}, "value": value}}
    )
    with pytest.raises(ChainUnavailable):
        await RpcChain(world.client).largest_token_accounts(MINT)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_passed_over(data: bytes) -> None:
    read = read_token_account(AccountData(address("x"), TOKEN, 1, decode_address(MINT) + data, 1), MINT)
    assert (read is None) == (len(data) < 133 or data[76] == 0)
