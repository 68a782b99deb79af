"""Whether its file calls it otherwise than the chain does."""

from collections.abc import Iterator

from walletwatch.domain.inspection.identity import MetadataFile, Useless, WrittenNames
from walletwatch.domain.lookalikes import skeleton
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(names: WrittenNames, file: MetadataFile) -> Iterator[Finding]:
    said = file.content
    if isinstance(said, Useless):
        return
    pairs = (("name", names.name, said.name), ("symbol", names.symbol, said.symbol))
    if said.imitates is not None and names.imitates is None:
        evidence = [
            Evidence(names.account, f"uri → {field}", there, None)
            for field, _, there in pairs
            if there is not None
        ]
        evidence.append(Evidence(said.imitates.mint, "listed as", said.imitates.symbol, None))
        yield Finding("file_imitates_listed", tuple(evidence), {"symbol": said.imitates.symbol})
        return
    for field, here, there in pairs:
        if here is not None and there is not None and _differ(here, there):
            evidence = [
                Evidence(names.account, field, here, names.slot),
                Evidence(names.account, f"uri → {field}", there, None),
            ]
            yield Finding("file_contradicts", tuple(evidence), {"here": here, "there": there})
            return


def _differ(one: str, other: str) -> bool:
    shapes = sorted((skeleton(one), skeleton(other)), key=len)
    # Metaplex keeps 32 bytes of a name and 10 of a symbol: the file may have the whole of it.
    return bool(shapes[0]) and not shapes[1].startswith(shapes[0])


CHECK = Check("contradictory_metadata", (WrittenNames, MetadataFile), _look)
