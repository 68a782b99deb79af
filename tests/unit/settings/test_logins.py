"""Logins that Secrets Manager keeps, and replaces."""

import json
import logging

import pytest

from walletwatch import observability
from walletwatch.parts import logins
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import InvalidSettings, load
from walletwatch.settings.stores import DatabaseSettings
from walletwatch.settings.telegram import AdminSettings

PASSWORD = "p@ss/word:with?all#of%it"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What Secrets Manager answers, one after the other; the last again and again."""
    answers = [json.dumps({"username": "walletwatch", "password": PASSWORD}).encode()]

    def read(arn: str) -> bytes:
        assert arn == "arn:secret"
        return answers.pop(0) if len(answers) > 1 else answers[0]

    monkeypatch.setattr(logins, "read_secret", read)
    return answers


async def test_the_login_goes_into_the_url_and_into_no_log_line(
    secrets: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    login = logins.LoginOfSecret("postgresql://host:5432/db?sslmode=require", "arn:secret")
    url = await login()
    assert url == (
        "postgresql://walletwatch:p%40ss%2Fword%3Awith%3Fall%23of%25it@host:5432/db?sslmode=require"
    )
    observability.configure_logging("test")
    logging.getLogger("walletwatch.test").error("cannot log in with %s", PASSWORD)
    assert PASSWORD not in capsys.readouterr().out


async def test_a_password_that_was_replaced_is_read_within_a_minute(
    secrets: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("walletwatch.parts.logins.time.monotonic", lambda: now)
    secrets.append(json.dumps({"username": "walletwatch", "password": "another password"}).encode())
    login = logins.LoginOfSecret("postgresql://host/db", "arn:secret")
    first = await login()
    now += 59
    assert await login() == first
    now += 2
    assert await login() == "postgresql://walletwatch:another%20password@host/db"


async def test_without_a_secret_the_url_is_as_it_is() -> None:
    assert await logins.LoginOfSecret("postgresql://user@host/db", "")() == "postgresql://user@host/db"


class TestSettings:
    def test_the_pool(self) -> None:
        settings = load(DatabaseSettings, {"DATABASE_WRITE_URL": "x"})
        assert (settings.database_pool_min, settings.database_pool_max) == (2, 10)
        assert (settings.database_acquire_seconds, settings.database_idle_seconds) == (30.0, 30.0)
        assert (settings.database_connect_seconds, settings.database_prepare) == (10.0, True)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"DATABASE_POOL_MIN": "3", "DATABASE_POOL_MAX": "2"},
            {"DATABASE_POOL_MAX": "0"},
            {"DATABASE_CONNECT_SECONDS": "9", "DATABASE_ACQUIRE_SECONDS": "8"},
            {"DATABASE_PREPARE": "perhaps"},
        ],
        ids=str,
    )
    def test_what_cannot_be_kept(self, wrong: dict[str, str]) -> None:
        with pytest.raises(InvalidSettings, match="|".join(wrong)):
            load(DatabaseSettings, {"DATABASE_WRITE_URL": "x", **wrong})

    def test_administrators(self) -> None:
        settings = load(AdminSettings, {"ADMIN_IDS": "1, 2,", "ALERT_CHATS": "-100"})
        assert (settings.admins, settings.chats) == (frozenset({1, 2}), (-100,))
        assert load(AdminSettings, {"ADMIN_IDS": "1,2"}).chats == (1, 2)
        assert load(AdminSettings, {}).admins == frozenset()
        with pytest.raises(InvalidSettings, match="ADMIN_IDS"):
            load(AdminSettings, {"ADMIN_IDS": "@someone"})

    def test_queues_come_in_pairs(self) -> None:
        names = [
            f"{queue}_{end}_URL"
            for queue in ("BALANCE", "SCAN", "DRAW", "EXPORT", "NOTIFICATION")
            for end in ("QUEUE", "DLQ")
        ]
        pairs = load(QueueSettings, {name: name.lower() for name in names}).pairs
        assert pairs["scan"] == ("scan_queue_url", "scan_dlq_url")
        with pytest.raises(InvalidSettings, match="SCAN_DLQ_URL"):
            _ = load(QueueSettings, {name: "x" for name in names if name != "SCAN_DLQ_URL"}).pairs
