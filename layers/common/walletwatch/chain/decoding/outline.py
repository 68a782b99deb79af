"""A transaction in outline: who it may matter to, before anybody's view of it is taken."""

from collections.abc import Mapping
from typing import Any

from walletwatch.chain.decoding.registry import REGISTRY
from walletwatch.chain.parsing.answer import TOP_LEVEL, parse_transaction
from walletwatch.domain.explanations import Outline


def outline(result: Mapping[str, Any]) -> Outline:
    """The outline of a `getTransaction` result.

    Raises:
        MalformedTransaction: The answer has not the shape of a transaction.
    """
    transaction = parse_transaction(result)
    of_tokens = {token.address for token in transaction.tokens}
    moved_tokens = [
        owner
        for token in transaction.tokens
        if token.before != token.after
        for owner in (token.owner_before, token.owner_after)
        if owner is not None
    ]
    moved_lamports = [
        account
        for account, before, after in zip(
            transaction.accounts, transaction.before, transaction.after, strict=True
        )
        if before != after and account not in of_tokens
    ]
    programs = [part.program for part in transaction.instructions if part.height == TOP_LEVEL]
    parties = dict.fromkeys([*transaction.signers, *moved_tokens, *moved_lamports])
    return Outline(
        transaction.signature,
        transaction.slot,
        transaction.block_time,
        transaction.signers[0],
        transaction.fee,
        transaction.error,
        tuple(
            (program, known.label if (known := REGISTRY.get(program)) else None)
            for program in dict.fromkeys(programs)
        ),
        tuple(party for party in parties if party not in programs),
    )
