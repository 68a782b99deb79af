"""What a wallet did with the tokens that it made, from its transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from walletwatch.chain.decoding import interpret
from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.histories import History, read_transactions
from walletwatch.chain.inspection.mint_state import read_mint_state
from walletwatch.chain.parsing.model import TokenAccount, Transaction
from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.creator import (
    Deed,
    Deployments,
    Drain,
    MadeToken,
    Minting,
    Removal,
    TokenNow,
)
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import TOKEN_PROGRAMS
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.chain import Chain

MAX_TOKENS: Final = 40
MAX_REMOVALS: Final = 60
"""With the tokens, as many accounts as one call reads."""
MAX_TRANSACTIONS: Final = 60

_TELLING: Final = frozenset(
    {
        ActivityKind.TOKEN_CREATE,
        ActivityKind.LIQUIDITY_ADD,
        ActivityKind.LIQUIDITY_REMOVE,
        ActivityKind.MINT,
        ActivityKind.FREEZE,
    }
)
_AMOUNT: Final = slice(64, 72)
"""Of a token account (spl-token, state.rs)."""


@dataclass(slots=True)
class _Token:
    mint: str
    made: Deed
    additions: list[Deed] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    mintings: list[Minting] = field(default_factory=list)
    freezes: list[Deed] = field(default_factory=list)


async def read_deployments(chain: Chain, history: History) -> Deployments | Unknown:
    """What a wallet's history tells of its tokens, and what became of them. One call where it made any."""
    found = collect(history)
    if not found.tokens:
        return found
    tokens = await with_today(chain, found.tokens)
    return tokens if isinstance(tokens, Unknown) else replace(found, tokens=tokens)


async def with_today(chain: Chain, tokens: Sequence[MadeToken]) -> tuple[MadeToken, ...] | Unknown:
    """Tokens with what their mints, and the reserves they were in, are now. One call."""
    drains = [removal.drain for token in tokens for removal in token.removals if removal.drain]
    vaults = dict.fromkeys(drain.vault for drain in drains[-MAX_REMOVALS:])
    try:
        accounts = await chain.accounts([*(token.mint for token in tokens), *vaults])
    except (ChainUnavailable, ChainRefused) as error:
        return unknown(error)
    return tuple(_today(token, accounts) for token in tokens)


async def read_deployments_of(
    chain: Chain, wallet: str, activities: Sequence[Activity], *, whole: bool
) -> Deployments | Unknown:
    """The same from decoded activities: no call for a wallet that made no token, else two.

    Args:
        chain: Where to look.
        wallet: Whose activities they are.
        activities: In any order.
        whole: Whether the wallet has no others.
    """
    ordered = sorted(activities, key=lambda each: (each.slot, each.signature))
    first_at = ordered[0].block_time if whole and ordered else None
    if not any(each.kind is ActivityKind.TOKEN_CREATE for each in ordered):
        return Deployments(wallet, (), complete=whole, first_at=first_at)
    telling = [each.signature for each in ordered if each.success and each.kind in _TELLING]
    # The newest say most of what a token's maker is about now; those left out are owned up to.
    read = await read_transactions(chain, telling[-MAX_TRANSACTIONS:])
    if isinstance(read, Unknown):
        return read
    complete = whole and len(telling) <= MAX_TRANSACTIONS
    history = History(wallet, tuple(read.values()), whole, from_beginning=whole, complete=complete)
    found = await read_deployments(chain, history)
    return found if isinstance(found, Unknown) else replace(found, first_at=first_at)


def collect(history: History) -> Deployments:
    """What a wallet's history tells of the tokens that it made, without what they are now."""
    made: dict[str, Deed] = {}
    for each in history.transactions:
        activity = _told(each, history.wallet)
        if activity is not None and activity.kind is ActivityKind.TOKEN_CREATE:
            mint = activity.details.get("mint")
            if isinstance(mint, str):
                made.setdefault(mint, _deed(activity))
    tokens = follow(history.wallet, made, history.transactions)[:MAX_TOKENS]
    first_at = history.transactions[0].block_time if history.from_beginning else None
    complete = history.complete and len(made) <= MAX_TOKENS
    return Deployments(history.wallet, tokens, complete=complete, first_at=first_at)


