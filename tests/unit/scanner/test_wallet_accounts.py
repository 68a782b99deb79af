"""What a wallet's accounts allow, hold and keep."""

from dataclasses import replace
from decimal import Decimal

from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.inspection.authorities import Authority, AuthorityKind, MintAuthorities
from walletwatch.domain.inspection.conduct import Circle, Conduct, Crumb, Emptying, Poisoning
from walletwatch.domain.inspection.holdings import HeldToken, HeldTokens, Holdings
from walletwatch.domain.inspection.mint import Extensions, MintState
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.risk import Outcome, Unknown, UnknownReason
from walletwatch.domain.wallets import AccountKind
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.wallet_checks import WALLET_CHECKS

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER = "DyM3LyzCH9SfZ5U2sKV5aV1JAL6LczfuaNGHqVRAg8GP"
MINT = "iM3Cos531jwKsPLXQqtMPhtFyN2NFcH92nY3XPEXvJP"
PLAIN = TokenHolding("account", AccountKind.TOKEN, MINT, 5_000_000, 6, 2_039_280)
STATE = MintState(MINT, False, 10**12, 6, None, None, Extensions(), 7)
SAFE = HeldToken(
    MINT, 5_000_000, "GOOD", None, False, Decimal(30), STATE, MintAuthorities({}, None, None, None, 7)
)
TAKEABLE = replace(
    SAFE,
    name="TAKE",
    usd=Decimal(10),
    mint=replace(
        STATE, token_2022=True, mint_authority=OTHER, extensions=Extensions(permanent_delegate=OTHER)
    ),
    authorities=MintAuthorities({OTHER: Authority(AuthorityKind.KEY)}, None, None, None, 7),
)
HELD = HeldTokens(WALLET, (SAFE,), 0, Decimal(60), priced=True)
CONDUCT = Conduct(
    wallet=WALLET,
    transactions=9,
    first_at=1_790_000_000,
    last_at=1_790_000_900,
    first_signature="first",
    first_slot=3,
    hours=(3, 4),
    own=9,
    emptying=None,
    circles=(),
    poisonings=(),
    crumbs=(),
    dusted=0,
    whole=True,
)


def looked(*facts: object) -> dict[str, Outcome]:
    """The outcomes by check."""
    found = {type(each): each for each in facts}
    return {each.check: each for each in make_all(WALLET_CHECKS, found)}


def found(*facts: object) -> set[str]:
    return {each.rule for outcome in looked(*facts).values() for each in outcome.findings}


def of(*accounts: TokenHolding) -> Holdings:
    return Holdings(WALLET, 10**9, accounts, 7)


def test_an_orderly_wallet_has_nothing() -> None:
    assert found(of(PLAIN), HELD) == set()


def test_an_approval_with_something_to_take_weighs_more_than_one_without() -> None:
    open_ = replace(PLAIN, delegate=OTHER, delegated_amount=10**15)
    holdings = of(replace(open_, address="empty", amount=0), open_)
    approvals = looked(holdings)["approvals"].findings
    assert [each.rule for each in approvals] == ["approval_open", "approval_of_nothing"]
    assert approvals[0].values == {
        "spender": OTHER, "amount": Decimal(10**9), "spendable": Decimal(5), "mint": MINT,
        "account": "account",
    }  # fmt: skip
    assert {(each.account, each.field) for each in approvals[0].evidence} == {
        ("account", "delegate"),
        ("account", "delegated_amount"),
    }
    assert found(of(replace(open_, delegated_amount=0))) == set()


def test_many_approvals_are_counted() -> None:
    many = [replace(PLAIN, address=f"{n}", delegate=OTHER, delegated_amount=1) for n in range(8)]
    approvals = looked(of(*many))["approvals"].findings
    assert [each.rule for each in approvals] == ["approval_open"] * 5 + ["approvals_more"]
    assert approvals[-1].values == {"count": 3}


