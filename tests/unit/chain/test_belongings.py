import json
from pathlib import Path
from typing import Any

import pytest

from walletwatch.chain.parsing.belongings import belongings
from walletwatch.domain.errors import MalformedTransaction
from walletwatch.domain.wallets import AccountKind

FIXTURES = Path(__file__).parents[2] / "fixtures" / "transactions"


def _recorded(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())["result"]
    return result


def test_a_token_account_that_another_made_for_the_wallet() -> None:
    wallet = "BYh4CfuGDvFMKaZp3RPmkw9y6qg3sWukA2TiGJDeLKZi"
    result = _recorded("token_in_new_account")
    (account,) = belongings(result, wallet)
    balance = next(each for each in result["meta"]["postTokenBalances"] if each["owner"] == wallet)
    assert account.address == result["transaction"]["message"]["accountKeys"][balance["accountIndex"]]
    assert (account.kind, account.mint) == (AccountKind.TOKEN_2022, balance["mint"])


def test_accounts_from_lookup_tables_and_of_both_programs() -> None:
    wallet = "8VCfQcnssNJznDqDoDDuzoKhdxgZWwwe5ikcKbAVWet5"
    result = _recorded("swap_multi_hop")
    loaded = result["meta"]["loadedAddresses"]
    keys = [
        *result["transaction"]["message"]["accountKeys"],
        *loaded["writable"],
        *loaded["readonly"],
    ]
    mine = [each for each in result["meta"]["postTokenBalances"] if each["owner"] == wallet]
    assert {account.address for account in belongings(result, wallet)} == {
        keys[each["accountIndex"]] for each in mine
    }
    assert mine


def test_a_stranger_and_answers_that_name_no_owner_show_none() -> None:
    assert belongings(_recorded("token_in_new_account"), "1" * 32) == []
    assert belongings(_recorded("liquidity_add_2021"), "DzrpNNxx1L6zjtGEWDygBovY1UJmU3woZzC8GXhN3fbU") == []


def test_a_stake_account_that_the_wallet_gives_orders_for() -> None:
    wallet = "8wytzyCBXco7yqgrLDiecpEt452MSuNWRe7xsLgAAX1H"
    (account,) = belongings(_recorded("stake_withdraw"), wallet)
    assert account.kind is AccountKind.STAKE
    assert account.address != wallet


def test_what_is_no_transaction() -> None:
    with pytest.raises(MalformedTransaction):
        belongings({"meta": None}, "1" * 32)
