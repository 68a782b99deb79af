"""Instructions as JSON (`jsonParsed`), one module per program, after Agave's transaction-status."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from svm_node.encoding.instructions import associated_token, lookup_table, stake, system, token, vote
from svm_node.encoding.instructions.base import Accounts, InstructionParser
from svm_node.encoding.reader import Reader, Unparsable
from svm_node.programs import (
    ADDRESS_LOOKUP_TABLE_PROGRAM,
    ASSOCIATED_TOKEN_PROGRAM,
    MEMO_PROGRAM,
    MEMO_V1_PROGRAM,
    STAKE_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    VOTE_PROGRAM,
)


class _Program(NamedTuple):
    name: str
    parse: InstructionParser


_PROGRAMS = {
    str(SYSTEM_PROGRAM): _Program("system", system.parse),
    # Agave shows the instructions of both token programs under one name.
    str(TOKEN_PROGRAM): _Program("spl-token", token.parse),
    str(TOKEN_2022_PROGRAM): _Program("spl-token", token.parse),
    str(ASSOCIATED_TOKEN_PROGRAM): _Program("spl-associated-token-account", associated_token.parse),
    str(STAKE_PROGRAM): _Program("stake", stake.parse),
    str(VOTE_PROGRAM): _Program("vote", vote.parse),
    str(ADDRESS_LOOKUP_TABLE_PROGRAM): _Program("address-lookup-table", lookup_table.parse),
}
_MEMO_PROGRAMS = {str(MEMO_PROGRAM), str(MEMO_V1_PROGRAM)}


def parse_instruction(program: str, accounts: Sequence[str], data: bytes) -> dict[str, Any] | None:
    """`{program, parsed}`; None where no parser knows the instruction, which is then partially decoded."""
    if program in _MEMO_PROGRAMS:
        return _parse_memo(data)
    known = _PROGRAMS.get(program)
    if known is None:
        return None
    try:
        parsed = known.parse(Accounts(accounts), Reader(data))
    except Unparsable:
        return None
    return {"program": known.name, "parsed": {"info": parsed.info, "type": parsed.type}}


def _parse_memo(data: bytes) -> dict[str, Any] | None:
    try:
        return {"program": "spl-memo", "parsed": data.decode()}
    except UnicodeDecodeError:
        return None
