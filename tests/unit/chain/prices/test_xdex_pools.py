"""XDEX's list of pools: what of it is taken, and when nothing is."""

from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.fakes.clock import FakeClock
from tests.pool_accounts import address
from tests.unit.chain.prices.test_xdex_api import ROWS, Answer, Api, answer
from walletwatch.chain.prices.xdex_client import MAX_TRIES, XdexClient
from walletwatch.chain.prices.xdex_pools import XdexPoolList
from walletwatch.domain.errors import SourceRefused, SourceUnavailable
from walletwatch.domain.pools import API, ListedPool

TRUNCATED = address("pool")[:4] + "…"
NO_BASE58 = "0" + address("pool")[1:]


def pool(number: int, **fields: Any) -> dict[str, Any]:
    return {**ROWS[0], "pool_address": address(f"pool {number}"), **fields}


async def listed(*answers: Answer | Exception) -> tuple[ListedPool, ...]:
    api = Api(list(answers))
    client = XdexClient(
        "https://api.example", "X1 Mainnet", FakeClock(), transport=httpx2.MockTransport(api.handle)
    )
    try:
        return await XdexPoolList(client).pools()
    finally:
        await client.close()


async def test_pools_are_told_with_what_they_hold() -> None:
    rows = [pool(1, tvl="12.5"), pool(2, tvl=0), pool(3, tvl=None), pool(4, tvl="much"), pool(1)]
    assert await listed(answer({"success": True, "data": rows})) == (
        ListedPool(address("pool 1"), Decimal("125000.5")),
        ListedPool(address("pool 2"), None),
        ListedPool(address("pool 3"), None),
        ListedPool(address("pool 4"), None),
    )
    assert XdexPoolList.source == API


@pytest.mark.parametrize("bad", [TRUNCATED, NO_BASE58, address("pool") + "1", "", None, 7, {"a": 1}])
async def test_a_bad_address_is_left_out_and_a_few_more_refuse_the_list(bad: Any) -> None:
    good = [pool(number) for number in range(50)]
    rows = [*good, *(pool(90, pool_address=bad) for _ in range(3))]
    assert len(await listed(answer(rows))) == 50
    with pytest.raises(SourceRefused, match="4 of 54"):
        await listed(answer([*rows, pool(90, pool_address=bad)]))


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"data": []},
        {"success": False, "error": "down"},
        {"pools": 7},
        [{}],
        ["a", "b"],
        "pools",
        None,
    ],
)
async def test_what_is_no_list_of_pools_is_refused(body: Any) -> None:
    with pytest.raises(SourceRefused):
        await listed(answer(body))


@pytest.mark.parametrize("status", [429, 500, 503, 404])
async def test_an_api_that_does_not_answer_is_away(status: int) -> None:
    with pytest.raises(SourceUnavailable):
        await listed(*[Answer(status)] * MAX_TRIES)
    with pytest.raises(SourceUnavailable):
        await listed(httpx2.ConnectTimeout("too long"))
