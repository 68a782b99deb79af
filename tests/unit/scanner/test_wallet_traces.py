"""Accounts that were given away, nonces of others, and since when approvals are open."""

from dataclasses import replace

import pytest

from tests.unit.scanner.test_wallet_accounts import MINT, OTHER, PLAIN, WALLET, found, looked, of
from walletwatch.domain.inspection.traces import (
    Approval,
    Approvals,
    GivenAccount,
    GivenAccounts,
    NonceAccount,
    Nonces,
    SignedOnNonce,
)
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.wallet_checks import WALLET_CHECKS

GIVEN = GivenAccount("account", MINT, OTHER, True, 5, True, "signature", 6, 7)
NONCE = NonceAccount("nonce", 1_447_680, WALLET, WALLET, "signature", 6, 7)
OPEN = replace(PLAIN, delegate=OTHER, delegated_amount=1)
APPROVAL = Approval(PLAIN.address, OTHER, "approval", 5, 1_790_000_000)


def given(*accounts: GivenAccount, complete: bool = True) -> GivenAccounts:
    return GivenAccounts(WALLET, accounts, complete)


def nonces(
    *accounts: NonceAccount, signed_on: tuple[SignedOnNonce, ...] = (), complete: bool = True
) -> Nonces:
    return Nonces(WALLET, accounts, signed_on, complete)


def test_an_account_is_worst_given_where_senders_still_send_to() -> None:
    elsewhere = replace(GIVEN, address="elsewhere", associated=False)
    escrow = replace(GIVEN, address="escrow", by_key=False, signature=None, given_slot=None)
    findings = looked(given(escrow, elsewhere, GIVEN))["given_accounts"].findings
    assert [each.rule for each in findings] == [
        "deposit_account_given_away",
        "account_given_away",
        "account_given_to_program",
    ]
    assert [(each.account, each.field, each.value, each.slot) for each in findings[0].evidence] == [
        ("signature", "setAuthority accountOwner", "account", 6),
        ("account", "owner", OTHER, 7),
        ("account", "amount", "5", 7),
    ]
    assert [each.account for each in findings[2].evidence] == ["escrow", "escrow"]
    assert findings[0].values == {"owner": OTHER, "account": "account", "mint": MINT}


def test_an_escrow_is_no_risk_and_a_lost_deposit_address_is_one() -> None:
    rules = read_rules()
    escrow = replace(GIVEN, by_key=False)
    assert weigh(list(looked(given(escrow)).values()), rules).score == 0
    assert weigh(list(looked(given(GIVEN)).values()), rules).score == 40


def test_nonces_by_whose_they_are() -> None:
    assert found(nonces(NONCE)) == {"nonce_kept"}
    assert found(nonces(replace(NONCE, payer=None))) == {"nonce_of_unknown_maker"}
    assert found(nonces(replace(NONCE, payer=OTHER))) == {"nonce_made_by_other"}
    assert found(nonces(replace(NONCE, authority=OTHER))) == {"nonce_of_other"}
    # Somebody else's altogether: the wallet only gave it away, or signed when it was made.
    assert found(nonces(replace(NONCE, authority=OTHER, payer=None))) == set()
    used = SignedOnNonce("theirs", OTHER, 3, "signature", 6)
    (finding,) = looked(nonces(signed_on=(used,)))["nonces"].findings
    assert finding.rule == "signed_on_nonce_of_other"
    assert finding.values == {"authority": OTHER, "nonce": "theirs", "times": 3}


def test_what_was_not_read_of_a_history_lowers_the_confidence_only() -> None:
    for fact, check in ((given(GIVEN, complete=False), "given_accounts"), (nonces(complete=False), "nonces")):
        assert looked(fact)[check].unknown is UnknownReason.TOO_MUCH
    assert found(given(GIVEN, complete=False)) == {"deposit_account_given_away"}


@pytest.mark.parametrize(
    ("approvals", "remark", "values"),
    [
        (Approvals(WALLET, (APPROVAL,), 9, complete=True), "approved_on", {"since": "2026-09-21"}),
        (
            Approvals(WALLET, (replace(APPROVAL, at=None),), 9, complete=True),
            "approved_in_slot",
            {"since_slot": 5},
        ),
        (Approvals(WALLET, (), 400, complete=False), "approved_before", {"looked": 400}),
        # Somebody else was let in then: it is not this approval.
        (
            Approvals(WALLET, (replace(APPROVAL, delegate=MINT),), 400, complete=False),
            "approved_before",
            {"looked": 400},
        ),
        (Approvals(WALLET, (), 9, complete=True), "approved_unknown", {}),
        (Unknown(UnknownReason.UNAVAILABLE), "approved_unknown", {}),
        (None, "approved_unknown", {}),
    ],
)
def test_since_when_an_approval_is_open(
    approvals: Approvals | Unknown | None, remark: str, values: dict[str, object]
) -> None:
    facts = {type(of()): of(OPEN), Approvals: approvals}
    if approvals is None:
        del facts[Approvals]
    (finding,) = next(check for check in WALLET_CHECKS if check.name == "approvals").make(facts).findings
    assert finding.remark == remark
    assert values.items() <= finding.values.items()
    shown = [each.slot for each in finding.evidence if each.account == "approval"]
    assert shown == ([5] if remark in {"approved_on", "approved_in_slot"} else [])
