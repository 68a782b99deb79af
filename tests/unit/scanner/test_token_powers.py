"""What is said of mints: recorded ones, and those whose makers can, or do, harm their holders."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from solders.keypair import Keypair

from tests.fakes.chain import FakeChain
from walletwatch.chain.inspection.authorities import (
    HEAD,
    master_edition_address,
    program_data_address,
    read_authority,
    read_hook,
    read_metaplex_authority,
)
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.mint import MintReader
from walletwatch.chain.tokens.metadata import metaplex_address
from walletwatch.domain.addresses import decode as decode_base58
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.authorities import (
    Authority,
    AuthorityKind,
    HookProgram,
    MetaplexMetadata,
    MintAuthorities,
)
from walletwatch.domain.inspection.mint import (
    Confidential,
    Extensions,
    FeeSchedule,
    MintState,
    Pausable,
    TransferFee,
    TransferHook,
)
from walletwatch.domain.programs import METAPLEX, SYSTEM, TOKEN, TOKEN_2022, UPGRADEABLE_LOADER
from walletwatch.domain.risk import Level, Unknown, UnknownReason, Verdict
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS

FIXTURE = Path(__file__).parents[2] / "fixtures/mints/mints.json"
CORPUS = Path(__file__).parents[4] / "shared/corpus/accounts/mints/mints_decoded.json"
MINT = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
MAKER = str(Keypair.from_seed(bytes(32)).pubkey())
OTHER = "HzwqbKZw8HxMN6bF2yFZNrht3c2iXXzpKcFu7uBEDKtr"
KEY = Authority(AuthorityKind.KEY)


def mint(**extensions: Any) -> MintState:
    return MintState(MINT, True, 10**15, 6, None, None, Extensions(**extensions), 99)


def behind(state: MintState, kind: Authority = KEY, **more: Any) -> MintAuthorities:
    facts = MintAuthorities(dict.fromkeys((MAKER, OTHER), kind), None, None, None, state.slot)
    return replace(facts, **more)


def verdict(state: MintState, authorities: MintAuthorities | Unknown, *, trusted: bool = False) -> Verdict:
    facts = {MintState: state, MintAuthorities: authorities}
    return weigh(make_all(TOKEN_CHECKS, facts), read_rules(), trusted=trusted)


def rules(state: MintState, authorities: MintAuthorities | Unknown) -> list[str]:
    return sorted(each.finding.rule for each in verdict(state, authorities).findings)


def recorded(source: str) -> list[Mapping[str, Any]]:
    entries = []
    for path in (FIXTURE, CORPUS):
        if path.exists():
            entries += json.loads(path.read_text())
    by_mint = {entry["mint"]: entry for entry in entries}
    return [entry for entry in by_mint.values() if (source == "nft") == _is_nft(entry)]


def _is_nft(entry: Mapping[str, Any]) -> bool:
    return bool(entry["decoded"]["supply"] == "1" and entry["decoded"]["decimals"] == 0)


async def read(entry: Mapping[str, Any]) -> Mapping[type, Any]:
    """A recorded mint as the reader sees it, on a chain that has nothing else."""
    value = entry["recorded_response"]["result"]["value"]
    chain = FakeChain()
    chain.data[entry["mint"]] = AccountData(
        entry["mint"], value["owner"], value["lamports"], b64decode(value["data"][0]), 7
    )
    return await MintReader(chain).read(entry["mint"], {})


@pytest.mark.parametrize("entry", recorded("nft"), ids=lambda entry: entry["mint"][:8])
async def test_an_nft_is_not_flagged_for_its_master_edition(entry: Mapping[str, Any]) -> None:
    facts = await read(entry)
    found = weigh(make_all(TOKEN_CHECKS, facts), read_rules())
    assert (found.level, found.findings) == (Level.SAFE, ())
    authority = entry["decoded"]["mintAuthority"]
    if authority is not None:
        assert authority == master_edition_address(entry["mint"])
        assert facts[MintAuthorities].known[authority].kind is AuthorityKind.EDITION


@pytest.mark.parametrize("entry", recorded("token"), ids=lambda entry: entry["mint"][:8])
async def test_recorded_tokens_say_who_keeps_what_and_none_is_danger(entry: Mapping[str, Any]) -> None:
    facts = await read(entry)
    found = weigh(make_all(TOKEN_CHECKS, facts), read_rules())
    names = {each.finding.rule.removesuffix("_shared") for each in found.findings}
    assert ("mint_authority_kept" in names) == (entry["decoded"]["mintAuthority"] is not None)
    assert ("freeze_authority_kept" in names) == (entry["decoded"]["freezeAuthority"] is not None)
    assert found.level < Level.DANGER
    assert found.unknown == {}
    for fact, value in facts.items():
        assert decode(encode(value), fact | Unknown) == value


PYUSD = mint(
    close_authority=MAKER,
    permanent_delegate=MAKER,
    transfer_fee=TransferFee(FeeSchedule(605, 0, 0), FeeSchedule(605, 0, 0), MAKER, MAKER),
    confidential=Confidential(MAKER, hides_supply=False, hides_fees=True),
    hook=TransferHook(None, MAKER),
)
"""As recorded in the corpus, by its parsed form."""


def test_a_stablecoin_with_all_its_powers_is_no_danger_and_its_null_hook_is_inactive() -> None:
    state = replace(PYUSD, mint_authority=OTHER, freeze_authority=MAKER)
    authorities = behind(state, epoch=700)
    assert rules(state, authorities) == [
        "amounts_hidden",
        "close_authority_kept",
        "freeze_authority_kept",
        "hook_can_be_set",
        "mint_authority_kept",
        "permanent_delegate_kept",
        "transfer_fee_changeable",
    ]
    assert verdict(state, authorities).level is Level.WARNING
    assert verdict(state, authorities, trusted=True).level is Level.SAFE


def test_what_is_given_up_is_nothing_to_tell() -> None:
    assert rules(mint(), behind(mint())) == []


@pytest.mark.parametrize("kind", [AuthorityKind.MULTISIG, AuthorityKind.PROGRAM])
def test_what_no_key_has_alone_weighs_less(kind: AuthorityKind) -> None:
    state = replace(mint(), mint_authority=MAKER, freeze_authority=OTHER)
    alone, shared = behind(state), behind(state, Authority(kind, TOKEN, 2, 3))
    assert rules(state, shared) == ["freeze_authority_kept_shared", "mint_authority_kept_shared"]
    assert verdict(state, shared).score < verdict(state, alone).score


def test_authorities_that_were_not_looked_at_are_unknown_and_not_nobody() -> None:
    state = replace(mint(), mint_authority=MAKER)
    found = verdict(state, Unknown(UnknownReason.UNAVAILABLE))
    assert found.unknown["mint_authority"] is UnknownReason.UNAVAILABLE
    assert found.confidence < 60
    assert verdict(state, behind(state, KEY, known={})).unknown["mint_authority"]


def fee(older: int, newer: int, *, maximum: int = 10**9) -> MintState:
    schedule = TransferFee(FeeSchedule(5, older, maximum), FeeSchedule(10, newer, maximum), None, None)
    return mint(transfer_fee=schedule)


@pytest.mark.parametrize(
    ("state", "epoch", "expected"),
    [
        (fee(0, 9_900), 9, ["transfer_fee_confiscates_soon"]),
        (fee(0, 9_900), 10, ["transfer_fee_confiscates"]),
        (fee(9_900, 0), 9, ["transfer_fee_confiscates"]),
        (fee(9_900, 0), 10, []),
        (fee(100, 300), 9, ["transfer_fee_charged", "transfer_fee_charged_soon"]),
        (fee(300, 100), 9, ["transfer_fee_charged"]),
        (fee(9_900, 9_900, maximum=0), 9, []),
    ],
)
def test_fees_now_and_later(state: MintState, epoch: int, expected: list[str]) -> None:
    authorities = behind(state, epoch=epoch)
    assert rules(state, authorities) == expected
    if "confiscates" in str(expected):
        assert verdict(state, authorities).level is Level.EXTREME


def test_a_fee_whose_epoch_is_not_known_is_told_at_its_worst() -> None:
    state = fee(0, 9_900)
    found = verdict(state, behind(state, epoch=Unknown(UnknownReason.REFUSED)))
    assert [each.finding.rule for each in found.findings] == ["transfer_fee_confiscates"]
    assert found.unknown == {"transfer_fee": UnknownReason.REFUSED}


@pytest.mark.parametrize(
    ("state", "more", "expected", "level"),
    [
        (mint(pausable=Pausable(MAKER, paused=True)), {}, ["paused"], Level.DANGER),
        (mint(pausable=Pausable(MAKER, paused=False)), {}, ["pausable"], Level.CAUTION),
        (mint(pausable=Pausable(None, paused=False)), {}, [], Level.SAFE),
        (mint(default_frozen=True), {}, ["default_frozen"], Level.DANGER),
        (mint(non_transferable=True), {}, ["non_transferable"], Level.WARNING),
        (mint(permanent_delegate=MAKER), {}, ["permanent_delegate_kept"], Level.CAUTION),
        (
            mint(hook=TransferHook(OTHER, MAKER)),
            {"hook": HookProgram(OTHER, exists=True, upgrade_authority=MAKER)},
            ["hook_active"],
            Level.CAUTION,
        ),
        (
            mint(hook=TransferHook(OTHER, None)),
            {"hook": HookProgram(OTHER, exists=True, upgrade_authority=None)},
            ["hook_fixed"],
            Level.SAFE,
        ),
        (
            mint(hook=TransferHook(OTHER, None)),
            {"hook": HookProgram(OTHER, exists=False, upgrade_authority=None)},
            ["hook_without_program"],
            Level.DANGER,
        ),
        (mint(unreadable=(99,)), {}, ["extension_unknown"], Level.SAFE),
    ],
)
def test_powers_and_deeds_of_token_2022(
    state: MintState, more: Mapping[str, Any], expected: list[str], level: Level
) -> None:
    found = verdict(state, behind(state, **more))
    assert [each.finding.rule for each in found.findings] == expected
    assert found.level is level
    for each in found.findings:
        assert all(evidence.slot == 99 for evidence in each.finding.evidence)


def account(owner: str, data: bytes) -> AccountData:
    return AccountData(OTHER, owner, 1, data, 7)


def test_what_an_authority_is() -> None:
    multisig = account(TOKEN_2022, b"\x02\x03\x01" + bytes(352))
    derived = master_edition_address(OTHER)
    assert read_authority(MAKER, MINT, None) == KEY
    assert read_authority(MAKER, MINT, account(SYSTEM, b"")) == KEY
    assert read_authority(MAKER, MINT, multisig) == Authority(AuthorityKind.MULTISIG, TOKEN_2022, 2, 3)
    assert read_authority(MAKER, MINT, account(OTHER, b"")) == Authority(AuthorityKind.PROGRAM, OTHER)
    # A stranger's edition is no edition of this mint.
    assert read_authority(derived, MINT, None) == Authority(AuthorityKind.PROGRAM)
    assert read_authority(derived, OTHER, None).kind is AuthorityKind.EDITION
    assert len(multisig.data) < HEAD


def test_who_may_replace_a_program() -> None:
    program = account(UPGRADEABLE_LOADER, b"\x02\0\0\0" + bytes(32))
    maker = decode_base58(MAKER)
    code = account(UPGRADEABLE_LOADER, b"\x03\0\0\0" + bytes(8) + b"\x01" + maker + b"\x7fELF")
    fixed = account(UPGRADEABLE_LOADER, b"\x03\0\0\0" + bytes(8) + b"\x00" + bytes(32))
    old = account("BPFLoader2111111111111111111111111111111111", b"\x7fELF")
    assert read_hook(OTHER, program, code) == HookProgram(OTHER, True, MAKER)
    assert read_hook(OTHER, program, fixed) == HookProgram(OTHER, True, None)
    assert read_hook(OTHER, old, None) == HookProgram(OTHER, True, None)
    assert read_hook(OTHER, program, None) == HookProgram(OTHER, False, None)
    assert read_hook(OTHER, None, None) == HookProgram(OTHER, False, None)
    assert read_hook(OTHER, account(SYSTEM, b""), None) == HookProgram(OTHER, False, None)
    assert read_hook(OTHER, program, account(UPGRADEABLE_LOADER, b"\x03\0\0\0")) is None


def metaplex(is_mutable: bytes, creators: bytes = b"\x00", about: str = MINT) -> AccountData:
    texts = b"".join(len(text).to_bytes(4, "little") + text for text in (b"Toll", b"TOLL", b"https://x"))
    head = b"\x04" + decode_base58(MAKER) + decode_base58(about)
    return account(METAPLEX, head + texts + bytes(2) + creators + b"\x01" + is_mutable)


def test_whether_metaplex_lets_names_change() -> None:
    two = b"\x01" + (2).to_bytes(4, "little") + bytes(68)
    place = metaplex_address(MINT)
    for creators in (b"\x00", two):
        for flag, expected in ((b"\x01", True), (b"\x00", False), (b"", None), (b"\x07", None)):
            found = read_metaplex_authority(MINT, metaplex(flag, creators))
            assert found == MetaplexMetadata(place, MAKER, expected)
    assert read_metaplex_authority(OTHER, metaplex(b"\x01")) is None
    assert read_metaplex_authority(MINT, None) is None


async def test_a_mint_costs_two_calls_and_a_third_for_its_fee() -> None:
    chain = FakeChain(current_epoch=12)
    base = b"\x01\0\0\0" + decode_base58(MAKER) + bytes(8) + b"\x06\x01" + bytes(36)
    hook = (
        (14).to_bytes(2, "little") + (64).to_bytes(2, "little") + decode_base58(MAKER) + decode_base58(OTHER)
    )
    extended = base + bytes(83) + b"\x01" + hook
    chain.data[MINT] = AccountData(MINT, TOKEN_2022, 1, extended, 7)
    chain.data[OTHER] = account(UPGRADEABLE_LOADER, b"\x02\0\0\0" + bytes(32))
    code = b"\x03\0\0\0" + bytes(8) + b"\x01" + decode_base58(MAKER) + bytes(10_000)
    chain.data[program_data_address(OTHER)] = account(UPGRADEABLE_LOADER, code)
    facts = await MintReader(chain).read(MINT, {})
    assert chain.calls == ["accounts", "accounts"]
    assert facts[MintAuthorities].hook == HookProgram(OTHER, True, MAKER)
    assert facts[MintAuthorities].known == {MAKER: KEY}
    with_fee = extended + (1).to_bytes(2, "little") + (108).to_bytes(2, "little") + bytes(108)
    chain.data[MINT] = AccountData(MINT, TOKEN_2022, 1, with_fee, 7)
    chain.calls.clear()
    facts = await MintReader(chain).read(MINT, {})
    assert chain.calls == ["accounts", "accounts", "epoch"]
    assert facts[MintAuthorities].epoch == 12


async def test_a_chain_that_fails_is_unknown_and_so_is_what_is_no_mint() -> None:
    chain = FakeChain(down=True)
    facts = await MintReader(chain).read(MINT, {})
    assert set(facts.values()) == {Unknown(UnknownReason.UNAVAILABLE)}
    chain.down = False
    facts = await MintReader(chain).read(MINT, {})
    assert set(facts.values()) == {Unknown(UnknownReason.UNREADABLE)}