def test_frozen_accounts_and_those_that_others_close() -> None:
    assert found(of(replace(PLAIN, frozen=True))) == {"account_frozen"}
    assert found(of(replace(PLAIN, close_authority=OTHER))) == {"closable_by_other"}
    assert found(of(replace(PLAIN, close_authority=WALLET))) == set()
    wrapped = replace(PLAIN, mint=WRAPPED_NATIVE_MINT, decimals=9, close_authority=OTHER)
    assert found(of(wrapped)) == {"wrapped_closable_by_other"}


def test_what_can_be_reclaimed() -> None:
    empty = replace(PLAIN, amount=0)
    stuck = replace(empty, frozen=True)
    foreign = replace(empty, close_authority=OTHER)
    (finding,) = looked(of(empty, replace(empty, address="second"), stuck, foreign, PLAIN))[
        "housekeeping"
    ].findings
    assert finding.values == {"count": 2, "amount": Decimal("0.00407856")}


def test_risky_tokens_and_their_share() -> None:
    held = replace(HELD, tokens=(SAFE, TAKEABLE))
    risky, share = looked(held)["exposure"].findings
    assert risky.values["name"] == "TAKE"
    assert risky.evidence[0].field == "permanent_delegate"
    assert share.values == {"percent": Decimal("10.0"), "count": 1}
    trusted = replace(HELD, tokens=(replace(TAKEABLE, listed=True),))
    assert found(trusted) == set()


def test_what_was_not_read_is_unknown() -> None:
    assert looked(replace(HELD, left_out=1))["exposure"].unknown is UnknownReason.TOO_MUCH
    unread = replace(SAFE, mint=Unknown(UnknownReason.REFUSED))
    assert looked(replace(HELD, tokens=(unread,)))["exposure"].unknown is UnknownReason.REFUSED
    unpriced = replace(HELD, tokens=(replace(TAKEABLE, usd=None),), native_usd=None, priced=False)
    outcome = looked(unpriced)["exposure"]
    assert [each.rule for each in outcome.findings] == ["risky_token_held"]
    assert outcome.unknown is UnknownReason.UNAVAILABLE


def test_false_tokens_are_told_and_the_real_ones_not() -> None:
    fake = replace(SAFE, imitates="real")
    assert found(replace(HELD, tokens=(fake,))) == {"fake_token_held"}
    assert found(replace(HELD, tokens=(replace(fake, listed=True),))) == set()


def test_how_it_is_used() -> None:
    assert found(CONDUCT) == {"wallet_since"}
    robot = replace(CONDUCT, own=100, hours=tuple(range(22)))
    assert found(robot) == {"wallet_since", "wallet_automatic"}
    busy = looked(replace(CONDUCT, whole=False))["habits"]
    assert (busy.findings, busy.unknown) == ((), UnknownReason.TOO_MUCH)
    assert found(replace(CONDUCT, transactions=0, first_at=None)) == set()


def test_a_theft_is_a_warning_and_attacks_alone_are_none() -> None:
    attacked = replace(
        CONDUCT,
        poisonings=tuple(Poisoning(OTHER, WALLET, f"{n}", 7, 60) for n in range(5)),
        crumbs=(Crumb(None, "crumb", 7),),
        dusted=90,
    )
    assert found(attacked) == {"wallet_since", "address_poisoned", "wallet_dusted"}
    rules = read_rules()
    assert weigh(list(looked(attacked).values()), rules).score <= 10
    emptied = replace(
        attacked,
        emptying=Emptying(OTHER, 10**10, 0, 2, ("theft",), 7, None),
        circles=(Circle(OTHER, "native", 4, ("a", "b"), 7),),
    )
    assert {"wallet_emptied", "amounts_go_round"} <= found(emptied)
    assert weigh(list(looked(emptied).values()), rules).score >= 40


def test_the_facts_are_kept_as_they_are() -> None:
    emptying = Emptying(OTHER, 10**10, 0, 2, ("theft",), 7, None)
    full = replace(CONDUCT, emptying=emptying, crumbs=(Crumb(None, "crumb", 7),))
    unread = replace(SAFE, mint=Unknown(UnknownReason.REFUSED))
    for fact in (of(PLAIN), replace(HELD, tokens=(TAKEABLE, unread)), full):
        assert decode(encode(fact), type(fact) | Unknown) == fact
