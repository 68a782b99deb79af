"""The handlers with what they run replaced: what they answer, and that they never work without leave."""

import base64
import io
import json
import logging
import urllib.request
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar

import msgspec
import pytest

from functions.alerts import app as alerts
from functions.balance import app as balance
from functions.cleanup import app as cleanup
from functions.draw import app as draw
from functions.export import app as export
from functions.health import app as health
from functions.migrate import app as migrate
from functions.notification import app as notification
from functions.refresh import app as refresh
from functions.scan import app as scan
from functions.sweep import app as sweep
from functions.webhook import app as webhook
from tests.fakes.vitals import FakeSystem
from walletwatch import observability
from walletwatch.bootstrap.health import HealthEndpoint
from walletwatch.domain.alerts import AlertLimits
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.exports import ExportFormat, ExportRequest
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.pictures import DrawRequest, PictureKind, Theme
from walletwatch.domain.work import (
    Backfill,
    BalanceCheck,
    BatchOutcome,
    CheckReason,
    DigestDue,
    Notification,
    RenderedMessage,
    SecurityScan,
    SubjectKind,
)
from walletwatch.queueing.balance import encode_backfill, encode_balance_check, encode_digest_due
from walletwatch.queueing.consumer import Consumer
from walletwatch.queueing.draw import encode_draw_request
from walletwatch.queueing.export import encode_export_request
from walletwatch.queueing.notification import encode_notification
from walletwatch.queueing.scan import encode_security_scan
from walletwatch.services.alert_rounds import Round
from walletwatch.services.delivering import Record
from walletwatch.services.health import HealthCheck
from walletwatch.services.housekeeping import Housekept
from walletwatch.services.refreshing import Refreshed
from walletwatch.services.shard_leases import Worker
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import InvalidSettings, load
from walletwatch.settings.secrets import Secrets

SECRET = "secret-of-the-tests"
WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)


class Metrics:
    def __init__(self) -> None:
        self.flushed = 0

    def count(self, name: str, value: int = 1) -> None:
        """Not of interest here."""

    def flush(self) -> None:
        self.flushed += 1


class Telemetry:
    """Wraps the work and says nothing of it."""

    def __init__(self) -> None:
        self.reported = 0
        self.closed: list[Any] = []

    async def during[T](self, work: Coroutine[Any, Any, T], closing: Any = None) -> T:
        try:
            return await work
        finally:
            self.reported += 1
            self.closed.append(closing)


class Sqs:
    def change_message_visibility_batch(self, **_: object) -> None:
        """Not of interest here."""


@dataclass
class Taken:
    secret: str = SECRET
    metrics: Metrics = field(default_factory=Metrics)
    telemetry: Telemetry = field(default_factory=Telemetry)
    updates: list[object] = field(default_factory=list)
    failure: Exception | None = None

    @property
    def intake(self) -> "Taken":
        return self

    def visit(self, update: object) -> "Visit":
        return Visit(self, update)


@dataclass
class Visit:
    taken: Taken
    update: object
    update_id: int | None = None

    async def take(self) -> None:
        if self.taken.failure:
            raise self.taken.failure
        self.taken.updates.append(self.update)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    taken = Taken()
    monkeypatch.setattr(webhook, "_webhook", lambda: taken)
    return taken


def _post(body: str | None, *, secret: str | None = SECRET, **event: object) -> dict[str, Any]:
    headers = {} if secret is None else {"x-telegram-bot-api-SECRET-token": secret}
    return webhook.handler({"headers": headers, "body": body, **event}, None)


class TestWebhook:
    @pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "ü"])
    def test_without_the_secret_there_is_no_work(self, taken: Taken, secret: str | None) -> None:
        assert _post('{"update_id": 1}', secret=secret)["statusCode"] == 401
        assert taken.updates == []

    def test_no_headers_at_all(self, taken: Taken) -> None:
        assert webhook.handler({"headers": None, "body": "{}"}, None)["statusCode"] == 401
        assert taken.updates == []

    def test_an_update_is_taken(self, taken: Taken) -> None:
        assert _post('{"update_id": 1}')["statusCode"] == 200
        encoded = base64.b64encode(b'{"update_id": 2}').decode()
        assert _post(encoded, isBase64Encoded=True)["statusCode"] == 200
        assert taken.updates == [{"update_id": 1}, {"update_id": 2}]
        assert [visit.update for visit in taken.telemetry.closed] == taken.updates

    @pytest.mark.parametrize("body", [None, "", "{", "\udcff"])
    def test_what_is_not_json_is_passed_on_as_nothing(self, taken: Taken, body: str | None) -> None:
        assert _post(body)["statusCode"] == 200
        assert taken.updates == [None]

    def test_broken_base64_is_acknowledged(self, taken: Taken) -> None:
        assert _post("***", isBase64Encoded=True)["statusCode"] == 200

    def test_a_body_that_no_update_has_is_refused(self, taken: Taken) -> None:
        assert _post("x" * 1_000_001)["statusCode"] == 413
        assert _post("x" * 1_400_000)["statusCode"] == 413
        assert taken.updates == []

    def test_a_passing_fault_asks_for_a_redelivery(self, taken: Taken) -> None:
        taken.failure = StoreUnavailable("down")
        answer = _post('{"update_id": 1}')
        assert (answer["statusCode"], answer["headers"]) == (503, {"Retry-After": "2"})
        assert taken.telemetry.reported == 1


