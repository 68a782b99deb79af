"""What a wallet's history says of accounts that it gave away, of nonces and of approvals."""

import struct
from dataclasses import replace

import pytest

from tests.fakes.chain import FakeChain
from tests.unit.chain.scenes import Story, address
from tests.unit.inspection.lives import Lives, made
from walletwatch.chain.inspection.formerly_own import MAX_ACCOUNTS, MAX_NONCES, read_formerly_own, read_nonce
from walletwatch.chain.inspection.histories import History, read_history
from walletwatch.chain.inspection.instructions import associated_account
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.traces import Seen, Traces, traces_of
from walletwatch.chain.inspection.wallet_history import HISTORY_FACTS, WalletHistory
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.traces import (
    Approval,
    Approvals,
    ClosedMint,
    GivenAccount,
    GivenAccounts,
    NonceAccount,
    Nonces,
    SignedOnNonce,
)
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.programs import SYSTEM, TOKEN, TOKEN_2022
from walletwatch.domain.risk import Unknown, UnknownReason

ME, THIEF, FRIEND, COIN, NONCE, SYSVAR = (
    address(name) for name in ("me", "thief", "friend", "coin", "nonce", "sysvar")
)
DEPOSIT = associated_account(ME, COIN, TOKEN)


@pytest.fixture
def lives() -> Lives:
    lives = Lives()
    lives.fund(FRIEND, ME)
    return lives


async def traces(lives: Lives) -> Traces:
    history = await read_history(lives.chain, ME, count=1000)
    assert isinstance(history, History)
    return traces_of(history)


def approve(account: str, delegate: str, owner: str = ME) -> Story:
    return Story(owner).call(TOKEN, b"\4" + struct.pack("<Q", 5), account, delegate, owner)


def give(account: str, new: str | None, kind: int = 2) -> Story:
    """SetAuthority, of an account's owner unless another kind is named."""
    option = b"\0" if new is None else b"\1" + decode_address(new)
    return Story(ME).call(TOKEN, bytes([6, kind]) + option, account, ME)


def create_nonce(payer: str, authority: str, signer: str = ME) -> Story:
    story = Story(signer).call(
        SYSTEM, struct.pack("<IQQ", 0, 10**6, 80) + decode_address(SYSTEM), payer, NONCE
    )
    return story.call(SYSTEM, struct.pack("<I", 6) + decode_address(authority), NONCE, SYSVAR, SYSVAR)


def advance(authority: str) -> Story:
    return Story(ME).call(SYSTEM, struct.pack("<I", 4), NONCE, SYSVAR, authority)


def token_account(name: str, owner: str, *, program: str = TOKEN, extra: bytes = b"") -> AccountData:
    data = decode_address(COIN) + decode_address(owner) + struct.pack("<Q", 9) + bytes(36) + b"\1" + bytes(56)
    return AccountData(name, program, 2_039_280, data + extra, 500)


def nonce_account(authority: str, *, state: int = 1, owner: str = SYSTEM) -> AccountData:
    data = struct.pack("<II", 1, state) + decode_address(authority) + bytes(32) + struct.pack("<Q", 5000)
    return AccountData(NONCE, owner, 1_447_680, data, 500)


async def test_the_last_approval_counts_until_it_is_revoked(lives: Lives) -> None:
    lives.land(approve("11111111111111111111111111111112", FRIEND))
    first, second, third = (address(f"account {number}") for number in range(3))
    lives.land(approve(first, FRIEND))
    last = lives.land(approve(first, THIEF))
    lives.land(approve(second, FRIEND))
    lives.land(Story(ME).call(TOKEN, b"\5", second, ME))
    lives.land(approve(third, FRIEND))
    lives.land(give(third, THIEF))
    found = (await traces(lives)).approvals
    assert list(found) == ["11111111111111111111111111111112", first]
    assert found[first] == Approval(first, THIEF, last, lives.chain.current_slot - 4, lives.now - 40)


async def test_what_others_approve_is_not_the_wallets(lives: Lives) -> None:
    lives.land(approve(address("theirs"), ME, owner=FRIEND), ME)
    assert (await traces(lives)).approvals == {}


async def test_owners_that_the_wallet_set_are_found_and_other_authorities_are_not(lives: Lives) -> None:
    given = lives.land(give(address("given"), THIEF))
    lives.land(give(address("to myself"), ME))
    lives.land(give(address("close authority"), THIEF, kind=3))
    lives.land(give(address("mint"), None, kind=0))
    found = await traces(lives)
    assert found.given == {address("given"): Seen(given, lives.chain.current_slot - 3)}


async def test_nonces_are_found_with_who_paid_for_them(lives: Lives) -> None:
    lives.land(create_nonce(ME, THIEF))
    found = await traces(lives)
    assert (list(found.nonces), found.payers) == ([NONCE], {NONCE: ME})
    lives.land(create_nonce(FRIEND, ME))
    found = await traces(lives)
    assert (list(found.nonces), found.payers) == ([NONCE], {NONCE: FRIEND})


async def test_the_wallet_has_nothing_to_do_with_a_nonce_that_others_make_for_others(lives: Lives) -> None:
    lives.land(create_nonce(FRIEND, THIEF))
    found = await traces(lives)
    assert found.nonces == {}


