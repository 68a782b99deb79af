"""Whether the file that its maker points to is one that a wallet can use."""

from collections.abc import Iterator, Mapping
from typing import Final

from walletwatch.domain.fetching import Miss, Refusal
from walletwatch.domain.inspection.identity import MetadataFile, Useless, WrittenNames
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check

_RULES: Final[Mapping[Refusal | Miss, str]] = {
    Refusal.HTTP: "metadata_over_http",
    Refusal.PRIVATE_ADDRESS: "metadata_private",
    Miss.NOT_FOUND: "metadata_not_found",
}


def _look(names: WrittenNames, file: MetadataFile) -> Iterator[Finding]:
    if isinstance(file.content, Useless):
        why = file.content.why
        evidence = (
            Evidence(names.account, "uri", file.link, names.slot),
            Evidence(names.account, "uri → answer", why.value, None),
        )
        yield Finding(_RULES.get(why, "metadata_unusable"), evidence)


CHECK = Check("metadata_file", (WrittenNames, MetadataFile), _look)
