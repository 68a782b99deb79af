"""What the uses of powers come to, apart from the powers."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tests.unit.scanner.test_token_powers import MAKER, MINT, OTHER, behind, mint
from walletwatch.domain.inspection.authorities import Authority, AuthorityKind, MintAuthorities
from walletwatch.domain.inspection.creator import Deed, Deployments, MadeToken, Minting
from walletwatch.domain.inspection.deeds import DeedKind, MintDeeds, Usage
from walletwatch.domain.inspection.liquidity import Liquidity, PoolState
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Finding, Outcome, Unknown, UnknownReason
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token.deeds import CHECK

USAGE = Usage(
    DeedKind.TAKEN, MAKER, "account", OTHER, 5_000_000, 0, False, False, "signature", 40, 1_790_000_000
)
STATE = mint()


def looked(*usages: Usage, helps: Sequence[object] = (), complete: bool = True) -> Outcome:
    """The outcome of the check, with what helps it."""
    known: dict[type, object] = {
        MintState: STATE,
        MintDeeds: MintDeeds(MINT, usages, 9, complete),
        MintAuthorities: behind(STATE),
    }
    known |= {type(each): each for each in helps}
    return CHECK.make(known)


def found(*usages: Usage, **helps: object) -> list[Finding]:
    return list(looked(*usages, helps=list(helps.values())).findings)


def pool(opened_at: int) -> Liquidity:
    state = PoolState(
        "pool",
        MAKER,
        opened_at,
        OTHER,
        "vault",
        "counter vault",
        True,
        5,
        5,
        Decimal(9),
        Decimal(1),
        None,
        None,
    )
    return Liquidity(MINT, (state,), True, 1_790_000_900, 41)


def test_what_was_taken_is_told_with_whom_from_whom_and_how_much() -> None:
    more = replace(USAGE, account="second", amount=7_000_000, signature="later", slot=41)
    (finding,) = found(USAGE, more)
    assert finding.rule == "delegate_took"
    assert finding.values == {"authority": MAKER, "amount": Decimal(12), "holders": 2}
    assert [(each.account, each.field, each.value) for each in finding.evidence] == [
        ("later", "taken by the permanent delegate", "7000000"),
        ("signature", "taken by the permanent delegate", "5000000"),
        ("second", "owner", OTHER),
        ("account", "owner", OTHER),
    ]
    (finding,) = found(replace(USAGE, kind=DeedKind.BURNED))
    assert finding.rule == "delegate_burned"


def test_several_signers_weigh_less_than_one_key() -> None:
    shared = behind(STATE, Authority(AuthorityKind.MULTISIG, needed=2, signers=3))
    rules = read_rules()
    scores = []
    for authorities in (behind(STATE), shared):
        outcome = looked(USAGE, helps=[authorities])
        scores.append(weigh([outcome], rules).score)
    assert scores == [40, 20]
    assert [each.rule for each in found(USAGE, authorities=shared)] == ["delegate_took_shared"]


def test_frozen_accounts_count_in_full_while_they_are_frozen() -> None:
    frozen = replace(USAGE, kind=DeedKind.FROZEN, amount=0)
    (finding,) = found(frozen, replace(frozen, account="thawed", undone=True))
    assert (finding.rule, finding.share) == ("holders_frozen", Decimal(1))
    assert finding.values == {"authority": MAKER, "holders": 2, "still": 1}
    assert [(each.field, each.value) for each in finding.evidence] == [("freezeAccount", "account")]
    (finding,) = found(replace(frozen, undone=True))
    assert finding.share == Decimal("0.5")
    assert found(replace(frozen, owner=MAKER)) == []


def test_pauses_and_fees() -> None:
    (finding,) = found(replace(USAGE, kind=DeedKind.PAUSED, account=MINT, owner=None, amount=0))
    assert (finding.rule, finding.values) == ("pause_used", {"authority": MAKER, "times": 1})
    fee = replace(USAGE, kind=DeedKind.FEE_RAISED, account=MINT, owner=None, before=100, amount=600)
    (finding,) = found(fee, replace(fee, before=50, amount=100, signature="before"))
    assert finding.rule == "fee_raised"
    assert finding.values == {"authority": MAKER, "before": 1, "percent": 6}
    assert finding.share == Decimal("0.1")
    assert [each.value for each in finding.evidence] == [
        "100 to 600 basis points",
        "50 to 100 basis points",
    ]


def test_what_is_made_before_it_could_be_traded_is_its_beginning() -> None:
    minted = replace(USAGE, kind=DeedKind.MINTED, amount=10**14)
    assert found(minted) == []
    assert found(minted, liquidity=pool(1_790_000_001)) == []
    assert found(minted, liquidity=pool(0)) == []
    assert found(replace(minted, at=None), liquidity=pool(1_780_000_000)) == []
    for finding in (
        *found(replace(minted, traded=True)),
        *found(minted, liquidity=pool(1_780_000_000)),
    ):
        assert finding.rule == "minted_after_launch"
        assert finding.values == {"authority": MAKER, "amount": Decimal(10**8), "percent": Decimal("10.0")}
        assert finding.share == Decimal("0.2")
    assert found(replace(minted, traded=True, amount=10**12)) == []


def test_what_the_check_of_the_maker_tells_is_not_told_twice() -> None:
    deed = Deed("signature", 40, None)
    token = MadeToken(MINT, deed, (), (), (Minting(deed, 5),), (), None)
    minted = replace(USAGE, kind=DeedKind.MINTED, amount=10**14, traded=True)
    made = Deployments(MAKER, (token,), True, None)
    assert found(minted, made=made) == []
    elsewhere = Deployments(MAKER, (replace(token, mint=OTHER),), True, None)
    assert len(found(minted, made=elsewhere)) == 1


def test_what_was_not_read_lowers_the_confidence_only() -> None:
    outcome = looked(USAGE, complete=False)
    assert outcome.unknown is UnknownReason.TOO_MUCH
    assert [each.rule for each in outcome.findings] == ["delegate_took"]
    unread = CHECK.make({MintState: STATE, MintDeeds: Unknown(UnknownReason.REFUSED)})
    assert (unread.findings, unread.unknown) == ((), UnknownReason.REFUSED)


def test_whose_power_it_was_is_not_guessed() -> None:
    signers = behind(STATE, Authority(AuthorityKind.MULTISIG, None, 2, 3))
    minted = replace(USAGE, kind=DeedKind.MINTED, amount=10**14, traded=True)
    (known,) = found(minted, authorities=signers)
    assert known.rule == "minted_after_launch_shared"
    facts: dict[type, object] = {
        MintState: STATE,
        MintDeeds: MintDeeds(MINT, (minted,), 9, True),
        MintAuthorities: Unknown(UnknownReason.REFUSED),
    }
    assert CHECK.make(facts) == Outcome("deeds", (), UnknownReason.REFUSED)
