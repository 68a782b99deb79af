"""The verdict on every account that was recorded: mints as they are, and whatever is none as unknown.

Recordings are found by their shape, wherever in the corpus they are, so that one that is added is judged.
"""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chain import FakeChain
from tests.parsed_mints import mint_bytes
from tests.unit.chain.scenes import address
from walletwatch.chain.inspection.authorities import master_edition_address
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.mint import MINT_FACTS, MintReader
from walletwatch.chain.inspection.mint_state import read_mint_state
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.programs import TOKEN, TOKEN_2022, TOKEN_PROGRAMS
from walletwatch.domain.risk import Level, Unknown, UnknownReason, Verdict
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS

ROOT = Path(__file__).parents[3]
PLACES = (ROOT / "tests/fixtures/mints", ROOT / "../shared/corpus/accounts")
PROGRAMS = {"spl-token": TOKEN, "spl-token-2022": TOKEN_2022}
EPOCH = 700
PYUSD = "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo"


@dataclass(frozen=True)
class Recorded:
    """An account of a recording.

    Attributes:
        named: The recording says at which address it is; else it has one that belongs to nobody.
        parsed: What Agave read in it, where the recording has that.
    """

    path: Path
    account: AccountData
    named: bool
    parsed: Mapping[str, Any] | None

    @property
    def is_mint(self) -> bool:
        return read_mint_state(self.account) is not None

    @property
    def id(self) -> str:
        return f"{self.path.stem}-{self.account.address[:8]}"


def recorded() -> Iterator[Recorded]:
    for place in PLACES:
        for path in sorted(place.rglob("*.json")):
            yield from _accounts(path, json.loads(path.read_text("utf-8-sig")), None)


def _accounts(path: Path, value: Any, name: str | None) -> Iterator[Recorded]:
    if isinstance(value, list):
        for each in value:
            yield from _accounts(path, each, name)
    elif isinstance(value, dict):
        name = next((value[key] for key in ("mint", "pubkey") if isinstance(value.get(key), str)), name)
        data, owner = value.get("data"), value.get("owner")
        if isinstance(data, list) and len(data) == 2 and data[1] == "base64" and isinstance(owner, str):
            yield _recorded(path, name, owner, b64decode(data[0]), value, None)
        elif isinstance(data, dict) and isinstance(data.get("parsed"), dict):
            yield from _parsed(path, value, data, name)
        elif isinstance(value.get("parsed"), dict) and isinstance(value.get("program"), str):
            yield from _parsed(path, {}, value, name)
        else:
            for each in value.values():
                yield from _accounts(path, each, name)


def _parsed(
    path: Path, account: Mapping[str, Any], data: Mapping[str, Any], name: str | None
) -> Iterator[Recorded]:
    program = PROGRAMS.get(data["program"])
    if program is not None and data["parsed"].get("type") == "mint":
        info = data["parsed"]["info"]
        own = [each["state"]["mint"] for each in info.get("extensions", ())
               if each["extension"] == "tokenMetadata"]  # fmt: skip
        yield _recorded(path, next(iter(own), name), program, mint_bytes(info), account, info)


def _recorded(
    path: Path,
    name: str | None,
    owner: str,
    data: bytes,
    account: Mapping[str, Any],
    parsed: Mapping[str, Any] | None,
) -> Recorded:
    place = name or address(f"{path.name} {data.hex()}")
    known = AccountData(place, owner, int(account.get("lamports", 1)), data, 9)
    return Recorded(path, known, name is not None, parsed)


RECORDED = list(recorded())
ALL = list({(each.account.address, each.account.data): each for each in RECORDED}.values())
MINTS = [each for each in ALL if each.is_mint]
OTHERS = [each for each in ALL if not each.is_mint]
RAW = {each.account.address: each for each in RECORDED if each.parsed is None}
BOTH_FORMS = [
    (each, RAW[each.account.address])
    for each in RECORDED
    if each.parsed is not None and each.account.address in RAW
]
needs_corpus = pytest.mark.skipif(not PLACES[1].exists(), reason="the corpus is not there")