def _records(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": "r",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "2", "SentTimestamp": "1000"},
            }
            for number, body in enumerate(bodies)
        ]
    }


def _parts(service: object) -> SimpleNamespace:
    metrics = Metrics()
    consumer = Consumer("https://queue", metrics)  # type: ignore[arg-type]
    consumer._client = Sqs()  # type: ignore[assignment]
    return SimpleNamespace(
        service=service,
        checking=service,
        backfilling=service,
        consumer=consumer,
        telemetry=Telemetry(),
    )


def _failed(answer: Mapping[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_balance_checks_each_record_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Service:
        async def run(
            self, work: BalanceCheck | Backfill, *, remaining: Any, attempt: int | None = None
        ) -> None:
            assert remaining() == 30.0
            assert attempt == (2 if isinstance(work, BalanceCheck) else None)
            if isinstance(work, Backfill) or work.reason is CheckReason.GAP:
                raise StoreUnavailable("down")

    class Digesting:
        async def close(self, due: DigestDue) -> None:
            if due.digest_key == "b" * 32:
                raise StoreUnavailable("down")

    parts = _parts(Service())
    parts.digesting = Digesting()
    monkeypatch.setattr(balance, "_balance", lambda: parts)
    bodies = [encode_balance_check(BalanceCheck(WALLET, reason)) for reason in CheckReason]
    bodies.append(encode_backfill(Backfill(WALLET, 0)))
    bodies += [
        encode_digest_due(DigestDue(key * 32, datetime(2026, 11, 1, tzinfo=UTC))) for key in ("a", "b")
    ]
    answer = balance.handler(_records(*bodies, "no message"), CONTEXT)
    assert _failed(answer) == ["3", "4", "6", "7"]
    assert parts.telemetry.reported == 1


def test_scan_runs_each_record_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, int]] = []

    class Service:
        async def run(self, scan: SecurityScan, *, attempt: int) -> None:
            ran.append((scan.subject, attempt))

    monkeypatch.setattr(scan, "_scan", lambda: _parts(Service()))
    wanted = SecurityScan("0" * 32, WALLET, SubjectKind.AUTO, 1, None, None, "en")
    assert _failed(scan.handler(_records(encode_security_scan(wanted), "{}"), CONTEXT)) == ["1"]
    assert ran == [(WALLET, 2)]


def test_pictures_are_drawn_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[DrawRequest, int]] = []

    class Service:
        async def run(self, request: DrawRequest, *, attempt: int) -> None:
            ran.append((request, attempt))

    monkeypatch.setattr(draw, "_draw", lambda: _parts(Service()))
    wanted = DrawRequest(
        "0" * 32, 1, PictureKind.FLOWS, 5, None, Lookback.WEEK, Theme.DARK, "en", "UTC", None
    )
    assert _failed(draw.handler(_records(encode_draw_request(wanted), "{}"), CONTEXT)) == ["1"]
    assert ran == [(wanted, 2)]


def test_exports_are_written_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[ExportRequest, int]] = []

    class Service:
        async def run(self, request: ExportRequest, *, attempt: int) -> None:
            ran.append((request, attempt))

    monkeypatch.setattr(export, "_export", lambda: _parts(Service()))
    asked = datetime(2026, 11, 1, tzinfo=UTC)
    wanted = ExportRequest("0" * 32, 1, ExportFormat.CSV, None, Lookback.ALL, "en", "UTC", asked, 7)
    assert _failed(export.handler(_records(encode_export_request(wanted), "{}"), CONTEXT)) == ["1"]
    assert ran == [(wanted, 2)]


