"""Trying out whether a token can be moved, bought and sold (`simulateTransaction`): two requests.

The accounts that a trial depends on are read, then all trials are simulated in one batch.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.chain.inspection.authorities import LOADERS
from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.hook_accounts import list_address
from walletwatch.chain.inspection.instructions import MAX_BYTES, Swap, unsigned
from walletwatch.chain.inspection.owners import read_token_account
from walletwatch.chain.inspection.refusals import refusal
from walletwatch.chain.inspection.trials import Market, Planner, Token, Trial
from walletwatch.chain.prices.pool_account import is_pool, read_details
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData, Simulation, SimulationResult
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.holders import Holders, Holding, OwnerKind
from walletwatch.domain.inspection.liquidity import Liquidity, PoolState
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.inspection.tradability import Attempt, Failed, Passed, Tradability
from walletwatch.domain.profile import Exchange
from walletwatch.domain.programs import SYSTEM, TOKEN, TOKEN_2022
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.chain import Chain

SELLERS: Final = 2
HEAD: Final = 2048
"""Bytes of each account: a hook's list is the longest of those that are read, and code is not needed."""
ENOUGH_LAMPORTS: Final = 20_000_000
"""What a payer needs to have: deposits of three token accounts, a purchase and the fee."""


class TradabilityReader:
    """Reads `Tradability` of a mint.

    Args:
        exchange: None where there is nothing to buy or sell by.
    """

    def __init__(self, chain: Chain, exchange: Exchange | None) -> None:
        self._chain = chain
        self._exchange = exchange

    async def read(self, _subject: str, needed: Facts) -> Facts:
        """`Tradability` by what is known of the mint, its holders and its pools; nothing where it is none."""
        mint = needed.get(MintState)
        if mint is None:
            return {}
        if isinstance(mint, Unknown):
            return {Tradability: mint}
        holders, liquidity = needed.get(Holders), needed.get(Liquidity)
        largest = holders.largest if isinstance(holders, Holders) else ()
        pools = liquidity.pools if isinstance(liquidity, Liquidity) else ()
        if not largest and not pools:
            lacking = next((each for each in (holders, liquidity) if isinstance(each, Unknown)), None)
            return {Tradability: lacking or Unknown(UnknownReason.UNTRIED)}
        try:
            return {Tradability: await self._read(mint, largest, pools)}
        except (ChainRefused, ChainUnavailable) as error:
            return {Tradability: unknown(error)}

    async def _read(
        self, mint: MintState, largest: Sequence[Holding], pools: Sequence[PoolState]
    ) -> Tradability | Unknown:
        pool = next((each for each in pools if each.reserve), None)
        makers = _makers(mint, pool)
        sellers, other = _choose(largest, makers)
        hook = mint.extensions.hook.program if mint.extensions.hook else None
        wanted = [mint.address, *makers, *(each.account for each in (*sellers, *([other] if other else ())))]
        if pool is not None:
            wanted += [pool.address, pool.vault]
        if hook is not None:
            wanted += [hook, list_address(mint.address, hook)]
        accounts = await self._chain.accounts(list(dict.fromkeys(wanted)), head=HEAD)
        payer = _payer(largest, [accounts[maker] for maker in makers])
        if payer is None:
            return Unknown(UnknownReason.UNTRIED)
        token = Token(
            mint.address,
            TOKEN_2022 if mint.token_2022 else TOKEN,
            mint.decimals,
            hook,
            {address: account.data if account else None for address, account in accounts.items()},
        )
        market = None if pool is None else self._market(mint.address, pool, accounts)
        newcomer = encode_address(secrets.token_bytes(32))
        trials = Planner(token, market, payer=payer, newcomer=newcomer).trials(sellers, other)
        code = accounts[hook] if hook else None
        return await self._make(
            mint, trials, payer, hook, hook_exists=code is not None and code.owner in LOADERS
        )

    async def _make(
        self, mint: MintState, trials: Sequence[Trial], payer: str, hook: str | None, *, hook_exists: bool
    ) -> Tradability | Unknown:
        made = [(trial, unsigned(payer, trial.instructions)) for trial in trials if trial.instructions]
        fits = [(trial, wire) for trial, wire in made if len(wire) <= MAX_BYTES]
        if not fits:
            return Unknown(UnknownReason.UNTRIED)
        results = await self._chain.simulate(
            [Simulation(wire, (trial.arrives,) if trial.arrives else ()) for trial, wire in fits]
        )
        attempts = [
            _attempt(trial, _result(trial, result, mint.address, hook, hook_exists=hook_exists))
            for (trial, _), result in zip(fits, results, strict=True)
        ]
        tried = [trial for trial, _ in fits]
        attempts += [
            _attempt(trial, Unknown(UnknownReason.UNTRIED)) for trial in trials if trial not in tried
        ]
        return Tradability(mint.address, tuple(attempts), max(result.slot for result in results))

    def _market(
        self, mint: str, pool: PoolState, accounts: Mapping[str, AccountData | None]
    ) -> Market | None:
        account, vault = accounts[pool.address], accounts[pool.vault]
        held = None if vault is None else read_token_account(vault, mint)
        if self._exchange is None or account is None or held is None:
            return None
        if not is_pool(account, self._exchange.program):
            return None
        details = read_details(account)
        side = 0 if pool.vault_is_first else 1
        return Market(
            pool.vault,
            held[0],
            (pool.reserve, pool.counter_reserve),
            Swap(
                program=self._exchange.program,
                authority=held[0],
                config=details.config,
                pool=pool.address,
                observation=details.observation,
                owner=held[0],
                accounts=(pool.vault, pool.counter_vault),
                vaults=(pool.vault, pool.counter_vault),
                programs=(details.token_programs[side], details.token_programs[1 - side]),
                mints=(mint, pool.counter_mint),
            ),
        )


