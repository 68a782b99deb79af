"""Metaplex Core assets, read from accounts byte by byte as the program's IDL lays them out."""

import struct
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.chain import FakeChain
from tests.pool_accounts import address
from tests.unit.chain.scenes import address as scene
from walletwatch.chain.tokens import core_assets
from walletwatch.chain.tokens.core_account import Unreadable, read_asset, read_collection
from walletwatch.chain.tokens.core_assets import HEAD, ChainCoreAssets
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.collectibles import AssetPower, CoreAsset, HeldAssets
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.programs import MPL_CORE, SYSTEM

WALLET, OTHER = scene("wallet"), scene("other")
FREEZE, BURN, TRANSFER, PERMANENT_FREEZE, ATTRIBUTES, PERMANENT_TRANSFER, PERMANENT_BURN = 1, 2, 3, 5, 6, 7, 8
OWNER, UPDATE_AUTHORITY = b"\1", b"\2"
SOMEBODY = b"\3" + decode_address(OTHER)

type Plugins = Mapping[int, tuple[bytes, bytes]]
"""By type: the authority, and the content."""


def text(value: str) -> bytes:
    return struct.pack("<I", len(value.encode())) + value.encode()


def core_asset(
    called: str,
    *,
    owner: str = WALLET,
    collection: str | None = None,
    name: str | None = None,
    plugins: Plugins | None = None,
    sequence: int | None = None,
) -> AccountData:
    authority = b"\1" + decode_address(OTHER) if collection is None else b"\2" + decode_address(collection)
    data = b"\1" + decode_address(owner) + authority + text(called if name is None else name)
    data += text("https://example.org/one.json")
    data += b"\0" if sequence is None else b"\1" + struct.pack("<Q", sequence)
    return AccountData(address(called), MPL_CORE, 1, _with_plugins(data, plugins), 9)


def core_collection(called: str, *, plugins: Plugins | None = None) -> AccountData:
    data = b"\5" + decode_address(OTHER) + text(called) + text("") + struct.pack("<II", 9, 7)
    return AccountData(address(called), MPL_CORE, 1, _with_plugins(data, plugins), 9)


def _with_plugins(data: bytes, plugins: Plugins | None) -> bytes:
    """Header, contents one behind the other, and the registry."""
    if plugins is None:
        return data
    contents, records = b"", b""
    start = len(data) + 9
    for kind, (authority, content) in plugins.items():
        records += bytes([kind]) + authority + struct.pack("<Q", start + len(contents))
        contents += bytes([kind]) + content
    registry = b"\4" + struct.pack("<I", len(plugins)) + records + struct.pack("<I", 0)
    return data + b"\3" + struct.pack("<Q", start + len(contents)) + contents + registry


def put(chain: FakeChain, *accounts: AccountData) -> None:
    chain.data.update({account.address: account for account in accounts})


async def test_the_assets_of_a_wallet_stand_by_collection_and_name() -> None:
    chain = FakeChain()
    band, lone = address("band"), core_asset("aaa", sequence=7)
    put(chain, lone, core_asset("second", collection=band), core_asset("first", collection=band))
    put(chain, core_asset("theirs", owner=OTHER), core_collection("band"))
    put(chain, replace(core_asset("other program"), owner=SYSTEM))
    found = await ChainCoreAssets(chain).held_by(WALLET)
    assert found == HeldAssets((address("first"), address("second"), lone.address), left_out=0)
    assert chain.calls == ["program_accounts"]


async def test_more_assets_than_are_listed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = FakeChain()
    monkeypatch.setattr(core_assets, "LISTED", 3)
    put(chain, *(core_asset(f"asset {number}") for number in range(5)))
    found = await ChainCoreAssets(chain).held_by(WALLET)
    assert (len(found.addresses), found.left_out) == (3, 2)


async def test_no_answer_is_no_empty_list() -> None:
    chain = FakeChain(lists_programs=False)
    with pytest.raises(ChainRefused):
        await ChainCoreAssets(chain).held_by(WALLET)
    chain.down = True
    with pytest.raises(ChainUnavailable):
        await ChainCoreAssets(chain).held_by(WALLET)
    with pytest.raises(ChainUnavailable):
        await ChainCoreAssets(chain).of([address("one")])


