"""`ports.Inspector` from the chain."""

from walletwatch.chain.inspection.parts import PartReader
from walletwatch.domain.scans import Inspection
from walletwatch.domain.work import SubjectKind
from walletwatch.ports.chain import Tokens


class ChainInspector:
    """Tells a token from a wallet, and reads the parts of either.

    Args:
        tokens: Whoever has a name here is a token; anything else is looked at as a wallet.
        token: Reads the parts of a token.
        wallet: Reads the parts of a wallet.
    """

    def __init__(self, tokens: Tokens, *, token: PartReader, wallet: PartReader) -> None:
        self._tokens = tokens
        self._token = token
        self._wallet = wallet

    async def inspect(self, subject: str, kind: SubjectKind) -> Inspection:
        """What there is to know about an address, read now or remembered.

        Raises:
            ChainUnavailable: Not even what the address is could be read.
        """
        identity = None
        if kind is not SubjectKind.WALLET:
            identity = (await self._tokens.identities([subject])).get(subject)
        found = SubjectKind.WALLET if identity is None else SubjectKind.TOKEN
        read = await (self._wallet if identity is None else self._token).read(subject)
        return Inspection(subject, found, identity, read.facts, read.read_at, read.fresh_until)