def test_notification_keeps_the_order_and_names_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Service:
        async def run(self, records: Sequence[Record], *, remaining: Any) -> BatchOutcome:
            seen.extend(record.notification.message.html for record in records)
            return BatchOutcome({records[1].id: 4.0})

    monkeypatch.setattr(notification, "_notification", lambda: _parts(Service()))
    bodies = [
        encode_notification(
            Notification("0" * 32, 1, RenderedMessage(text), datetime(2026, 11, 1, tzinfo=UTC))
        )
        for text in ("first", "second")
    ]
    assert _failed(notification.handler(_records(*bodies, "garbage"), CONTEXT)) == ["1", "2"]
    assert seen == ["first", "second"]


def test_sweep_and_cleanup_say_what_they_did(monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[Worker] = []

    class Sweeping:
        async def run(self, *, remaining: Any, worker: Worker) -> int:
            assert remaining() == 30.0
            workers.append(worker)
            return 4

    class Housekeeping:
        async def run(self) -> Housekept:
            return Housekept(4, 2, 1, 3, 5, 6, 7, 11, 8, 10, 9, None, 12, 1, True)

    class Reporting:
        async def run(self, remaining: Any) -> int:
            assert remaining() == 30.0 - cleanup.CLEANING_SECONDS
            return 11

    monkeypatch.setattr(sweep, "_sweep", lambda: SimpleNamespace(service=Sweeping(), telemetry=Telemetry()))
    monkeypatch.setattr(
        cleanup,
        "_cleanup",
        lambda: SimpleNamespace(service=Housekeeping(), reporting=Reporting(), telemetry=Telemetry()),
    )
    assert sweep.handler({}, CONTEXT) == {"rounds": 4}
    assert sweep.handler({"worker": 2, "workers": 4}, CONTEXT) == {"rounds": 4}
    assert workers == [Worker(0, 1), Worker(2, 4)]
    assert cleanup.handler({}, CONTEXT) == {
        "reports": 11,
        "closed": 4,
        "requeued": 2,
        "restarted": 1,
        "deleted": 3,
        "scans": 5,
        "wallets": 6,
        "alerts": 7,
        "samples": 11,
        "claims": 8,
        "shares": 10,
        "dealings": 9,
        "instances": None,
        "endings": 12,
        "woken": 1,
        "carried_over": True,
    }


def test_the_look_at_alerts_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([Round(1, 2, 3, 4, 5, done=False), None])

    class AlertRounds:
        async def run(self, *, remaining: Any) -> Round | None:
            assert remaining() == 30.0
            return next(rounds)

    monkeypatch.setattr(
        alerts, "_alerts", lambda: SimpleNamespace(service=AlertRounds(), telemetry=Telemetry())
    )
    done = {"closed": 1, "requeued": 2, "judged": 3, "postponed": 4, "fired": 5, "done": False}
    assert alerts.handler({"source": "aws.events"}, CONTEXT) == done
    assert alerts.handler({}, CONTEXT) == {}


def test_the_refresh_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []

    class Refreshing:
        async def run(self, *, remaining: Any, believe: str | None) -> Refreshed:
            assert remaining() == 30.0
            asked.append(believe)
            return Refreshed(9, 1, 8, 2, 1, 1, complete=True)

    class Rates:
        async def run(self, believe: str | None) -> int:
            return 0 if believe is None else 10

    parts = SimpleNamespace(service=Refreshing(), rates=Rates(), telemetry=Telemetry())
    monkeypatch.setattr(refresh, "_refresh", lambda: parts)
    done = {"listed": 9, "refused": 1, "read": 8, "drained": 2, "examined": 1, "entered": 1, "complete": True}
    assert refresh.handler({"source": "aws.events"}, CONTEXT) == {**done, "rates": 0}
    assert refresh.handler({"believe": "XDEX API"}, CONTEXT) == {**done, "rates": 10}
    assert asked == [None, "XDEX API"]


class TestHealth:
    TOKEN = "operations-token-of-the-tests"

    @pytest.fixture
    def system(self, monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
        system = FakeSystem()
        check = HealthCheck(system.signs, system.board, AlertLimits())
        parts = HealthEndpoint(self.TOKEN, check, Telemetry())  # type: ignore[arg-type]
        monkeypatch.setattr(health, "_health", lambda: parts)
        return system

    def _get(self, path: str = "/health", token: str | None = None) -> dict[str, Any]:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return health.handler({"resource": path, "headers": headers}, None)

    def test_anybody_hears_whether_it_is_well_and_no_more(self, system: FakeSystem) -> None:
        answer = self._get()
        assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "healthy"})

    def test_without_the_database_no_work_can_be_done(self, system: FakeSystem) -> None:
        system.database.outage.down = True
        answer = self._get()
        assert (answer["statusCode"], json.loads(answer["body"])) == (503, {"status": "unhealthy"})

    def test_who_has_the_token_sees_everything_but_secrets(self, system: FakeSystem) -> None:
        system.database.outage.down = system.redis.outage.down = True
        answer = self._get(token=self.TOKEN)
        components = json.loads(answer["body"])["components"]
        assert components["database"] == {"status": "unhealthy", "error": "StoreUnavailable"}
        assert components["redis"] == {"status": "degraded", "error": "StoreUnavailable"}
        assert set(components) == {"redis", "database", "rpc", "queues", "watcher", "telegram", "memory"}
        assert "password" not in answer["body"]

    @pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "ü"])
    def test_metrics_are_for_who_has_the_token(self, system: FakeSystem, token: str | None) -> None:
        answer = self._get("/metrics", token)
        assert (answer["statusCode"], answer["body"]) == (401, "")
        assert json.loads(self._get(token=token)["body"]) == {"status": "healthy"}

    def test_without_a_token_of_ours_nobody_has_it(
        self, monkeypatch: pytest.MonkeyPatch, system: FakeSystem
    ) -> None:
        closed = replace(health._health(), operations_token="")
        monkeypatch.setattr(health, "_health", lambda: closed)
        assert self._get("/metrics", "")["statusCode"] == 401

    def test_metrics_are_prometheus_text(self, system: FakeSystem) -> None:
        answer = self._get("/metrics", self.TOKEN)
        assert answer["headers"]["Content-Type"].startswith("text/plain; version=0.0.4")
        assert 'walletwatch_component_health{component="database"} 1.0' in answer["body"].splitlines()