async def test_signing_on_somebody_elses_nonce_counts_only_at_the_beginning(lives: Lives) -> None:
    lives.land(advance(THIEF).pay(ME, FRIEND, 5))
    last = lives.land(advance(THIEF).pay(ME, FRIEND, 6))
    lives.land(Story(ME).pay(ME, FRIEND, 7).call(SYSTEM, struct.pack("<I", 4), NONCE, SYSVAR, FRIEND))
    lives.land(advance(ME))
    found = await traces(lives)
    assert found.signed_on == (SignedOnNonce(NONCE, THIEF, 2, last, lives.chain.current_slot - 2),)
    assert list(found.nonces) == [NONCE]


async def test_the_address_to_which_tokens_are_sent_is_looked_at_though_nobody_names_it() -> None:
    chain = FakeChain()
    chain.data[DEPOSIT] = token_account(DEPOSIT, THIEF)
    facts = await read_formerly_own(chain, ME, Traces(mints={COIN: None}), whole=True)
    account = GivenAccount(DEPOSIT, COIN, THIEF, by_key(THIEF), 9, True, None, None, 500)
    assert facts[GivenAccounts] == GivenAccounts(ME, (account,), complete=True)
    assert decode(encode(facts[GivenAccounts]), GivenAccounts | Unknown) == facts[GivenAccounts]
    chain.data[DEPOSIT] = token_account(DEPOSIT, ME)
    facts = await read_formerly_own(chain, ME, Traces(mints={COIN: None}), whole=True)
    assert facts[GivenAccounts] == GivenAccounts(ME, (), complete=True)
    assert chain.calls == ["accounts"] * 2


def by_key(owner: str) -> bool:
    from solders.pubkey import Pubkey  # noqa: PLC0415 - only here

    return Pubkey.from_string(owner).is_on_curve()


@pytest.mark.parametrize(
    "account",
    [
        None,
        token_account("given", THIEF, program=SYSTEM),
        replace(token_account("given", THIEF), data=bytes(164)),
        replace(token_account("given", THIEF), data=bytes(165)),
        token_account("given", THIEF, program=TOKEN_2022, extra=b"\1"),
    ],
)
async def test_what_is_no_token_account_any_more_is_nobodys(account: AccountData | None) -> None:
    chain = FakeChain()
    if account is not None:
        chain.data["given"] = account
    facts = await read_formerly_own(chain, ME, Traces(given={"given": Seen("s", 1)}), whole=True)
    assert facts[GivenAccounts] == GivenAccounts(ME, (), complete=True)


def test_a_nonce_account_is_read_and_what_is_none_is_not() -> None:
    seen = Seen("signature", 7)
    read = read_nonce(nonce_account(THIEF), seen, ME)
    assert read == NonceAccount(NONCE, 1_447_680, THIEF, ME, "signature", 7, 500)
    assert read_nonce(nonce_account(THIEF, state=0), seen, ME) is None
    assert read_nonce(nonce_account(THIEF, owner=TOKEN), seen, ME) is None
    short = nonce_account(THIEF)
    assert read_nonce(replace(short, data=short.data[:-1]), seen, ME) is None


async def test_an_address_that_was_a_token(lives: Lives) -> None:
    def close(account: str) -> Story:
        return Story(FRIEND).call(TOKEN_2022, b"\x09", account, FRIEND, THIEF)

    # An account of tokens that was closed was no token.
    lives.land(close(ME), ME)
    assert (await traces(lives)).closed is None
    lives.land(made(ME, FRIEND), ME)
    lives.land(close(COIN), ME)
    assert (await traces(lives)).closed is None
    signature = lives.land(close(ME), ME)
    found = (await traces(lives)).closed
    assert found == ClosedMint(ME, THIEF, signature, lives.chain.current_slot)
    facts = await WalletHistory(lives.chain, PROFILES["local"]).read(ME, {})
    assert facts[ClosedMint] == found


async def test_more_than_is_looked_at_is_owned_up_to() -> None:
    chain = FakeChain()
    many = Traces(mints={address(f"mint {number}"): None for number in range(MAX_ACCOUNTS + 1)})
    facts = await read_formerly_own(chain, ME, many, whole=True)
    assert not facts[GivenAccounts].complete
    many = Traces(nonces={address(f"nonce {number}"): Seen("s", 1) for number in range(MAX_NONCES + 1)})
    assert not (await read_formerly_own(chain, ME, many, whole=True))[Nonces].complete
    assert not (await read_formerly_own(chain, ME, Traces(), whole=False))[Nonces].complete


async def test_a_chain_that_does_not_answer_leaves_both_unknown() -> None:
    chain = FakeChain(down=True)
    facts = await read_formerly_own(chain, ME, Traces(mints={COIN: None}), whole=True)
    assert facts == dict.fromkeys((GivenAccounts, Nonces), Unknown(UnknownReason.UNAVAILABLE))


async def test_they_are_part_of_a_wallets_history(lives: Lives) -> None:
    lives.land(create_nonce(ME, THIEF))
    signature = lives.land(approve(address("mine"), FRIEND))
    lives.chain.data[NONCE] = nonce_account(THIEF)
    facts = await WalletHistory(lives.chain, PROFILES["local"]).read(ME, {})
    assert set(facts) == {*HISTORY_FACTS} - {ClosedMint}
    approvals = facts[Approvals]
    assert [each.signature for each in approvals.given] == [signature]
    assert (approvals.looked, approvals.complete) == (3, True)
    assert [each.authority for each in facts[Nonces].accounts] == [THIEF]
    assert decode(encode(facts[Nonces]), Nonces | Unknown) == facts[Nonces]
    assert decode(encode(approvals), Approvals | Unknown) == approvals
