"""Instructions of the vote program (Agave's `parse_vote`); of votes, only those in the oldest form."""

from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable

_AUTHORITY_TYPES = ("Voter", "Withdrawer")


def parse(accounts: Accounts, data: Reader) -> Parsed:
    """Read an instruction.

    Raises:
        Unparsable: It is none that is known.
    """
    kind = data.u32()
    match kind:
        case 0:
            return _initialize(accounts, data)
        case 1:
            return _authorize(accounts, data)
        case 2:
            return _vote(accounts, data)
        case 3:
            named = accounts.named("voteAccount", "destination", "withdrawAuthority")
            return Parsed("withdraw", {**named, "lamports": data.u64()})
        case 4:
            named = accounts.named("voteAccount", "newValidatorIdentity", "withdrawAuthority")
            return Parsed("updateValidatorIdentity", dict(named))
        case 5:
            named = accounts.named("voteAccount", "withdrawAuthority")
            return Parsed("updateCommission", {**named, "commission": data.u8()})
        case _:
            raise Unparsable(f"vote instruction {kind} is not parsed")


def _initialize(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("voteAccount", "rentSysvar", "clockSysvar", "node")
    data.skip(32)
    authorities = {"authorizedVoter": data.pubkey(), "authorizedWithdrawer": data.pubkey()}
    return Parsed("initialize", {**named, **authorities, "commission": data.u8()})


def _authorize(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("voteAccount", "clockSysvar", "authority")
    new_authority, index = data.pubkey(), data.u32()
    if index >= len(_AUTHORITY_TYPES):
        raise Unparsable("unknown authority type")
    info = {"newAuthority": new_authority, "authorityType": _AUTHORITY_TYPES[index]}
    return Parsed("authorize", {**named, **info})


def _vote(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("voteAccount", "slotHashesSysvar", "clockSysvar", "voteAuthority")
    count = data.u64()
    if count * 8 > data.remaining:
        raise Unparsable("fewer slots than announced")
    slots = [data.u64() for _ in range(count)]
    blockhash = data.pubkey()
    timestamp = data.i64() if data.flag() else None
    return Parsed("vote", {**named, "vote": {"slots": slots, "hash": blockhash, "timestamp": timestamp}})
