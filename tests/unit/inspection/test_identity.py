"""What is read of a token's identity, and with how many calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from solders.pubkey import Pubkey

from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher
from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.inspection.identity import (
    IDENTITY_FACTS,
    IDENTITY_NEEDS,
    MAX_TEXT,
    IdentityReader,
    Outside,
)
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.listed_pictures import INCOMPLETE_FOR, KNOWN_FOR, ListedPictures
from walletwatch.chain.inspection.parts import FLEETING, STEADY, Part, PartReader
from walletwatch.chain.tokens.metadata import metaplex_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.fetching import Miss, Missed, Refusal, Refused, Wanted
from walletwatch.domain.inspection.identity import (
    Description,
    Listed,
    MetadataFile,
    Picture,
    Sameness,
    Twin,
    Useless,
    WrittenNames,
)
from walletwatch.domain.inspection.mint import Extensions, MintState, OwnMetadata, Pointer
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.programs import METAPLEX, TOKEN
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.domain.tokens import IdentitySource

PROFILE = PROFILES["x1-mainnet"]
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
MINT = str(Pubkey(bytes([7] * 32)))
OTHER = str(Pubkey(bytes([8] * 32)))
FILE = "https://a.example/1.json"
IMAGE = "https://a.example/1.png"
USDC_FILE, USDC_IMAGE = "https://usdc.example/x.json", "https://usdc.example/x.png"
PNG = b"\x89PNG of a dollar"


def borsh(text: str) -> bytes:
    return len(text.encode()).to_bytes(4, "little") + text.encode()


def metaplex(mint: str, name: str, symbol: str, uri: str) -> AccountData:
    data = bytes([4]) + bytes(32) + bytes(Pubkey.from_string(mint)) + borsh(name) + borsh(symbol) + borsh(uri)
    return AccountData(metaplex_address(mint), METAPLEX, 1, data, 55)


def classic(mint: str) -> AccountData:
    return AccountData(mint, TOKEN, 1, bytes(44) + bytes([6, 1]) + bytes(36), 55)


def state(**extensions: Any) -> MintState:
    return MintState(MINT, bool(extensions), 10**15, 6, None, None, Extensions(**extensions), 99)


def own(name: str = "Alphabet", symbol: str = "ABC", uri: str = FILE) -> MintState:
    metadata = OwnMetadata(name, symbol, uri, None)
    return state(metadata=metadata, metadata_pointer=Pointer(MINT, None))


@dataclass
class World:
    chain: FakeChain = field(default_factory=FakeChain)
    fetcher: FakeFetcher = field(default_factory=FakeFetcher)
    clock: FakeClock = field(default_factory=FakeClock)
    cache: FakeCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)

    def add(self, *accounts: AccountData) -> None:
        self.chain.data |= {account.address: account for account in accounts}

    def list_usdc(self) -> None:
        """The listed token has a picture."""
        self.add(classic(USDC), metaplex(USDC, "USD Coin on X1", "USDC.x", USDC_FILE))
        self.fetcher.put(USDC_FILE, {"name": "USD Coin on X1", "symbol": "USDC.x", "image": USDC_IMAGE})
        self.fetcher.put(USDC_IMAGE, PNG)

    def reader(self, *, opens_links: bool = True) -> IdentityReader:
        pictures = ListedPictures(self.chain, self.fetcher, PROFILE, self.cache, FakeMetrics())
        return IdentityReader(self.chain, PROFILE, Outside(self.fetcher, pictures) if opens_links else None)

    async def read(self, mint: MintState | Unknown, **more: Any) -> Facts:
        return await self.reader(**more).read(MINT, {MintState: mint})


@pytest.fixture
def world() -> World:
    return World()


async def test_names_in_the_mint_itself_cost_no_call(world: World) -> None:
    world.fetcher.put(FILE, {"name": "Alphabet", "symbol": "ABC"})
    facts = await world.read(own())
    assert facts == {
        WrittenNames: WrittenNames(MINT, IdentitySource.TOKEN_2022, "Alphabet", "ABC", FILE, (), None, 99),
        MetadataFile: MetadataFile(FILE, Description("Alphabet", "ABC", None, None)),
    }
    assert world.chain.calls == []
    assert world.fetcher.asked == [(FILE, Wanted.JSON)]


async def test_names_elsewhere_cost_one(world: World) -> None:
    world.add(metaplex(MINT, "Alphabet\0\0", "ABC\0", f"{FILE}\0\0"))
    names = (await world.read(state()))[WrittenNames]
    assert names == WrittenNames(
        metaplex_address(MINT), IdentitySource.METAPLEX, "Alphabet", "ABC", FILE, (), None, 55
    )
    assert world.chain.calls == ["accounts"]


async def test_names_where_the_mint_points_to_cost_one_too(world: World) -> None:
    world.add(replace(metaplex(MINT, "Far", "FAR", ""), address=OTHER), metaplex(MINT, "Near", "NEAR", FILE))
    facts = await world.read(state(metadata_pointer=Pointer(OTHER, None)))
    assert facts == {
        WrittenNames: WrittenNames(OTHER, IdentitySource.METAPLEX, "Far", "FAR", None, (), None, 55)
    }
    assert world.chain.calls == ["accounts"]
    # Without a pointer to itself the mint does not stand by what is written in it.
    astray = own(name="Inside")
    astray = replace(astray, extensions=replace(astray.extensions, metadata_pointer=Pointer(OTHER, None)))
    assert (await world.read(astray))[WrittenNames].name == "Far"


async def test_a_token_without_a_name(world: World) -> None:
    facts = await world.read(state())
    assert facts == {WrittenNames: WrittenNames(MINT, IdentitySource.NONE, None, None, None, (), None, 99)}
    assert world.fetcher.asked == []


async def test_texts_are_cut_and_cleaned_and_what_was_hidden_is_told(world: World) -> None:
    names = (await world.read(own("A" * 5_000 + "\u202e", "A\u200bB\u202eC\u200b", f" {FILE} ")))[
        WrittenNames
    ]
    assert names.name is not None
    assert len(names.name) == MAX_TEXT
    assert (names.symbol, names.link) == ("ABC", FILE)
    assert names.hidden == ("U+200B", "U+202E")


@pytest.mark.parametrize(
    ("name", "symbol", "imitated"),
    [
        ("Whatever", "USD\u0421.x", Listed(USDC, "USDC.x")),
        ("USD Coin on X1", "FREE", Listed(USDC, "USDC.x")),
        ("Money", "XNT", Listed("native", "XNT")), ("Alphabet", "ABC", None),
    ],
)  # fmt: skip
async def test_whose_name_it_bears(world: World, name: str, symbol: str, imitated: Listed | None) -> None:
    assert (await world.read(own(name, symbol, "")))[WrittenNames].imitates == imitated
    world.fetcher.put(FILE, {"name": name, "symbol": symbol})
    assert (await world.read(own()))[MetadataFile].content.imitates == imitated


async def test_a_listed_token_is_nobodys_imitation(world: World) -> None:
    world.list_usdc()
    mint = replace(state(), address=USDC)
    facts = await world.reader().read(USDC, {MintState: mint})
    assert facts[WrittenNames].imitates is None
    assert facts[MetadataFile].content.imitates is None
    assert facts[Picture].twin is None


@pytest.mark.parametrize(
    ("file", "description"),
    [
        ({}, Description(None, None, None, None)),
        ({"name": 7, "symbol": ["x"], "image": None}, Description(None, None, None, None)),
        ({"name": "  ", "symbol": "A\u200bB"}, Description(None, "AB", None, None)),
        (b'\xef\xbb\xbf{"name": "x"}', Description("x", None, None, None)),
        ([], Useless(Refusal.CONTENT_TYPE)), (b"", Useless(Refusal.CONTENT_TYPE)),
        (b"<html>", Useless(Refusal.CONTENT_TYPE)), (b"[" * 60_000, Useless(Refusal.CONTENT_TYPE)),
        (b'{"name": "\xff"}', Useless(Refusal.CONTENT_TYPE)), (b'"name"', Useless(Refusal.CONTENT_TYPE)),
    ],
)  # fmt: skip
async def test_what_a_file_says(world: World, file: object, description: Description | Useless) -> None:
    world.fetcher.put(FILE, file)
    assert (await world.read(own()))[MetadataFile] == MetadataFile(FILE, description)


@pytest.mark.parametrize("why", [*Refusal, Miss.NOT_FOUND])
async def test_a_link_to_nothing_useful(world: World, why: Refusal | Miss) -> None:
    world.fetcher.files[FILE] = Refused(why) if isinstance(why, Refusal) else Missed(why)
    facts = await world.read(own())
    assert facts[MetadataFile] == MetadataFile(FILE, Useless(why))
    assert Picture not in facts


@pytest.mark.parametrize("why", [Miss.TIMED_OUT, Miss.UNREACHABLE])
async def test_what_did_not_answer_is_unknown(world: World, why: Miss) -> None:
    world.fetcher.files[FILE] = Missed(why)
    unknown = Unknown(UnknownReason.UNREACHABLE)
    facts = await world.read(own())
    assert (facts[MetadataFile], facts[Picture]) == (unknown, unknown)
    assert facts[WrittenNames].name == "Alphabet"


async def test_without_the_chain_or_the_mint_all_is_unknown(world: World) -> None:
    unknown = Unknown(UnknownReason.UNREADABLE)
    assert await world.read(unknown) == dict.fromkeys(IDENTITY_FACTS, unknown)
    torn = state(unreadable=(19,), metadata_pointer=Pointer(MINT, None))
    assert await world.read(torn) == dict.fromkeys(IDENTITY_FACTS, unknown)
    world.chain.down = True
    unavailable = Unknown(UnknownReason.UNAVAILABLE)
    assert await world.read(state()) == dict.fromkeys(IDENTITY_FACTS, unavailable)
    assert world.fetcher.asked == []


async def test_a_deployment_that_opens_no_links(world: World) -> None:
    off = Unknown(UnknownReason.SWITCHED_OFF)
    facts = await world.read(own(), opens_links=False)
    assert (facts[MetadataFile], facts[Picture]) == (off, off)
    assert facts[WrittenNames].link == FILE
    assert world.fetcher.asked == []
    assert set(await world.read(state(), opens_links=False)) == {WrittenNames}


class TestPictures:
    """Those of others are compared with those of the listed tokens."""

    @pytest.fixture(autouse=True)
    def _listed(self, world: World) -> None:
        world.list_usdc()
        world.fetcher.put(FILE, {"name": "Alphabet", "image": IMAGE})
        world.fetcher.put(IMAGE, b"another")

    async def picture(self, world: World) -> Picture | Unknown:
        found: Picture | Unknown = (await world.read(own()))[Picture]
        return found

    async def test_a_picture_of_its_own(self, world: World) -> None:
        picture = await self.picture(world)
        assert isinstance(picture, Picture)
        assert (picture.link, picture.twin) == (IMAGE, None)
        assert picture.sha256 is not None
        assert len(picture.sha256) == 64

    async def test_the_same_bytes(self, world: World) -> None:
        world.fetcher.put(IMAGE, PNG)
        picture = await self.picture(world)
        assert isinstance(picture, Picture)
        assert picture.twin == Twin(Listed(USDC, "USDC.x"), Sameness.CONTENT)

    @pytest.mark.parametrize("outcome", [None, Missed(Miss.TIMED_OUT), Refused(Refusal.TOO_LARGE)])
    async def test_the_same_link_whether_it_can_be_had_or_not(self, world: World, outcome: Any) -> None:
        world.fetcher.put(FILE, {"image": f" {USDC_IMAGE}"})
        if outcome is not None:
            world.fetcher.files[USDC_IMAGE] = outcome
        picture = await self.picture(world)
        assert isinstance(picture, Picture)
        assert picture.twin == Twin(Listed(USDC, "USDC.x"), Sameness.LINK)

    async def test_no_picture_at_all(self, world: World) -> None:
        del world.fetcher.files[IMAGE]
        assert await self.picture(world) == Picture(IMAGE, None, None)
        world.fetcher.put(FILE, {"name": "x"})
        assert Picture not in await world.read(own())

    async def test_a_picture_that_does_not_come_is_unknown(self, world: World) -> None:
        world.fetcher.files[IMAGE] = Missed(Miss.TIMED_OUT)
        assert await self.picture(world) == Unknown(UnknownReason.UNREACHABLE)

    async def test_the_listed_ones_are_read_once_a_day_with_one_call(self, world: World) -> None:
        for _ in range(3):
            await self.picture(world)
        assert world.chain.calls == ["accounts"]
        assert world.fetcher.asked.count((USDC_IMAGE, Wanted.IMAGE)) == 1
        world.clock.advance(KNOWN_FOR.total_seconds() + 1)
        await self.picture(world)
        assert world.chain.calls == ["accounts"] * 2

    @pytest.mark.parametrize("link", [USDC_FILE, USDC_IMAGE])
    async def test_where_one_of_them_is_missing_nothing_is_called_its_own(
        self, world: World, link: str
    ) -> None:
        there = world.fetcher.files[link]
        world.fetcher.files[link] = Missed(Miss.UNREACHABLE)
        assert await self.picture(world) == Unknown(UnknownReason.UNREACHABLE)
        world.fetcher.files[link] = there
        world.clock.advance(INCOMPLETE_FOR.total_seconds() + 1)
        assert isinstance(await self.picture(world), Picture)

    async def test_a_listed_token_without_a_picture_is_not_missing(self, world: World) -> None:
        world.fetcher.files[USDC_FILE] = Missed(Miss.NOT_FOUND)
        assert isinstance(await self.picture(world), Picture)

    async def test_without_the_chain_they_are_unknown_and_asked_for_again(self, world: World) -> None:
        world.chain.down = True
        assert await self.picture(world) == Unknown(UnknownReason.UNAVAILABLE)
        world.chain.down = False
        assert isinstance(await self.picture(world), Picture)


async def test_facts_are_kept_for_a_day_and_what_did_not_answer_for_minutes(world: World) -> None:
    async def mint(_subject: str, _facts: Facts) -> Mapping[type, Any]:
        return {MintState: own()}

    parts = [
        Part("mint", (MintState,), STEADY, mint),
        Part("identity", IDENTITY_FACTS, STEADY, world.reader().read, IDENTITY_NEEDS),
    ]
    reader = PartReader(
        parts, cache=world.cache, clock=world.clock, metrics=FakeMetrics(), chain=PROFILE.name
    )
    world.fetcher.files[FILE] = Missed(Miss.TIMED_OUT)
    for _ in range(2):
        facts = (await reader.read(MINT)).facts
        assert facts[MetadataFile] == Unknown(UnknownReason.UNREACHABLE)
    assert len(world.fetcher.asked) == 1
    world.fetcher.put(FILE, {"name": "Alphabet", "image": IMAGE})
    world.clock.advance(FLEETING.total_seconds() + 1)
    assert (await reader.read(MINT)).facts[MetadataFile].content.name == "Alphabet"
    asked = len(world.fetcher.asked)
    world.clock.advance(FLEETING.total_seconds() + 1)
    assert (await reader.read(MINT)).facts[Picture] == Picture(IMAGE, None, None)
    assert len(world.fetcher.asked) == asked


@pytest.mark.parametrize(
    "fact",
    [
        WrittenNames(MINT, IdentitySource.NONE, None, "x", None, ("U+202E",), Listed(USDC, "USDC.x"), 1),
        MetadataFile(FILE, Useless(Miss.NOT_FOUND)), MetadataFile(FILE, Useless(Refusal.HTTP)),
        MetadataFile(FILE, Description("a", None, IMAGE, Listed("native", "XNT"))),
        Picture(IMAGE, "00", Twin(Listed(USDC, "USDC.x"), Sameness.CONTENT)), Picture(IMAGE, None, None),
    ],
)  # fmt: skip
def test_facts_survive_the_cache(fact: Any) -> None:
    assert decode(encode(fact), type(fact) | Unknown) == fact
