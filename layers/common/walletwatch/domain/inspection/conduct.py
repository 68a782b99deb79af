"""How a wallet behaves, and what others tried on its owner."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emptying:
    """Nearly everything left a wallet within minutes, to an address that it had never dealt with.

    Attributes:
        target: The address.
        before: Lamports in the wallet when it began.
        left: Lamports in it when it was over.
        tokens: Movements of tokens to the target at the same time.
        signatures: Of the transactions, the oldest first; not necessarily all.
        slot: Of the last of them.
        at: Unix seconds of the last of them; None where the node does not tell.
    """

    target: str
    before: int
    left: int
    tokens: int
    signatures: tuple[str, ...]
    slot: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Circle:
    """The same amount went to somebody and came back, or the other way round, again and again.

    Attributes:
        rounds: How often.
        asset: A mint, or `"native"`.
        signatures: Of the transactions, the oldest first; not necessarily all.
        slot: Of the last of them.
    """

    other: str
    asset: str
    rounds: int
    signatures: tuple[str, ...]
    slot: int


@dataclass(frozen=True, slots=True)
class Poisoning:
    """An address that shows like one the wallet deals with sent it crumbs.

    Attributes:
        suspicious: The address.
        known: Whom it looks like.
        seconds_after: Since the wallet last dealt with that one; None where the node does not tell.
    """

    suspicious: str
    known: str
    signature: str
    slot: int
    seconds_after: int | None


@dataclass(frozen=True, slots=True)
class Crumb:
    """Dust from a stranger."""

    sender: str | None
    signature: str
    slot: int


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a wallet's newest transactions say of it.

    Attributes:
        transactions: That were read and concern it.
        first_at: Unix seconds of the first of them; None where the node does not tell.
        last_at: The same of the last.
        first_signature: Of the first of them.
        first_slot: Likewise.
        hours: Of the day (UTC) in which it did something itself.
        own: Transactions that it paid the fee of.
        emptying: The last one.
        crumbs: The newest first; not necessarily all.
        dusted: How many there were.
        whole: Whether these are all transactions that it ever had.
    """

    wallet: str
    transactions: int
    first_at: int | None
    last_at: int | None
    first_signature: str
    first_slot: int
    hours: tuple[int, ...]
    own: int
    emptying: Emptying | None
    circles: tuple[Circle, ...]
    poisonings: tuple[Poisoning, ...]
    crumbs: tuple[Crumb, ...]
    dusted: int
    whole: bool
