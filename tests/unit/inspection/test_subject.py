"""What an address is that is scanned as a wallet."""

import pytest
from solders.keypair import Keypair

from tests.fakes.chain import FakeChain
from tests.unit.chain.scenes import address
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.owners import pool_authority
from walletwatch.chain.inspection.subject import SubjectReader, subject_of
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.subject import AddressKind, Subject
from walletwatch.domain.programs import STAKE, SYSTEM, TOKEN, TOKEN_2022, UPGRADEABLE_LOADER
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.wallet.subject import CHECK

KEY = str(Keypair.from_seed(bytes(32)).pubkey())
DERIVED = pool_authority(address("program"))
OWNER = address("owner")
HOLDING = bytes(32) + decode_address(OWNER) + bytes(101)
EXTENDED_MINT = bytes(165) + b"\1"


def account(owner: str, data: bytes = b"") -> AccountData:
    return AccountData(KEY, owner, 5, data, 9)


@pytest.mark.parametrize(
    ("where", "found", "expected"),
    [
        (KEY, None, Subject(KEY, AddressKind.KEY)),
        (KEY, account(SYSTEM), Subject(KEY, AddressKind.KEY, slot=9)),
        (DERIVED, None, Subject(DERIVED, AddressKind.DERIVED)),
        (DERIVED, account(SYSTEM), Subject(DERIVED, AddressKind.DERIVED, slot=9)),
    ],
)
def test_what_belongs_to_nobody_else(where: str, found: AccountData | None, expected: Subject) -> None:
    assert subject_of(where, found) == expected


@pytest.mark.parametrize(
    ("found", "kind", "owner"),
    [
        (account(UPGRADEABLE_LOADER, bytes(36)), AddressKind.PROGRAM, None),
        (account(TOKEN, HOLDING), AddressKind.TOKEN_ACCOUNT, OWNER),
        (account(TOKEN_2022, HOLDING), AddressKind.TOKEN_ACCOUNT, OWNER),
        (account(TOKEN_2022, HOLDING + b"\2"), AddressKind.TOKEN_ACCOUNT, OWNER),
        (account(TOKEN_2022, EXTENDED_MINT), AddressKind.OWNED, None),
        (account(TOKEN, bytes(82)), AddressKind.OWNED, None),
        (account(STAKE, bytes(166)), AddressKind.OWNED, None),
        # A nonce account.
        (account(SYSTEM, bytes(80)), AddressKind.OWNED, None),
        (account(address("somebody's program"), b""), AddressKind.OWNED, None),
    ],
)
def test_what_is_a_programs(found: AccountData, kind: AddressKind, owner: str | None) -> None:
    subject = subject_of(KEY, found)
    assert (subject.kind, subject.program, subject.owner, subject.slot) == (kind, found.owner, owner, 9)
    assert decode(encode(subject), Subject) == subject


async def test_a_chain_that_does_not_answer_leaves_it_unknown() -> None:
    chain = FakeChain()
    assert (await SubjectReader(chain).read(KEY, {}))[Subject] == Subject(KEY, AddressKind.KEY)
    chain.down = True
    assert (await SubjectReader(chain).read(KEY, {}))[Subject] == Unknown(UnknownReason.UNAVAILABLE)


def test_what_is_no_wallet_is_never_called_safe() -> None:
    rules = read_rules()
    for kind in AddressKind:
        subject = Subject(KEY, kind, "program", "Program", OWNER, 9)
        outcome = CHECK.make({Subject: subject})
        verdict = weigh([outcome], rules)
        is_wallet = kind in {AddressKind.KEY, AddressKind.DERIVED}
        assert (verdict.score, verdict.is_clear) == (0, is_wallet)
        assert (outcome.unknown is None) is is_wallet
        assert [each.rule for each in outcome.findings] == (
            [] if kind is AddressKind.KEY else [f"address_is_{kind.value}"]
        )
