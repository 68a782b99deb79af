"""Who is behind a token or a wallet, on a chain where money really moves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from solders.keypair import Keypair

from svm_node.testing import RunningNode, running_node
from tests.fakes.metrics import FakeMetrics
from traffic.actions import Chain
from traffic.mints import Extensions, Metadata
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.inspection.people import TokenPeople, WalletPeople
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.activities import Activity
from walletwatch.domain.inspection.creator import Deployments, OriginSource, TokenNow, TokenOrigin
from walletwatch.domain.inspection.funding import FundingChain, FundingEnd
from walletwatch.domain.inspection.network import Bond, Network
from walletwatch.domain.profile import ChainProfile, KnownAddress, Role

pytestmark = pytest.mark.integration

WHOLE = 10**9


@dataclass
class World:
    """The faucet funds a whale, the whale a go-between, and that one the maker of tokens."""

    node: RunningNode
    acts: Chain
    chain: RpcChain
    whale: Keypair
    between: Keypair
    maker: Keypair

    @property
    def faucet(self) -> str:
        return str(self.node.node.chain.faucet.pubkey())

    def profile(self, *known: str) -> ChainProfile:
        labels = {address: KnownAddress("Faucet", Role.EXCHANGE) for address in known}
        return ChainProfile("local", "XNT", None, labels=labels)

    async def activities(self, wallet: str) -> Sequence[Activity]:
        infos = await self.chain.past(wallet, not_before=0, limit=400)
        results = await self.chain.transactions([info.signature for info in infos])
        decoded = [decode_transaction(result, wallet) for result in results.values()]
        return [activity for activity in decoded if activity is not None]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_node(slot_ms=5) as node, Chain(node.url) as acts:
        client = RpcClient([node.url], metrics=FakeMetrics())
        whale, between, maker = Keypair(), Keypair(), Keypair()
        await acts.airdrop(whale.pubkey(), 1000 * WHOLE)
        await acts.transfer_native(whale, between.pubkey(), 500 * WHOLE)
        await acts.transfer_native(between, maker.pubkey(), 100 * WHOLE)
        yield World(node, acts, RpcChain(client), whale, between, maker)
        await client.close()


async def test_who_made_a_token_what_else_and_with_whose_money(world: World) -> None:
    maker = str(world.maker.pubkey())
    earlier, _ = await world.acts.create_mint(
        world.maker, extensions=Extensions(metadata=Metadata("Earlier", "ERL"))
    )
    mint, creation = await world.acts.create_mint(world.maker, freeze_authority=world.maker.pubkey())
    await world.acts.mint_to(mint, world.maker, world.whale.pubkey(), 700)
    await world.acts.freeze(mint, world.maker, world.whale.pubkey())
    await world.acts.set_mint_authority(mint, world.maker, None)
    # Whoever else has to do with the mint has not made it.
    await world.acts.transfer_native(world.whale, mint.address, WHOLE)

    people = TokenPeople(world.chain, world.profile())
    world.node.node.calls.clear()
    facts = dict(await people.origin(str(mint.address), {}))
    facts |= await people.creator(str(mint.address), facts)

    origin = facts[TokenOrigin]
    assert (origin.creator, origin.source, origin.signature) == (
        maker, OriginSource.CREATION, creation.signature,
    )  # fmt: skip
    made = facts[Deployments]
    assert made.complete
    assert {token.mint for token in made.tokens} == {str(earlier.address), str(mint.address)}
    token = next(each for each in made.tokens if each.mint == str(mint.address))
    assert isinstance(token.now, TokenNow)
    assert (token.now.supply, token.now.mint_authority, token.now.freeze_authority) == (700, None, maker)
    # Nobody could buy any when they were minted.
    assert (token.mintings, token.removals, len(token.freezes)) == ((), (), 1)
    funding = facts[FundingChain]
    assert funding.funders == (str(world.between.pubkey()), str(world.whale.pubkey()))
    assert [hop.lamports for hop in funding.hops] == [100 * WHOLE, 500 * WHOLE]
    assert funding.end is FundingEnd.FAR_ENOUGH
    assert world.node.node.calls["getSignaturesForAddress"] == 4
    assert world.node.node.calls["getMultipleAccounts"] == 1


async def test_a_wallets_money_is_followed_to_where_it_is_known(world: World) -> None:
    maker = str(world.maker.pubkey())
    people = WalletPeople(world.chain, world.profile(world.faucet))
    facts = await people.read(maker, await world.activities(maker), whole=True)
    funding = facts[FundingChain]
    assert funding.funders == (str(world.between.pubkey()), str(world.whale.pubkey()), world.faucet)
    assert (funding.end, funding.known) == (FundingEnd.KNOWN, KnownAddress("Faucet", Role.EXCHANGE))


async def test_wallets_that_one_hand_fills_alike_are_found_from_each_of_them(world: World) -> None:
    puppets = [Keypair() for _ in range(4)]
    for puppet in puppets:
        await world.acts.transfer_native(world.between, puppet.pubkey(), 3 * WHOLE)
    await world.acts.transfer_native(world.between, world.whale.pubkey(), 3 * WHOLE)
    one = str(puppets[0].pubkey())
    facts = await WalletPeople(world.chain, world.profile()).read(
        one, await world.activities(one), whole=True
    )
    (group,) = facts[Network].groups
    # The whale got the same, but had money before.
    assert (group.bond, group.hub) == (Bond.FUNDED_ALIKE, str(world.between.pubkey()))
    assert group.members == tuple(sorted(str(puppet.pubkey()) for puppet in puppets))
    assert [contact.address for contact in facts[Network].contacts] == [str(world.between.pubkey())]
    beyond = {link.beyond.address for link in facts[Network].links}
    assert {str(world.maker.pubkey()), str(world.whale.pubkey())} <= beyond