async def read(*accounts: AccountData) -> CoreAsset:
    """The first of them, in two calls at most."""
    chain = FakeChain()
    put(chain, *accounts)
    found = await ChainCoreAssets(chain).of([accounts[0].address])
    assert len(chain.calls) <= 2
    return found[accounts[0].address]


async def test_an_asset_without_plugins_is_its_holders_alone() -> None:
    for sequence in (None, 3):
        found = await read(core_asset("Ape", sequence=sequence))
        assert found == CoreAsset(address("Ape"), "Ape", None, None, frozen=False, powers=())


async def test_plugins_of_the_holder_are_no_power_of_others() -> None:
    plugins = {FREEZE: (OWNER, b"\0"), TRANSFER: (OWNER, b""), ATTRIBUTES: (UPDATE_AUTHORITY, bytes(4))}
    found = await read(core_asset("Ape", plugins=plugins))
    assert (found.frozen, found.powers) == (False, ())


async def test_who_else_can_move_burn_and_freeze_an_asset() -> None:
    plugins = {FREEZE: (SOMEBODY, b"\1"), PERMANENT_BURN: (UPDATE_AUTHORITY, b""), TRANSFER: (SOMEBODY, b"")}
    found = await read(core_asset("Ape", plugins=plugins, sequence=1))
    assert found.frozen
    assert found.powers == (AssetPower.TRANSFER, AssetPower.BURN, AssetPower.FREEZE)


async def test_a_collections_permanent_plugins_count_unless_the_asset_has_its_own() -> None:
    of_all = {
        PERMANENT_FREEZE: (SOMEBODY, b"\1"),
        PERMANENT_TRANSFER: (SOMEBODY, b""),
        # Not inherited.
        BURN: (SOMEBODY, b""),
    }
    band = core_collection("band", plugins=of_all)
    asset = core_asset("Ape", collection=band.address)
    found = await read(asset, band)
    assert (found.collection, found.collection_name, found.frozen) == (band.address, "band", True)
    assert found.powers == (AssetPower.TRANSFER, AssetPower.FREEZE)
    own = core_asset("Ape", collection=band.address, plugins={PERMANENT_FREEZE: (OWNER, b"\0")})
    found = await read(own, band)
    assert (found.frozen, found.powers) == (False, (AssetPower.TRANSFER,))


async def test_what_was_not_read_is_unknown() -> None:
    # A registry behind a megabyte of somebody's data, a collection that is gone, and one that is none.
    far = core_asset("far", plugins={ATTRIBUTES: (OWNER, bytes(HEAD)), TRANSFER: (SOMEBODY, b"")})
    lost = core_asset("lost", collection=address("gone"))
    odd = core_asset("odd", collection=far.address)
    for found in (await read(far), await read(lost), await read(odd, far)):
        assert (found.frozen, found.powers, found.collection_name) == (None, None, None)
        assert found.name in {"far", "lost", "odd"}
    chain = FakeChain()
    put(chain, core_collection("band"), replace(core_asset("system"), owner=SYSTEM))
    assert await ChainCoreAssets(chain).of([address("band"), address("system"), address("nowhere")]) == {}


async def test_a_name_is_made_readable() -> None:
    assert (await read(core_asset("a", name="\u202eevil\n" + "x" * 100))).name == "evil " + "x" * 42 + "…"
    assert (await read(core_asset("b", name="\u200b"))).name is None


@given(st.integers(0, 400), st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(length: int, tail: bytes) -> None:
    plugins = {FREEZE: (SOMEBODY, b"\1"), PERMANENT_BURN: (UPDATE_AUTHORITY, b"")}
    for whole, read_ in (
        (core_asset("Ape", plugins=plugins), read_asset),
        (core_collection("b"), read_collection),
    ):
        try:
            found = read_(replace(whole, data=whole.data[:length] + tail))
        except Unreadable:
            continue
        assert found.plugins is None or len(found.plugins) <= 256
