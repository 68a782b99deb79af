"""What is said of mints: recorded ones, and those whose makers can, or do, harm their holders."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
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
    ScaledUiAmount,
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


def test_a_fee_whose_epoch_is_not_known_is_never_held_against_what_may_be_over() -> None:
    unknown = Unknown(UnknownReason.REFUSED)
    coming, over = fee(0, 9_900), fee(9_900, 0)
    found = verdict(coming, behind(coming, epoch=unknown))
    assert [each.finding.rule for each in found.findings] == ["transfer_fee_confiscates_soon"]
    assert found.unknown == {"transfer_fee": UnknownReason.REFUSED}
    found = verdict(over, behind(over, epoch=unknown))
    assert (found.score, found.findings) == (0, ())
    # Nor is it called safe.
    assert not found.is_clear


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


def authority(address: str, mint: str, at_it: AccountData | None) -> Authority:
    return read_authority(address, mint, at_it, program=TOKEN_2022)


def test_what_an_authority_is() -> None:
    multisig = account(TOKEN_2022, b"\x02\x03\x01" + bytes(range(96)) + bytes(256))
    derived = master_edition_address(OTHER)
    assert authority(MAKER, MINT, None) == KEY
    assert authority(MAKER, MINT, account(SYSTEM, b"")) == KEY
    assert authority(MAKER, MINT, multisig) == Authority(AuthorityKind.MULTISIG, TOKEN_2022, 2, 3)
    assert authority(derived, MINT, account(OTHER, b"")) == Authority(AuthorityKind.PROGRAM, OTHER)
    # A stranger's edition is no edition of this mint.
    assert authority(derived, MINT, None) == Authority(AuthorityKind.PROGRAM)
    assert authority(derived, OTHER, None).kind is AuthorityKind.EDITION
    assert len(multisig.data) < HEAD


@pytest.mark.parametrize(
    ("owner", "data"),
    [
        # Whose account was given to a program: the key signs all the same.
        (OTHER, b""),
        # One of three is enough, and so is one that is all three.
        (TOKEN_2022, b"\x01\x03\x01" + bytes(range(96)) + bytes(256)),
        (TOKEN_2022, b"\x02\x03\x01" + 3 * bytes(range(32)) + bytes(256)),
        # Token-2022 takes the other program's multisig for a plain signer.
        (TOKEN, b"\x02\x03\x01" + bytes(range(96)) + bytes(256)),
    ],
)
def test_one_key_that_looks_like_several(owner: str, data: bytes) -> None:
    assert authority(MAKER, MINT, account(owner, data)) == KEY


def test_a_fixed_program_that_another_may_replace() -> None:
    state = mint(hook=TransferHook(OTHER, MAKER))
    fixed = HookProgram(OTHER, exists=True, upgrade_authority=None)
    found = verdict(state, behind(state, hook=fixed))
    assert {each.finding.rule for each in found.findings} == {"hook_fixed", "hook_can_be_set"}


def test_a_program_that_cannot_be_read_weighs_as_the_least_that_it_can_be() -> None:
    state = mint(hook=TransferHook(OTHER, None))
    fixed = HookProgram(OTHER, exists=True, upgrade_authority=None)
    unread = verdict(state, behind(state, hook=Unknown(UnknownReason.UNREADABLE)))
    assert [each.finding.rule for each in unread.findings] == ["hook_unread"]
    assert unread.score == verdict(state, behind(state, hook=fixed)).score
    assert not unread.is_clear


def test_nothing_is_safe_whose_powers_were_not_looked_at() -> None:
    state = replace(mint(), mint_authority=MAKER)
    unread = verdict(state, Unknown(UnknownReason.REFUSED))
    assert (unread.score, unread.level, unread.is_clear) == (0, Level.SAFE, False)
    strange = mint(unreadable=(99,))
    assert not verdict(strange, behind(strange)).is_clear
    assert verdict(mint(), behind(mint())).is_clear


@pytest.mark.parametrize(
    ("multiplier", "new", "since", "rule", "values"),
    [
        (1, 1, 0, "shown_multiplied", {"multiplier": 1}),
        (
            1, 1000, 1_790_000_000, "shown_multiplied_from",
            {"multiplier": 1, "new_multiplier": 1000, "day": "2026-09-21"},
        ),
        (
            1, 2, 2**63 - 1, "shown_multiplied_from",
            {"multiplier": 1, "new_multiplier": 2, "day": "9223372036854775807"},
        ),
        (
            1, 2, -(2**63), "shown_multiplied_from",
            {"multiplier": 1, "new_multiplier": 2, "day": "-9223372036854775808"},
        ),
    ],
)  # fmt: skip
def test_amounts_that_are_shown_otherwise_now_and_later(
    multiplier: int, new: int, since: int, rule: str, values: dict[str, Any]
) -> None:
    state = mint(scaled=ScaledUiAmount(Decimal(multiplier), Decimal(new), since, None))
    (found,) = verdict(state, behind(state)).findings
    assert (found.finding.rule, found.finding.values) == (rule, values)


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
