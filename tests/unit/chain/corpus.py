"""Recorded transactions: the selection that the project ships, and the whole corpus where it is there."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "transactions"
CORPUS = ROOT.parent / "shared" / "corpus"
BLOCK = CORPUS / "helius-labs_photon" / "block_254170887_nonvote.jsonl"


@dataclass(frozen=True)
class Oracle:
    """What the balances say of one wallet, reckoned apart from the decoder.

    Attributes:
        lamports: Change of its own account, fee included.
        tokens: Change by mint over all accounts it owns, wrapped native included.
    """

    case: str
    result: Mapping[str, Any]
    wallet: str
    lamports: int
    tokens: Mapping[str, int]

    @property
    def wrapped(self) -> int:
        return self.tokens.get(WRAPPED_NATIVE_MINT, 0)


def shipped() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((FIXTURES / "MANIFEST.json").read_text())
    return cases


def shipped_result(case: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((FIXTURES / case["file"]).read_text())["result"]
    return result


def verbatim_cases() -> Iterator[Oracle]:
    """Recordings with owners whose values nobody has changed."""
    for line in (CORPUS / "cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        if not case["recorded"].startswith("verbatim") or "oracle_deltas" not in case:
            continue
        document = json.loads((CORPUS / case["tx"]).read_text())
        result = document.get("result", document)
        if any("owner" not in balance for balance in result["meta"].get("postTokenBalances") or []):
            continue
        for wallet, delta in case["oracle_deltas"].items():
            yield _oracle(case["id"], result, wallet, delta)


def block() -> Iterator[Oracle]:
    """Every account of every non-vote transaction of one mainnet block."""
    with BLOCK.open() as lines:
        for line in lines:
            case = json.loads(line)
            for wallet, delta in case["all_deltas"].items():
                yield _oracle(case["id"], case["response"]["result"], wallet, delta)


def upstream_cases() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each recording with a watched wallet, and what the project that it is from says of it."""
    for line in (CORPUS / "cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        if isinstance(case["wallet"], str):
            yield case, json.loads((CORPUS / case["tx"]).read_text())["result"]


def _oracle(case: str, result: Mapping[str, Any], wallet: str, delta: Mapping[str, Any]) -> Oracle:
    tokens = {mint: int(change["raw"]) for mint, change in (delta.get("tokens") or {}).items()}
    return Oracle(case, result, wallet, int(delta.get("lamports") or 0), tokens)
