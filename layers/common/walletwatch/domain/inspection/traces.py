"""What a wallet's transactions say of accounts that it gave away, of nonces, and of its approvals."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GivenAccount:
    """A token account that was the wallet's and is somebody else's now.

    Attributes:
        owner: Who owns it now.
        by_key: Somebody can have a private key for the owner; else it is a program's.
        amount: Raw tokens in it now.
        associated: It is the address to which the wallet's tokens of that mint are sent.
        signature: Of the transaction in which the wallet gave it; None where that was not read.
        given_slot: Of that transaction.
        slot: At which the account was read.
    """

    address: str
    mint: str
    owner: str
    by_key: bool
    amount: int
    associated: bool
    signature: str | None
    given_slot: int | None
    slot: int


@dataclass(frozen=True, slots=True)
class GivenAccounts:
    """All of them that were found.

    Attributes:
        accounts: Those to which the wallet's tokens are sent first.
        complete: Whether all of the wallet's history was looked through, and every account in it.
    """

    wallet: str
    accounts: tuple[GivenAccount, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class NonceAccount:
    """A durable nonce account: what is signed on it is valid until its authority advances it.

    Attributes:
        authority: Who advances it, and takes its lamports out.
        payer: Who paid for it; None where that was not read.
        signature: Of the newest transaction that shows what the wallet has to do with it.
        used_slot: Of that transaction.
        slot: At which the account was read.
    """

    address: str
    lamports: int
    authority: str
    payer: str | None
    signature: str
    used_slot: int
    slot: int


@dataclass(frozen=True, slots=True)
class SignedOnNonce:
    """The wallet signed transactions on somebody else's nonce.

    Attributes:
        address: Of the nonce account.
        authority: Who had to sign, too.
        count: Of the transactions that landed; of others nobody can know.
        signature: Of the newest one.
        slot: Of that one.
    """

    address: str
    authority: str
    count: int
    signature: str
    slot: int


@dataclass(frozen=True, slots=True)
class Nonces:
    """The nonce accounts that a wallet paid for or has the say about, and those that it signed on.

    Attributes:
        complete: Whether all of the wallet's history was looked through, and every account in it.
    """

    wallet: str
    accounts: tuple[NonceAccount, ...]
    signed_on: tuple[SignedOnNonce, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class ClosedMint:
    """The address was a token, and its mint was closed.

    Attributes:
        by: Who closed it.
        signature: Of the transaction.
    """

    mint: str
    by: str
    signature: str
    slot: int


@dataclass(frozen=True, slots=True)
class Approval:
    """The last time that the wallet let somebody spend from a token account.

    Attributes:
        at: Unix seconds; None where the node does not tell.
    """

    account: str
    delegate: str
    signature: str
    slot: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Approvals:
    """The approvals in a wallet's history that were not revoked in it.

    Attributes:
        looked: Transactions that were looked through, the newest ones.
        complete: Whether there are no others.
    """

    wallet: str
    given: tuple[Approval, ...]
    looked: int
    complete: bool
