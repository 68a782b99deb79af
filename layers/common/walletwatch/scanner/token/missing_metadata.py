"""Whether its maker has said what it is called."""

from collections.abc import Iterator

from walletwatch.domain.inspection.identity import WrittenNames
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.domain.tokens import IdentitySource
from walletwatch.scanner.check import Check

NOTHING = "none"


def _look(names: WrittenNames) -> Iterator[Finding]:
    if names.source is IdentitySource.NONE:
        yield Finding("metadata_missing", (Evidence(names.account, "metadata", NOTHING, names.slot),))
    elif names.name is None and names.symbol is None:
        yield Finding("name_missing", (Evidence(names.account, "name", NOTHING, names.slot),))
    elif names.link is None:
        yield Finding("metadata_link_missing", (Evidence(names.account, "uri", NOTHING, names.slot),))


CHECK = Check("missing_metadata", (WrittenNames,), _look)
