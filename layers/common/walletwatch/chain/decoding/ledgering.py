"""What the balances say happened to one wallet: amounts come from here, and from nowhere else.

For the wallet's own account, lamport delta + wrapped-native delta = sum of native legs - fee - rent; for
every other mint, token delta over the accounts it owns = sum of its legs. The native value is what the
equation leaves after fee and rent, so it holds by construction; what instructions decide is how much of it
is rent and who the counterparties are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from walletwatch.chain.decoding.programs import (
    ASSOCIATED_TOKEN,
    STAKE,
    SYSTEM,
    TOKEN,
    TOKEN_2022,
    VOTE,
    WRAPPED_NATIVE,
)
from walletwatch.chain.decoding.steps import Step
from walletwatch.chain.parsing.model import TokenBalance, Transaction

_CREATIONS = frozenset({"createAccount", "createAccountWithSeed", "createAccountAllowPrefund"})
_TOKEN_PROGRAMS = frozenset({TOKEN, TOKEN_2022, ASSOCIATED_TOKEN})
_CERTAIN: Mapping[str, tuple[str, str]] = {
    "create": ("account", "wallet"),
    "createIdempotent": ("account", "wallet"),
    "initializeAccount": ("account", "owner"),
    "initializeAccount2": ("account", "owner"),
    "initializeAccount3": ("account", "owner"),
}
_OWNERSHIP: Mapping[str, tuple[str, str]] = {
    **_CERTAIN,
    "approve": ("source", "owner"),
    "approveChecked": ("source", "owner"),
    "revoke": ("source", "owner"),
    "closeAccount": ("account", "owner"),
    "transfer": ("source", "authority"),
    "transferChecked": ("source", "authority"),
}
"""Which accounts and owners an instruction names."""
_PAYMENTS = frozenset({"transfer", "transferWithSeed"})


@dataclass(frozen=True, slots=True)
class Flow:
    """Lamports that one account gave another by an instruction of the System program."""

    source: str
    destination: str
    lamports: int


@dataclass(frozen=True, slots=True)
class WalletLedger:
    """One wallet's part of a transaction.

    Attributes:
        fee: Lamports it paid as fee.
        rent: Lamports it put into accounts, less what it got back.
        native: Its native value gained or lost, fee and rent apart, wrapped native included.
        tokens: Raw token amount gained or lost, by mint; none that is zero.
        decimals: By mint.
        owners: For each mint of the transaction, each known owner's gain or loss.
        ownerless: Mints of accounts whose owner is not known, so that their sums say nothing.
        accounts: Its token accounts.
        flows: All lamport flows between wallets, rent apart.
    """

    fee: int
    rent: int
    native: int
    tokens: Mapping[str, int]
    decimals: Mapping[str, int]
    owners: Mapping[str, Mapping[str, int]]
    ownerless: frozenset[str]
    accounts: frozenset[str]
    flows: Sequence[Flow]


def open_ledger(transaction: Transaction, steps: Sequence[Step], wallet: str) -> WalletLedger:
    """Reckon one wallet's part of a transaction that succeeded."""
    owner_of = _owners(transaction, steps)
    before = _by_owner(transaction.tokens_before, owner_of)
    after = _by_owner(transaction.tokens_after, owner_of)
    deltas = _token_deltas(before, after)
    mine = {mint: change[wallet] for mint, change in deltas.items() if change.get(wallet)}
    wrapped = mine.pop(WRAPPED_NATIVE, 0)
    fee = transaction.fee if transaction.payer == wallet else 0
    lamports = transaction.after.get(wallet, 0) - transaction.before.get(wallet, 0)
    accounts = frozenset(account for account, owner in owner_of.items() if owner == wallet)
    flows = _flows(steps)
    rent = _rent(transaction, steps, flows, wallet, accounts)
    decimals = {
        balance.mint: balance.decimals for balance in (*transaction.tokens_before, *transaction.tokens_after)
    }
    containers = _containers(transaction, steps, owner_of)
    return WalletLedger(
        fee=fee,
        rent=rent,
        native=lamports + wrapped + fee + rent,
        tokens=mine,
        decimals=decimals,
        owners=deltas,
        ownerless=frozenset(
            balance.mint
            for balance in (*transaction.tokens_before, *transaction.tokens_after)
            if balance.owner is None and balance.account not in owner_of
        ),
        accounts=accounts,
        flows=[
            flow for flow in flows if flow.destination not in containers and flow.source not in containers
        ],
    )


