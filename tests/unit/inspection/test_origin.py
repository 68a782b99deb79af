"""Who made a token: by its first transactions, else by what the metadata say, else unknown."""

from dataclasses import replace

import pytest

from tests.unit.chain.scenes import Story, address
from tests.unit.inspection.lives import Lives, made
from walletwatch.chain.inspection import histories
from walletwatch.chain.inspection.origin import read_origin
from walletwatch.chain.tokens.metadata import metaplex_address, read_metaplex_makers
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.creator import OriginSource, TokenOrigin
from walletwatch.domain.inspection.mint import Extensions, MintState, OwnMetadata
from walletwatch.domain.programs import METAPLEX, TOKEN_2022
from walletwatch.domain.risk import Unknown, UnknownReason

MINT, MAKER, RELAY, FAN = (address(name) for name in ("mint", "maker", "relay", "fan"))


@pytest.fixture
def lives() -> Lives:
    return Lives()


async def test_the_maker_is_the_authority_that_signed(lives: Lives) -> None:
    signature = lives.land(made(MINT, MAKER), MINT)
    lives.land(Story(FAN).pay(FAN, MINT, 5), MINT)
    origin = await read_origin(lives.chain, MINT)
    assert origin == TokenOrigin(
        MINT, MAKER, OriginSource.CREATION, signature, lives.chain.current_slot - 1, lives.now - 10
    )
    assert lives.chain.calls == ["past", "past", "transactions"]


async def test_a_launchpad_has_the_authority_and_the_maker_pays(lives: Lives) -> None:
    lives.land(made(MINT, address("launchpad"), payer=MAKER), MINT)
    origin = await read_origin(lives.chain, MINT)
    assert isinstance(origin, TokenOrigin)
    assert (origin.creator, origin.is_certain) == (MAKER, True)


async def test_what_others_did_to_the_address_before_it_was_a_mint_is_no_creation(lives: Lives) -> None:
    lives.land(Story(FAN).pay(FAN, MINT, 5), MINT)
    lives.fail(MINT)
    lives.land(made(address("another"), RELAY), MINT)
    lives.land(made(MINT, MAKER), MINT)
    origin = await read_origin(lives.chain, MINT)
    assert isinstance(origin, TokenOrigin)
    assert origin.creator == MAKER


async def test_a_node_that_has_forgotten_the_creation_names_nobody(lives: Lives) -> None:
    lives.land(Story(FAN).pay(FAN, MINT, 5), MINT)
    assert await read_origin(lives.chain, MINT) == Unknown(UnknownReason.NOT_KEPT)


async def test_a_chain_that_does_not_answer_names_nobody(lives: Lives) -> None:
    lives.land(made(MINT, MAKER), MINT)
    lives.chain.down = True
    assert await read_origin(lives.chain, MINT) == Unknown(UnknownReason.UNAVAILABLE)


class TestBusyMints:
    @pytest.fixture(autouse=True)
    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(histories, "PAGE", 3)

    def trade(self, lives: Lives, times: int) -> None:
        for _ in range(times):
            lives.land(Story(FAN).pay(FAN, MINT, 5), MINT)

    async def test_the_metadata_account_was_made_with_the_mint(self, lives: Lives) -> None:
        lives.land(made(MINT, MAKER), MINT, metaplex_address(MINT))
        self.trade(lives, 9)
        origin = await read_origin(lives.chain, MINT)
        assert isinstance(origin, TokenOrigin)
        assert (origin.creator, origin.source) == (MAKER, OriginSource.CREATION)
        assert lives.chain.calls == ["past", "past", "transactions"]

    async def test_who_made_only_the_metadata_account_is_probably_the_maker(self, lives: Lives) -> None:
        lives.land(made(MINT, RELAY), MINT)
        lives.land(Story(MAKER).pay(MAKER, metaplex_address(MINT), 5), metaplex_address(MINT))
        self.trade(lives, 9)
        origin = await read_origin(lives.chain, MINT)
        assert isinstance(origin, TokenOrigin)
        assert (origin.creator, origin.is_certain) == (MAKER, False)

    async def test_without_metadata_a_second_page_is_read(self, lives: Lives) -> None:
        lives.land(made(MINT, MAKER), MINT)
        self.trade(lives, 4)
        origin = await read_origin(lives.chain, MINT)
        assert isinstance(origin, TokenOrigin)
        assert origin.creator == MAKER

    async def test_beyond_two_pages_the_metadata_say_who_probably_made_it(self, lives: Lives) -> None:
        self.trade(lives, 9)
        assert await read_origin(lives.chain, MINT) == Unknown(UnknownReason.TOO_MUCH)
        place = metaplex_address(MINT)
        lives.chain.data[place] = _metadata()
        origin = await read_origin(lives.chain, MINT)
        assert origin == TokenOrigin(MINT, FAN, OriginSource.METADATA, None, 77, None)

    async def test_token_2022_names_the_probable_maker_in_the_mint(self, lives: Lives) -> None:
        self.trade(lives, 9)
        state = MintState(
            MINT, True, 1, 6, None, None, Extensions(metadata=OwnMetadata("Coin", "C", "", MAKER)), 88
        )
        origin = await read_origin(lives.chain, MINT, state=state)
        assert origin == TokenOrigin(MINT, MAKER, OriginSource.METADATA, None, 88, None)
        nobody = replace(state, extensions=Extensions(metadata=OwnMetadata("Coin", "C", "", None)))
        assert await read_origin(lives.chain, MINT, state=nobody) == Unknown(UnknownReason.TOO_MUCH)


def _metadata(*, signed: bool = True, creators: int = 1, owner: str = METAPLEX) -> AccountData:
    texts = b"".join(len(text).to_bytes(4, "little") + text for text in (b"Coin\0\0", b"C\0", b"uri"))
    entries = (decode_address(RELAY) + b"\0\0" + decode_address(FAN) + bytes([signed]) + b"d") * creators
    listed = b"\1" + (2 * creators).to_bytes(4, "little") + entries if creators else b"\0"
    data = b"\4" + decode_address(MAKER) + decode_address(MINT) + texts + bytes(2) + listed
    return AccountData(metaplex_address(MINT), owner, 1, data, 77)


def test_creators_count_where_they_signed() -> None:
    assert read_metaplex_makers(_metadata(), MINT) == (FAN, MAKER)
    assert read_metaplex_makers(_metadata(signed=False), MINT) == (MAKER,)
    assert read_metaplex_makers(_metadata(creators=0), MINT) == (MAKER,)
    assert read_metaplex_makers(_metadata(), FAN) == ()
    assert read_metaplex_makers(_metadata(owner=TOKEN_2022), MINT) == ()
