"""What remembered pools add to what a maker's history shows."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from tests.unit.chain.scenes import address
from tests.unit.scanner.test_people import MAKER, MINT, ORIGIN, PROBABLE, look, made, removal, rules, token
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.domain.inspection.creator import Deployments
from walletwatch.domain.lists import ListEntry, ListKind, Standing
from walletwatch.domain.pools import POOLS, KnownPool, PoolPull
from walletwatch.domain.risk import Evidence, Unknown, UnknownReason
from walletwatch.scanner import standing
from walletwatch.scanner.token import creator
from walletwatch.scanner.wallet import deployer

MONEY = address("money")


def pool(mint: str, *, drained: bool = False, pull: PoolPull | None = None) -> KnownPool:
    return KnownPool(f"pool of {mint}", (MONEY, mint), drained or pull is not None, 7, pull)


def pulled(mint: str, *, soon: bool = True) -> KnownPool:
    return pool(mint, pull=PoolPull(mint, f"pull of {mint}", 6, Decimal("0.97"), soon))


def remembered(*pools: KnownPool, complete: bool = True, tokens: tuple[object, ...] = ()) -> Deployments:
    return replace(made(*tokens, complete=complete), pools=pools)  # type: ignore[arg-type]


def test_a_maker_whose_history_is_too_long_is_known_by_the_pools() -> None:
    outcome = look(creator.CHECK, ORIGIN, remembered(pulled("a"), pulled("b"), pool("c"), complete=False))
    assert rules(outcome) == ["creator_serial_pulls", "creator_pools"]
    serial, pools = outcome.findings
    assert serial.evidence[0] == Evidence("pull of a", "liquidity removed", "97.0 %", 6)
    assert serial.values["count"] == 2
    assert (pools.values["count"], pools.values["drained"]) == (3, 2)
    assert pools.evidence[-1] == Evidence("pool of c", "liquidity", "some", 7)
    assert outcome.unknown is UnknownReason.TOO_MUCH


def test_the_same_pull_is_counted_once() -> None:
    history = token("a", removal(0))
    outcome = look(creator.CHECK, ORIGIN, remembered(pulled("a"), tokens=(history,)))
    assert rules(outcome) == ["creator_pulled_before", "creator_pools"]
    assert outcome.findings[0].values["count"] == 1
    assert outcome.findings[0].evidence[0].account == "removal to 0"


def test_what_is_only_probable_stays_so() -> None:
    outcome = look(creator.CHECK, PROBABLE, remembered(pulled("a"), pulled("b")))
    assert "creator_serial_pulls" not in rules(outcome)
    assert "creator_pulled_before" in rules(outcome)


def test_the_pools_of_the_token_itself_are_none_of_the_others() -> None:
    assert rules(look(creator.CHECK, ORIGIN, remembered(pulled(MINT)))) == []


def test_an_empty_pool_alone_is_held_against_nobody() -> None:
    outcome = look(creator.CHECK, ORIGIN, remembered(pool("a", drained=True), pool("b", drained=True)))
    assert rules(outcome) == ["creator_pools"]


def test_a_wallet_is_told_of_its_pools() -> None:
    outcome = look(deployer.CHECK, remembered(pulled("a"), pulled("b")))
    assert rules(outcome) == ["deployer_serial_pulls", "deployer_pools"]
    assert outcome.findings[0].values == {"count": 2, "made": 2}
    assert rules(look(deployer.CHECK, remembered(pulled("a", soon=False)))) == [
        "deployer_pulled",
        "deployer_pools",
    ]


def test_pools_that_could_not_be_looked_up_are_owned_up_to() -> None:
    unknown = replace(made(), pools=Unknown(UnknownReason.UNAVAILABLE))
    for outcome in (look(creator.CHECK, ORIGIN, unknown), look(deployer.CHECK, unknown)):
        assert outcome.unknown is UnknownReason.UNAVAILABLE
    assert decode(encode(unknown), Deployments) == unknown
    kept = remembered(pulled("a"), pool("b"))
    assert decode(encode(kept), Deployments) == kept


def test_what_was_seen_on_the_chain_is_told_as_such() -> None:
    at = ORIGIN.at
    assert at is not None
    entry = ListEntry(MAKER, ListKind.BLOCK, POOLS, "Made 2 tokens", _moment(at))
    (finding,) = standing.CHECK.make({Standing: Standing(MAKER, (entry,))}).findings
    assert (finding.rule, finding.values["source"]) == ("observed", POOLS)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
