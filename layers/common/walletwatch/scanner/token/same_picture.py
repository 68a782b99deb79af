"""Whether its picture is that of a listed token."""

from collections.abc import Iterator

from walletwatch.domain.inspection.identity import Picture, Sameness, WrittenNames
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(names: WrittenNames, picture: Picture) -> Iterator[Finding]:
    twin = picture.twin
    if twin is None:
        return
    evidence = [Evidence(names.account, "uri → image", picture.link, None)]
    if twin.by is Sameness.CONTENT and picture.sha256 is not None:
        evidence.append(Evidence(names.account, "image (SHA-256)", picture.sha256, None))
    evidence.append(Evidence(twin.of.mint, "listed as", twin.of.symbol, None))
    yield Finding("picture_of_listed", tuple(evidence), {"symbol": twin.of.symbol})


CHECK = Check("same_picture", (WrittenNames, Picture), _look)