async def judge(recording: Recorded, *, trusted: bool = False) -> tuple[Mapping[type, Any], Verdict]:
    """The scan as far as the mint goes, on a chain that has nothing else."""
    chain = FakeChain(current_epoch=EPOCH)
    chain.data[recording.account.address] = recording.account
    facts = await MintReader(chain).read(recording.account.address, {})
    return facts, weigh(make_all(TOKEN_CHECKS, facts), read_rules(), trusted=trusted)


def rules(verdict: Verdict) -> set[str]:
    return {each.finding.rule.removesuffix("_shared") for each in verdict.findings}


def test_recordings_are_found() -> None:
    assert {each.account.owner for each in MINTS} == TOKEN_PROGRAMS


@needs_corpus
def test_recordings_of_the_corpus_are_found_in_both_forms() -> None:
    of_corpus = [each for each in MINTS if each.path.is_relative_to(PLACES[1])]
    assert {each.parsed is None for each in of_corpus} == {True, False}
    assert PYUSD in {each.account.address for each in of_corpus}
    assert OTHERS


@pytest.mark.parametrize("recording", MINTS, ids=lambda each: each.id)
async def test_no_recorded_mint_is_a_danger_for_what_its_makers_keep(recording: Recorded) -> None:
    facts, verdict = await judge(recording)
    state = facts[MintState]
    assert verdict.level < Level.DANGER
    # All that can be told of it is told, and what it has given up is not.
    assert verdict.unknown == {}
    assert verdict.confidence == 100
    edition = master_edition_address(state.address)
    for field, rule in (
        ("mint_authority", "mint_authority_kept"),
        ("freeze_authority", "freeze_authority_kept"),
    ):
        assert (rule in rules(verdict)) == (getattr(state, field) not in {None, edition})
    _, trusted = await judge(recording, trusted=True)
    assert trusted.level is Level.SAFE
    for fact in MINT_FACTS:
        assert decode(encode(facts[fact]), fact | Unknown) == facts[fact]


@pytest.mark.parametrize(
    "recording",
    [each for each in MINTS if each.account.data[36:45] == b"\1" + bytes(8)],
    ids=lambda each: each.id,
)
async def test_no_recorded_nft_is_flagged(recording: Recorded) -> None:
    facts, verdict = await judge(recording)
    state = facts[MintState]
    edition = master_edition_address(state.address)
    if recording.named or state.mint_authority is None:
        assert {state.mint_authority, state.freeze_authority} <= {None, edition}
        assert verdict.findings == ()
    # Where the recording does not say which mint it is, nobody can tell its edition from another program.
    assert verdict.level is Level.SAFE


@needs_corpus
async def test_a_stablecoins_null_hook_is_inactive() -> None:
    recording = next(each for each in MINTS if each.account.address == PYUSD)
    facts, verdict = await judge(recording)
    assert facts[MintState].extensions.unreadable == ()
    assert facts[MintState].extensions.hook.program is None
    assert "hook_can_be_set" in rules(verdict)
    assert not rules(verdict) & {"hook_active", "hook_fixed", "hook_without_program"}


@pytest.mark.parametrize("recording", OTHERS, ids=lambda each: each.id)
async def test_whatever_is_no_mint_is_unknown(recording: Recorded) -> None:
    facts, verdict = await judge(recording)
    assert facts == dict.fromkeys(MINT_FACTS, Unknown(UnknownReason.UNREADABLE))
    assert (verdict.findings, verdict.confidence) == ((), 0)


@pytest.mark.parametrize("recording", MINTS, ids=lambda each: each.id)
async def test_a_mint_that_is_cut_short_is_unknown(recording: Recorded) -> None:
    data = recording.account.data
    for length in range(0, min(len(data), 166), 7):
        if length == 82:
            continue
        account = replace(recording.account, data=data[:length])
        facts, verdict = await judge(replace(recording, account=account))
        assert isinstance(facts[MintState], Unknown)
        assert (verdict.findings, verdict.confidence) == ((), 0)


@pytest.mark.parametrize(("recording", "raw"), BOTH_FORMS, ids=lambda each: each.id)
def test_the_parsed_form_is_turned_into_the_bytes_that_it_stood_for(
    recording: Recorded, raw: Recorded
) -> None:
    # The parsed form has no slot of its own.
    assert read_mint_state(recording.account) == read_mint_state(raw.account)