def _owners(transaction: Transaction, steps: Sequence[Step]) -> dict[str, str]:
    """The owner of each token account: as the node says, or in answers of 2021 as the instructions tell."""
    certain: dict[str, str] = {}
    likely: dict[str, str] = {}
    for step in steps:
        names = _OWNERSHIP.get(step.name)
        if names is None or step.program not in _TOKEN_PROGRAMS:
            continue
        account, owner = step.info.get(names[0]), step.info.get(names[1])
        if not isinstance(account, str) or not isinstance(owner, str):
            continue
        # Who signs a transfer or an approval may be a delegate, so what an account was made for counts more.
        if step.name in _CERTAIN:
            certain[account] = owner
        else:
            likely.setdefault(account, owner)
    owners = likely | certain
    for balance in (*transaction.tokens_after, *transaction.tokens_before):
        if balance.owner is not None:
            owners[balance.account] = balance.owner
    return owners


def _by_owner(balances: Sequence[TokenBalance], owner_of: Mapping[str, str]) -> Mapping[tuple[str, str], int]:
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for balance in balances:
        owner = balance.owner or owner_of.get(balance.account)
        if owner is not None:
            totals[balance.mint, owner] += balance.amount
    return totals


def _token_deltas(
    before: Mapping[tuple[str, str], int], after: Mapping[tuple[str, str], int]
) -> dict[str, dict[str, int]]:
    deltas: dict[str, dict[str, int]] = {}
    for mint, owner in {**before, **after}:
        change = after.get((mint, owner), 0) - before.get((mint, owner), 0)
        if change:
            deltas.setdefault(mint, {})[owner] = change
    return deltas


def _flows(steps: Sequence[Step]) -> list[Flow]:
    flows: list[Flow] = []
    for step in steps:
        if step.program != SYSTEM:
            continue
        info = step.info
        lamports = info.get("lamports")
        if not isinstance(lamports, int) or lamports <= 0:
            continue
        if step.name in _CREATIONS:
            flows.append(Flow(str(info.get("source")), str(info.get("newAccount")), lamports))
        elif step.name in _PAYMENTS:
            flows.append(Flow(str(info.get("source")), str(info.get("destination")), lamports))
        elif step.name == "withdrawFromNonce":
            flows.append(Flow(str(info.get("nonceAccount")), str(info.get("destination")), lamports))
    return flows


def _containers(
    transaction: Transaction, steps: Sequence[Step], owner_of: Mapping[str, str]
) -> frozenset[str]:
    """Accounts that hold lamports for their rent, or wrapped: token accounts and those a program owns."""
    created = {
        str(step.info.get("newAccount"))
        for step in steps
        if step.program == SYSTEM
        and step.name in _CREATIONS
        and step.info.get("owner") not in {SYSTEM, STAKE, VOTE}
    }
    allocated = {
        str(step.info.get("account"))
        for step in steps
        if step.program == SYSTEM
        and step.name in {"allocate", "assign", "allocateWithSeed", "assignWithSeed"}
    }
    tokens = {balance.account for balance in (*transaction.tokens_before, *transaction.tokens_after)}
    return frozenset(created | allocated | tokens | set(owner_of))


def _rent(
    transaction: Transaction,
    steps: Sequence[Step],
    flows: Sequence[Flow],
    wallet: str,
    accounts: frozenset[str],
) -> int:
    """Lamports the wallet put into accounts, less what it got back from those that were closed."""
    containers = _containers(transaction, steps, dict.fromkeys(accounts, wallet))
    wrapped_change = _wrapped_changes(transaction)
    funded = {flow.destination for flow in flows if flow.source == wallet and flow.destination in containers}
    closed_to_wallet = {
        str(step.info.get("account"))
        for step in steps
        if step.name == "closeAccount" and step.info.get("destination") == wallet
    }
    rent = 0
    for account in (funded | closed_to_wallet) - {wallet}:
        change = transaction.after.get(account, 0) - transaction.before.get(account, 0)
        own_rent = change - wrapped_change.get(account, 0)
        if account in closed_to_wallet and account not in accounts and wrapped_change.get(account):
            # Somebody's wrapped native closed to this wallet is a payment, beside the rent.
            rent += own_rent
            continue
        if account in funded and own_rent > 0:
            paid = sum(
                flow.lamports for flow in flows if flow.source == wallet and flow.destination == account
            )
            rent += min(own_rent, paid)
        elif account in closed_to_wallet and own_rent < 0:
            rent += own_rent
    return rent


def _wrapped_changes(transaction: Transaction) -> Mapping[str, int]:
    changes: dict[str, int] = defaultdict(int)
    for balance in transaction.tokens_after:
        if balance.mint == WRAPPED_NATIVE:
            changes[balance.account] += balance.amount
    for balance in transaction.tokens_before:
        if balance.mint == WRAPPED_NATIVE:
            changes[balance.account] -= balance.amount
    return changes
