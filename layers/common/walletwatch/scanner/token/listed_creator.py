"""Whether people were warned of who made a token."""

from collections.abc import Iterator

from walletwatch.domain.inspection.creator import TokenOrigin
from walletwatch.domain.inspection.network import Listed
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(origin: TokenOrigin, listed: Listed) -> Iterator[Finding]:
    source = listed.sources.get(origin.creator)
    if source is None:
        return
    evidence = (
        Evidence(origin.signature or origin.mint, "creator", origin.creator, origin.slot),
        Evidence(origin.creator, "list", source, None),
    )
    rule = "creator_listed" if origin.is_certain else "creator_probably_listed"
    yield Finding(rule, evidence, {"creator": origin.creator, "source": source})


CHECK = Check("creator_listed", (TokenOrigin, Listed), _look)
