"""Account data as JSON (`jsonParsed`), one module per program, after Agave's account-decoder."""

from collections.abc import Callable
from typing import Any, NamedTuple

from solders.account import Account

from svm_node.encoding.account_data import lookup_table, nonce, stake, token
from svm_node.encoding.reader import Unparsable
from svm_node.programs import (
    ADDRESS_LOOKUP_TABLE_PROGRAM,
    STAKE_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
)


class _Program(NamedTuple):
    name: str
    parse: Callable[[bytes, token.DecimalsOf], dict[str, Any]]


_PROGRAMS = {
    TOKEN_PROGRAM: _Program("spl-token", token.parse),
    TOKEN_2022_PROGRAM: _Program("spl-token-2022", token.parse),
    STAKE_PROGRAM: _Program("stake", lambda data, _: stake.parse(data)),
    SYSTEM_PROGRAM: _Program("nonce", lambda data, _: nonce.parse(data)),
    ADDRESS_LOOKUP_TABLE_PROGRAM: _Program("address-lookup-table", lambda data, _: lookup_table.parse(data)),
}


def parse_account_data(account: Account, decimals_of: token.DecimalsOf) -> dict[str, Any] | None:
    """`{program, parsed, space}`; None where no parser knows the account, which is then written as base64.

    Args:
        account: The account.
        decimals_of: Finds the decimals of a mint, which a token account lacks; None if there is no mint.
    """
    program = _PROGRAMS.get(account.owner)
    data = account.data
    if program is None or not data:
        return None
    try:
        parsed = program.parse(data, decimals_of)
    except Unparsable:
        return None
    return {"program": program.name, "parsed": parsed, "space": len(data)}
