"""Which accounts a transaction shows to be a wallet's."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.chain.parsing.fields import mapping, optional_items
from walletwatch.chain.parsing.model import Instruction
from walletwatch.domain.programs import STAKE, TOKEN, TOKEN_2022
from walletwatch.domain.wallets import AccountKind, NewAccount

_TOKEN_KINDS: Final[Mapping[str, AccountKind]] = {
    TOKEN: AccountKind.TOKEN,
    TOKEN_2022: AccountKind.TOKEN_2022,
}
_SPLIT: Final = 3
"""Tag of the stake instruction that makes a second account (solana-program, `StakeInstruction`)."""


def belongings(result: Mapping[str, Any], wallet: str) -> Sequence[NewAccount]:
    """The token accounts that the wallet owns, or did before, and the stake accounts it gives orders for.

    Answers from before 2022 name neither the owner nor the program of a token account, and show none.

    Args:
        result: The `result` of `getTransaction`.
        wallet: Whose accounts.

    Raises:
        MalformedTransaction: The answer has not the shape of a transaction with its metadata.
    """
    transaction = parse_transaction(result)
    found: dict[str, NewAccount] = {}
    meta = mapping(result.get("meta"), "meta")
    # One that is closed now may have a history that nobody has read.
    for entry in (
        *optional_items(meta.get("preTokenBalances"), "balances"),
        *optional_items(meta.get("postTokenBalances"), "balances"),
    ):
        balance = mapping(entry, "a token balance")
        program = balance.get("programId")
        kind = _TOKEN_KINDS.get(program) if isinstance(program, str) else None
        if balance.get("owner") == wallet and kind is not None:
            address = transaction.accounts[balance["accountIndex"]]
            found[address] = NewAccount(address, kind, balance["mint"])
    if wallet in transaction.signers and transaction.error is None:
        for instruction in transaction.instructions:
            for address in _stake_accounts(instruction, wallet):
                found.setdefault(address, NewAccount(address, AccountKind.STAKE))
    return list(found.values())


def _stake_accounts(instruction: Instruction, wallet: str) -> Iterator[str]:
    if instruction.program == STAKE and wallet in instruction.accounts[1:]:
        splits = instruction.data[:4] == _SPLIT.to_bytes(4, "little")
        yield from instruction.accounts[: 2 if splits else 1]
