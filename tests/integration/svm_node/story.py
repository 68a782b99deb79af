"""A bit of everything, done on a chain through its RPC."""

from dataclasses import dataclass, field

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from svm_node.testing import RunningNode
from traffic.actions import Action, Chain
from traffic.mints import Extensions, Metadata, Mint

WHOLE = 10**9


@dataclass(slots=True)
class Story:
    """Who took part, and what they did in order."""

    alice: Keypair
    bob: Keypair
    pool: Keypair
    classic: Mint
    modern: Mint
    stake: Pubkey
    vote: Pubkey
    actions: list[Action] = field(default_factory=list)

    def signature(self, kind: str) -> str:
        """The first action of a kind."""
        return next(action.signature for action in self.actions if action.kind == kind)


async def tell_story(running: RunningNode) -> Story:
    """Let things happen, and wait until they are final."""
    alice, bob, pool = Keypair(), Keypair(), Keypair()
    actions: list[Action] = []
    async with Chain(running.url) as chain:
        actions += [await chain.airdrop(key.pubkey(), 1_000 * WHOLE) for key in (alice, bob, pool)]
        classic, made = await chain.create_mint(alice, freeze_authority=alice.pubkey())
        actions.append(made)
        modern, made = await chain.create_mint(
            alice,
            extensions=Extensions(
                transfer_fee=(100, 10**7),
                metadata=Metadata("Toll Token", "TOLL", "https://toll.example/t.json"),
                permanent_delegate=pool.pubkey(),
                pausable=alice.pubkey(),
                close_authority=alice.pubkey(),
            ),
        )
        actions.append(made)
        actions += [
            await chain.mint_to(classic, alice, alice.pubkey(), 10**9),
            await chain.mint_to(modern, alice, alice.pubkey(), 10**9),
            await chain.mint_to(modern, alice, pool.pubkey(), 10**9),
            await chain.transfer_native(alice, bob.pubkey(), 2 * WHOLE),
            await chain.transfer_native_to_many(alice, {bob.pubkey(): WHOLE, pool.pubkey(): WHOLE}),
            await chain.transfer_token(classic, alice, bob.pubkey(), 5_000, creates_account=True),
            await chain.transfer_token(classic, alice, bob.pubkey(), 7_000),
            await chain.transfer_token(modern, alice, bob.pubkey(), 10**6, creates_account=True),
            await chain.transfer_token_in_vain(classic, alice, bob.pubkey()),
            await chain.swap(alice, pool, gives=(classic, 300), gets=(modern, 500), gets_lamports=WHOLE),
            await chain.approve(classic, alice, bob.pubkey(), 99),
            await chain.wrap_native(bob, WHOLE),
            await chain.memo(bob, "for the rent"),
        ]
        vote, made = await chain.create_validator(pool)
        actions.append(made)
        stake, made = await chain.stake(bob, vote, 5 * WHOLE)
        actions += [made, await chain.deactivate_stake(bob, stake)]
    running.chain.advance()
    running.chain.advance()
    return Story(alice, bob, pool, classic, modern, stake, vote, actions)