def _makers(mint: MintState, pool: PoolState | None) -> Sequence[str]:
    named = (mint.mint_authority, mint.freeze_authority, pool.creator if pool else None)
    return list(dict.fromkeys(each for each in named if each is not None))


def _choose(largest: Sequence[Holding], makers: Sequence[str]) -> tuple[Sequence[Holding], Holding | None]:
    """Who sends, and who else has an account: people who have no say, whose accounts are not frozen."""
    people = [each for each in largest if each.owner.kind is OwnerKind.PERSON]
    people.sort(key=lambda each: (each.frozen, each.owner.address in makers))
    sellers = people[:SELLERS]
    if len(people) == len(sellers) > 1:
        return sellers[:-1], sellers[-1]
    others = [each for each in people if each not in sellers]
    return sellers, next(iter(others), None)


def _payer(largest: Sequence[Holding], makers: Sequence[AccountData | None]) -> str | None:
    """The richest whose lamports are known."""
    rich = [
        (each.owner.lamports, each.owner.address) for each in largest if each.owner.kind is OwnerKind.PERSON
    ]
    rich += [
        (account.lamports, account.address)
        for account in makers
        if account is not None and account.owner == SYSTEM and not account.data
    ]
    lamports, address = max(rich, default=(0, ""))
    return address if lamports >= ENOUGH_LAMPORTS else None


def _attempt(trial: Trial, result: Passed | Failed | Unknown) -> Attempt:
    return Attempt(trial.kind, trial.swap, trial.account, trial.by, result)


def _result(
    trial: Trial, result: SimulationResult, mint: str, hook: str | None, *, hook_exists: bool
) -> Passed | Failed | Unknown:
    if result.error is not None:
        decisive = len(trial.instructions) - 1
        failed = refusal(result.error, result.logs, decisive, hook, hook_exists=hook_exists)
        return failed or Unknown(UnknownReason.UNTRIED)
    if trial.arrives is None:
        return Passed(trial.sent, None)
    account = result.accounts.get(trial.arrives)
    held = None if account is None else read_token_account(account, mint)
    if held is None:
        return Unknown(UnknownReason.UNREADABLE)
    return Passed(trial.sent, held[1])
