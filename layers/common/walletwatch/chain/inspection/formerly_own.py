"""What has become of accounts that a wallet's history names: token accounts that it gave away, and nonces.

One call, two for a long history. The address to which a wallet's tokens of a mint are sent (its associated
token account) follows from both, whoever owns it now: so even what was given away before the transactions
that were read is found. Those of Token-2022 cannot be given away (`ImmutableOwner`).
"""

from typing import Final

from walletwatch.chain.inspection.authorities import is_on_curve
from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.instructions import associated_account
from walletwatch.chain.inspection.traces import Seen, Traces
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.traces import GivenAccount, GivenAccounts, NonceAccount, Nonces
from walletwatch.domain.programs import SYSTEM, TOKEN, TOKEN_PROGRAMS
from walletwatch.domain.risk import Facts
from walletwatch.ports.chain import Chain

FORMERLY_OWN_FACTS: Final = (GivenAccounts, Nonces)

MAX_ACCOUNTS: Final = 200
"""Two calls of a hundred, in one request."""
MAX_NONCES: Final = 40
_TOKEN_ACCOUNT: Final = 165
_HEAD: Final = _TOKEN_ACCOUNT + 1
"""With the byte behind it, which tells a token account of Token-2022 from a mint."""
_ACCOUNT_KIND: Final = 2
_STATE: Final = 108
_NONCE: Final = 80
_INITIALIZED: Final = 1


async def read_formerly_own(chain: Chain, wallet: str, traces: Traces, *, whole: bool) -> Facts:
    """`GivenAccounts` and `Nonces`.

    Args:
        chain: Where to look.
        wallet: Whose history the traces are of.
        traces: Of it.
        whole: Whether that is all of its history.
    """
    nonces = list(traces.nonces)[-MAX_NONCES:]
    given = list(traces.given)[-(MAX_ACCOUNTS - len(nonces)) :]
    room = MAX_ACCOUNTS - len(nonces) - len(given)
    deposits = {associated_account(wallet, mint, TOKEN): mint for mint in list(traces.mints)[:room]}
    complete = whole and len(nonces) == len(traces.nonces) and len(deposits) == len(traces.mints)
    wanted = list(dict.fromkeys([*nonces, *given, *deposits]))
    try:
        accounts = await chain.accounts(wanted, head=_HEAD) if wanted else {}
    except (ChainRefused, ChainUnavailable) as error:
        return dict.fromkeys(FORMERLY_OWN_FACTS, unknown(error))
    found = []
    for address in dict.fromkeys([*deposits, *given]):
        account = accounts[address]
        if account is not None:
            one = _given(account, wallet, traces.given.get(address), associated=address in deposits)
            if one is not None:
                found.append(one)
    return {
        GivenAccounts: GivenAccounts(wallet, tuple(found), complete),
        Nonces: Nonces(
            wallet,
            tuple(
                read
                for address in nonces
                if (account := accounts[address]) is not None
                and (read := read_nonce(account, traces.nonces[address], traces.payers.get(address)))
            ),
            traces.signed_on,
            complete,
        ),
    }


def _given(account: AccountData, wallet: str, seen: Seen | None, *, associated: bool) -> GivenAccount | None:
    """A token account of somebody else; None for one that is the wallet's, or is none any more."""
    data = account.data
    if account.owner not in TOKEN_PROGRAMS or len(data) < _TOKEN_ACCOUNT or not data[_STATE]:
        return None
    if len(data) > _TOKEN_ACCOUNT and data[_TOKEN_ACCOUNT] != _ACCOUNT_KIND:
        return None
    owner = encode_address(data[32:64])
    if owner == wallet:
        return None
    return GivenAccount(
        account.address,
        encode_address(data[:32]),
        owner,
        is_on_curve(owner),
        int.from_bytes(data[64:72], "little"),
        associated,
        seen.signature if seen else None,
        seen.slot if seen else None,
        account.slot,
    )


def read_nonce(account: AccountData, seen: Seen, payer: str | None) -> NonceAccount | None:
    """A nonce account (solana-program, `nonce::state::Versions`); None for one that is none any more."""
    data = account.data
    if account.owner != SYSTEM or len(data) != _NONCE:
        return None
    if int.from_bytes(data[4:8], "little") != _INITIALIZED:
        return None
    return NonceAccount(
        account.address,
        account.lamports,
        encode_address(data[8:40]),
        payer,
        seen.signature,
        seen.slot,
        account.slot,
    )
