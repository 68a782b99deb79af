"""Random traffic to and from one wallet, as somebody who tries the bot out wants to see it."""

import random
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from traffic.actions import Action, Chain
from traffic.actors import Actors
from traffic.mints import Extensions, Metadata, Mint

WHOLE_NATIVE = 10**9
WHOLE_TOKEN = 10**6
_FUNDS = 1_000 * WHOLE_NATIVE
_LOW_FUNDS = 50 * WHOLE_NATIVE
_TOKENS = 1_000_000 * WHOLE_TOKEN
_TRANSFER_FEE = (100, 50 * WHOLE_TOKEN)


class Kind(StrEnum):
    """What happens to the wallet; those that end in "out", and swap, need its keys."""

    NATIVE_IN = "native-in"
    NATIVE_MANY = "native-many"
    TOKEN_IN = "token-in"  # noqa: S105 - a kind of transfer
    FEE_TOKEN_IN = "fee-token-in"  # noqa: S105 - a kind of transfer
    FAILED = "failed"
    NATIVE_OUT = "native-out"
    TOKEN_OUT = "token-out"  # noqa: S105 - a kind of transfer
    SWAP = "swap"


NEEDS_KEYS = frozenset({Kind.NATIVE_OUT, Kind.TOKEN_OUT, Kind.SWAP})


class MissingKeys(Exception):
    """A kind of traffic was asked for that only the wallet's owner can make."""


class RandomTraffic:
    """Makes one random transaction after the other."""

    def __init__(
        self,
        chain: Chain,
        actors: Actors,
        wallet: Pubkey,
        *,
        kinds: Sequence[Kind] = (),
        randomness: random.Random | None = None,
    ) -> None:
        """Choose what can happen.

        Raises:
            MissingKeys: A kind was asked for that needs keys which `actors` does not have.
        """
        self._chain = chain
        self._actors = actors
        self._wallet = wallet
        self._owner = actors.find(wallet)
        self._random = randomness or random.Random()  # noqa: S311 - play money
        if self._owner is None and (refused := NEEDS_KEYS.intersection(kinds)):
            raise MissingKeys(f"{', '.join(sorted(refused))}: the keys of {wallet} are not in {actors.path}")
        possible = [kind for kind in Kind if self._owner is not None or kind not in NEEDS_KEYS]
        self._kinds = list(kinds) or possible

    async def prepare(self) -> None:
        """Fund the actors and make the tokens, as far as they are not there yet."""
        self._actors.enter(str((await self._chain.client.get_genesis_hash()).value))
        for name in ("payer", "pool"):
            await self._fund(self._actors.get(name).pubkey())
        if self._owner is not None:
            await self._fund(self._wallet)
        issuer = self._actors.get("payer")
        await self._make_mint("classic", issuer, None)
        await self._make_mint(
            "fee", issuer, Extensions(transfer_fee=_TRANSFER_FEE, metadata=Metadata("Toll Token", "TOLL"))
        )
        self._actors.save()

    async def step(self) -> Action:
        """Make one transaction and wait until it is confirmed."""
        make = self._makers()[self._random.choice(self._kinds)]
        return await make()

    def _makers(self) -> dict[Kind, Callable[[], Awaitable[Action]]]:
        return {
            Kind.NATIVE_IN: self._native_in,
            Kind.NATIVE_MANY: self._native_many,
            Kind.TOKEN_IN: lambda: self._token_in(self._mint("classic")),
            Kind.FEE_TOKEN_IN: lambda: self._token_in(self._mint("fee")),
            Kind.FAILED: self._failed,
            Kind.NATIVE_OUT: self._native_out,
            Kind.TOKEN_OUT: self._token_out,
            Kind.SWAP: self._swap,
        }

    async def _native_in(self) -> Action:
        return await self._chain.transfer_native(self._payer, self._wallet, self._lamports())

    async def _native_many(self) -> Action:
        amounts = {self._wallet: self._lamports(), self._pool.pubkey(): self._lamports()}
        return await self._chain.transfer_native_to_many(self._payer, amounts)

    async def _token_in(self, mint: Mint) -> Action:
        return await self._chain.transfer_token(
            mint, self._payer, self._wallet, self._tokens(), creates_account=True
        )

    async def _failed(self) -> Action:
        sender = self._owner or self._payer
        return await self._chain.transfer_native_in_vain(sender, self._wallet)

    async def _native_out(self) -> Action:
        return await self._chain.transfer_native(self._keys, self._pool.pubkey(), self._lamports())

    async def _token_out(self) -> Action:
        mint, amount = self._mint("classic"), self._tokens()
        await self._chain.mint_to(mint, self._payer, self._wallet, amount)
        return await self._chain.transfer_token(
            mint, self._keys, self._pool.pubkey(), amount, creates_account=True
        )

    async def _swap(self) -> Action:
        gives, gets = self._tokens(), self._tokens()
        await self._chain.mint_to(self._mint("classic"), self._payer, self._wallet, gives)
        await self._chain.mint_to(self._mint("fee"), self._payer, self._pool.pubkey(), gets)
        return await self._chain.swap(
            self._keys,
            self._pool,
            gives=(self._mint("classic"), gives),
            gets=(self._mint("fee"), gets),
            gets_lamports=self._lamports(),
        )

    async def _fund(self, address: Pubkey) -> None:
        balance = (await self._chain.client.get_balance(address)).value
        if balance < _LOW_FUNDS:
            await self._chain.airdrop(address, _FUNDS)

    async def _make_mint(self, name: str, issuer: Keypair, extensions: Extensions | None) -> None:
        if name in self._actors.mints:
            return
        mint, _ = await self._chain.create_mint(issuer, extensions=extensions)
        await self._chain.mint_to(mint, issuer, issuer.pubkey(), _TOKENS)
        self._actors.mints[name] = mint

    @property
    def _payer(self) -> Keypair:
        return self._actors.get("payer")

    @property
    def _pool(self) -> Keypair:
        return self._actors.get("pool")

    @property
    def _keys(self) -> Keypair:
        if self._owner is None:
            raise MissingKeys(f"the keys of {self._wallet} are not known")
        return self._owner

    def _mint(self, name: str) -> Mint:
        return self._actors.mints[name]

    def _lamports(self) -> int:
        return self._random.randrange(WHOLE_NATIVE // 1_000, 5 * WHOLE_NATIVE)

    def _tokens(self) -> int:
        return self._random.randrange(WHOLE_TOKEN // 100, 1_000 * WHOLE_TOKEN)