def follow(
    wallet: str, made: Mapping[str, Deed], transactions: Sequence[Transaction]
) -> tuple[MadeToken, ...]:
    """What a wallet did with tokens that it made, without what they are now.

    Args:
        wallet: Whose deeds; what others signed is nobody's matter here.
        made: By mint, how each token was made.
        transactions: The oldest first.
    """
    followed = {mint: _Token(mint, deed) for mint, deed in made.items()}
    for transaction in transactions:
        activity = _told(transaction, wallet)
        if activity is not None:
            _follow(followed, transaction, activity)
    return tuple(
        MadeToken(
            token.mint,
            token.made,
            tuple(token.additions),
            tuple(token.removals),
            tuple(token.mintings),
            tuple(token.freezes),
            now=None,
        )
        for token in followed.values()
    )


def _told(transaction: Transaction, wallet: str) -> Activity | None:
    # What somebody else did is not the wallet's deed, though its balance may have changed by it.
    if transaction.error is not None or wallet not in transaction.signers:
        return None
    activity = interpret(transaction, wallet)
    return activity if activity is not None and activity.kind in _TELLING else None


def _follow(made: Mapping[str, _Token], transaction: Transaction, activity: Activity) -> None:
    moved = {leg.asset: leg.amount for leg in activity.legs}
    named = str(activity.details.get("mint"))
    for token in [made[asset] for asset in dict.fromkeys([*moved, named]) if asset in made]:
        amount = moved.get(token.mint, 0)
        if activity.kind is ActivityKind.LIQUIDITY_ADD and amount < 0:
            token.additions.append(_deed(activity))
        elif activity.kind is ActivityKind.LIQUIDITY_REMOVE and amount > 0:
            drain = _drain(transaction, activity, token.mint)
            token.removals.append(Removal(_deed(activity), drain))
        elif activity.kind is ActivityKind.MINT and token.additions:
            minted = amount or activity.details.get("amount")
            if isinstance(minted, int) and minted > 0:
                token.mintings.append(Minting(_deed(activity), minted))
        elif activity.kind is ActivityKind.FREEZE and activity.details.get("authority") == activity.wallet:
            token.freezes.append(_deed(activity))


def _deed(activity: Activity) -> Deed:
    return Deed(activity.signature, activity.slot, activity.block_time)


def _drain(transaction: Transaction, activity: Activity, mint: str) -> Drain | None:
    """The reserve that a withdrawal took most of: of the pool's money where it is seen, else of the token.

    A pool's token rises again when people sell into it; its money does not.
    """
    received = {WRAPPED_NATIVE_MINT if leg.asset == NATIVE else leg.asset for leg in activity.legs
                if leg.amount > 0}  # fmt: skip
    drains = [
        Drain(account.address, account.mint, account.before or 0, account.after or 0)
        for account in transaction.tokens
        if account.mint in received and _gave(account, activity.wallet)
    ]
    return max(
        drains, key=lambda each: (each.mint != mint, each.before - each.after, each.vault), default=None
    )


def _gave(account: TokenAccount, wallet: str) -> bool:
    return account.owner_before not in {None, wallet} and (account.before or 0) > (account.after or 0)


def _today(token: MadeToken, accounts: Mapping[str, AccountData | None]) -> MadeToken:
    """A token with what its mint and the reserves it was in are now."""
    removals = tuple(_removal_now(removal, accounts) for removal in token.removals)
    return replace(token, now=_now(accounts.get(token.mint)), removals=removals)


def _now(account: AccountData | None) -> TokenNow | Unknown | None:
    if account is None:
        return None
    mint = read_mint_state(account)
    if mint is None:
        return Unknown(UnknownReason.UNREADABLE)
    return TokenNow(mint.supply, mint.decimals, mint.mint_authority, mint.freeze_authority, mint.slot)


def _removal_now(removal: Removal, accounts: Mapping[str, AccountData | None]) -> Removal:
    drain = removal.drain
    if drain is None or drain.vault not in accounts:
        return removal
    vault = accounts[drain.vault]
    if vault is None:
        return replace(removal, drain=replace(drain, now=0))
    if vault.owner not in TOKEN_PROGRAMS or len(vault.data) < _AMOUNT.stop:
        return removal
    return replace(removal, drain=replace(drain, now=int.from_bytes(vault.data[_AMOUNT], "little")))
