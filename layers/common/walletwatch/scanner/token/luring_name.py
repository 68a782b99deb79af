"""Whether its name leads people somewhere: links, promises, and characters that nobody sees."""

from collections.abc import Iterator

from walletwatch.domain.inspection.identity import WrittenNames
from walletwatch.domain.lures import Lure, lures
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(names: WrittenNames) -> Iterator[Finding]:
    texts = {
        field: value for field, value in (("name", names.name), ("symbol", names.symbol)) if value is not None
    }
    evidence = tuple(
        Evidence(names.account, field, value, names.slot) for field, value in texts.items() if lures(value)
    )
    found = frozenset[Lure]().union(*map(lures, texts.values()))
    if Lure.PROMISE in found and len(found) > 1:
        yield Finding("name_lures", evidence)
    elif Lure.LINK in found:
        yield Finding("name_has_link", evidence)
    elif Lure.DOMAIN in found:
        yield Finding("name_has_domain", evidence)
    elif Lure.PROMISE in found:
        yield Finding("name_promises", evidence)
    if names.hidden:
        characters = ", ".join(names.hidden)
        yield Finding(
            "name_hides",
            (Evidence(names.account, "name, symbol", characters, names.slot),),
            {"characters": characters},
        )


CHECK = Check("luring_name", (WrittenNames,), _look)