class TestMigrate:
    EVENT: ClassVar[dict[str, Any]] = {
        "RequestType": "Create",
        "ResponseURL": "https://cloudformation.example/answer",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Migration",
        "ResourceProperties": {"Task": "registration", "WebhookUrl": "https://api.example/telegram"},
    }

    @pytest.fixture
    def answers(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = []

        def urlopen(request: Any, timeout: float) -> io.BytesIO:
            assert request.get_method() == "PUT"
            assert timeout > 0
            answers.append(json.loads(request.data))
            return io.BytesIO()

        monkeypatch.setattr(urllib.request, "urlopen", urlopen)
        return answers

    def _run(self, monkeypatch: pytest.MonkeyPatch, failure: Exception | None = None) -> list[str]:
        did: list[str] = []

        class Migration:
            async def _do(self, what: str) -> dict[str, Any]:
                did.append(what)
                if failure:
                    raise failure
                return {"Did": what}

            async def schema(self) -> dict[str, Any]:
                return await self._do("schema")

            async def register(self, webhook_url: str) -> dict[str, Any]:
                return await self._do(f"register {webhook_url}")

            async def unregister(self, webhook_url: str) -> dict[str, Any]:
                return await self._do(f"unregister {webhook_url}")

        monkeypatch.setattr(migrate, "_migration", Migration)
        return did

    @pytest.mark.parametrize(
        ("task", "request_type", "did"),
        [
            ("schema", "Create", ["schema"]),
            ("schema", "Update", ["schema"]),
            ("schema", "Delete", []),
            ("registration", "Create", ["register https://api.example/telegram"]),
            ("registration", "Update", ["register https://api.example/telegram"]),
            ("registration", "Delete", ["unregister https://api.example/telegram"]),
        ],
    )
    def test_each_task_is_done_and_answered(
        self,
        monkeypatch: pytest.MonkeyPatch,
        answers: list[dict[str, Any]],
        task: str,
        request_type: str,
        did: list[str],
    ) -> None:
        done = self._run(monkeypatch)
        properties = {**self.EVENT["ResourceProperties"], "Task": task}
        migrate.handler({**self.EVENT, "RequestType": request_type, "ResourceProperties": properties}, None)
        assert done == did
        assert (answers[0]["Status"], answers[0]["Data"]) == ("SUCCESS", {"Did": did[0]} if did else {})
        assert answers[0]["PhysicalResourceId"] == "Migration"

    def test_a_failure_is_answered_with_a_readable_reason(
        self, monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
    ) -> None:
        self._run(monkeypatch, StoreUnavailable("no connection to PostgreSQL"))
        with pytest.raises(StoreUnavailable):
            migrate.handler(dict(self.EVENT), None)
        assert answers[0]["Status"] == "FAILED"
        assert answers[0]["Reason"] == "StoreUnavailable: no connection to PostgreSQL"

    def test_a_stack_can_be_deleted_even_if_telegram_is_away(
        self, monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
    ) -> None:
        self._run(monkeypatch, StoreUnavailable("away"))
        migrate.handler({**self.EVENT, "RequestType": "Delete"}, None)
        assert answers[0]["Status"] == "SUCCESS"

    def test_a_task_that_there_is_not_fails(
        self, monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
    ) -> None:
        self._run(monkeypatch)
        with pytest.raises(migrate.UnknownTask):
            migrate.handler({**self.EVENT, "ResourceProperties": {"Task": "dance"}}, None)
        assert answers[0]["Status"] == "FAILED"

    def test_without_a_response_url_the_result_is_returned(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._run(monkeypatch)
        event = {name: value for name, value in self.EVENT.items() if name != "ResponseURL"}
        assert migrate.handler(event, None) == {"Did": "register https://api.example/telegram"}


class TestLogsAndSettings:
    @pytest.fixture(autouse=True)
    def _restore_logging(self) -> Any:
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        yield
        root.handlers[:], root.level = handlers, level

    def test_a_log_line_is_json_without_secrets_even_in_a_traceback(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        observability.configure_logging("test")
        observability.hide("very-secret-token")
        with observability.correlated(update_id=5, signature="outer"):
            try:
                int("GET https://api/botvery-secret-token/x")
            except ValueError:
                logging.getLogger("walletwatch.test").exception(
                    "failed", extra={"url": "very-secret-token", "signature": "inner"}
                )
        (line,) = capsys.readouterr().out.splitlines()
        assert "very-secret-token" not in line
        document = json.loads(line)
        assert (document["service"], document["update_id"], document["url"]) == ("test", 5, "[hidden]")
        assert document["signature"] == "inner"

    def test_libraries_that_log_urls_are_quiet(self, capsys: pytest.CaptureFixture[str]) -> None:
        observability.configure_logging("test")
        for name in observability.QUIET_LOGGERS:
            logging.getLogger(name).info("https://api.telegram.org/bot1:token/sendMessage")
        assert capsys.readouterr().out == ""

    def test_a_missing_setting_is_named_and_a_wrong_value_is_not_shown(self) -> None:
        with pytest.raises(InvalidSettings, match="RPC_URLS"):
            load(ChainSettings, {})
        with pytest.raises(InvalidSettings) as caught:
            load(ChainSettings, {"RPC_URLS": "x", "RPC_TIMEOUT_SECONDS": "hunter2"})
        assert "hunter2" not in str(caught.value)
        with pytest.raises(InvalidSettings, match="CHAIN_PROFILE"):
            load(ChainSettings, {"RPC_URLS": "x", "CHAIN_PROFILE": "nowhere"}).profile  # noqa: B018
        assert load(ChainSettings, {"RPC_URLS": "a, b,"}).endpoints == ("a", "b")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"RPC_URLS": " , "},
            {"RPC_MIN_CONNECTIONS": "3", "RPC_MAX_CONNECTIONS": "2"},
            {"RPC_MAX_CONNECTIONS": "0"},
            {"RPC_TIMEOUT_SECONDS": "9", "RPC_DEADLINE_SECONDS": "8"},
            {"RPC_REQUESTS_PER_SECOND": "-1"},
            {"RPC_HEDGE_MS": "soon"},
            {"RPC_BATCH_SIZE": "101"},
            {"RPC_IDLE_SECONDS": "0"},
        ],
        ids=str,
    )
    def test_limits_of_the_rpc_pool_that_cannot_be_kept(self, wrong: dict[str, str]) -> None:
        with pytest.raises(InvalidSettings, match="|".join(wrong)):
            load(ChainSettings, {"RPC_URLS": "a", **wrong})

    def test_limits_of_the_rpc_pool(self) -> None:
        settings = load(
            ChainSettings, {"RPC_URLS": "a", "RPC_REQUESTS_PER_SECOND": "2.5", "RPC_HEDGE_MS": "0"}
        )
        assert (settings.rpc_requests_per_second, settings.rpc_hedge_ms) == (2.5, 0)

    def test_secrets_have_a_form(self) -> None:

        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"bot_token": "no token", "webhook_secret": "x" * 20}, Secrets)
