"""What is written down of a stack is read again as it was."""

from pathlib import Path

from devstack import state
from devstack.processes import Started

STATE = state.State(
    ports={"postgres": 20_001},
    addresses=state.Addresses(
        database_url="postgresql://d",
        redis_url="redis://r",
        rpc_url="http://c",
        rpc_ws_url="ws://c",
        telegram_url="http://t",
        fx_rates_url="http://f",
        aws_url="http://a",
    ),
    processes=(Started("postgres", 17, 1.5), Started("valkey", 18, 2.5)),
    owner=Started("launcher", 16, 0.5),
    kept=True,
)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    state.write(tmp_path / "state.json", STATE)
    assert state.read(tmp_path / "state.json") == STATE
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert state.read(tmp_path / "state.json") is None
