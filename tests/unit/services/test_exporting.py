"""An export holds everything once, is told once, and says why where it is not made."""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.contract.things import activity, address, contact
from tests.fakes.clock import FakeClock
from tests.fakes.limits import FakeSendLimits
from tests.fakes.media import FakeMedia
from tests.fakes.messenger import FakeMessenger
from tests.fakes.metrics import FakeMetrics
from tests.fakes.movements import FakeMovements
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from walletwatch.bot.views.exports import ExportsView
from walletwatch.domain.activities import Activity
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import DeliveryUnavailable, MediaUnavailable, StoreUnavailable
from walletwatch.domain.exports import MAX_ACTIVITIES, ExportFormat, ExportRequest
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.work import MediaKind
from walletwatch.exports.files import FileFormats
from walletwatch.ports.media import HistoryPages
from walletwatch.services import exporting
from walletwatch.services.exporting import Exporting, ExportRequests

CHAT, STRANGER = 1, 2
WALLET, SECOND = address("wallet"), address("second")


class Office:
    """The function that exports, in memory."""

    def __init__(self, *, rows_in_file: int = 1000, pages: HistoryPages | None = None) -> None:
        self.clock = FakeClock()
        self.stores, self.queues = FakeStores(self.clock), FakeQueues()
        self.media, self.metrics, self.messenger = FakeMedia(), FakeMetrics(), FakeMessenger()
        self.requests = ExportRequests(self.queues, self.clock)
        self.service = Exporting(
            subscriptions=self.stores.subscriptions,
            pages=pages or FakeMovements(self.stores.tables),
            open_file=FileFormats(PROFILES["x1-mainnet"]).open,
            media=self.media,
            ledger=self.stores.ledger,
            queues=self.queues,
            messenger=self.messenger,
            limits=FakeSendLimits(self.clock),
            renderer=ExportsView(),
            clock=self.clock,
            metrics=self.metrics,
            rows_in_file=rows_in_file,
        )

    async def watch(self, wallet: str = WALLET, *, count: int = 3, chat: int = CHAT) -> int:
        await self.stores.subscriptions.remember(contact(chat))
        watched = await self.stores.subscriptions.subscribe(chat, wallet, f"L{wallet[:3]}", slot=1, limit=9)
        now = int(self.clock.now().timestamp())
        activities = [
            activity(f"{wallet[:4]}{index}", index, wallet, block_time=now - 86_400 * (index + 1))
            for index in range(count)
        ]
        await self.stores.ledger.keep(watched.subscription.wallet_id, activities)
        return watched.subscription.id

    async def ask(self, request: str = "press", **fields: Any) -> ExportRequest:
        values: dict[str, Any] = {
            "chat_id": CHAT, "subscription_id": None, "period": Lookback.ALL, "language": "en",
            "timezone": "UTC", "progress_id": 55, "topic": 3,
        }  # fmt: skip
        wanted = fields.pop("wanted", ExportFormat.CSV)
        await self.requests.request(wanted, request=request, **values | fields)
        return self.queues.exports[-1]

    @property
    def documents(self) -> list[tuple[str, bytes]]:
        return [
            (told.attachment.file_name, self.media.kept[told.attachment.key][0])
            for told in self.queues.notifications
            if told.attachment is not None
        ]

    @property
    def answer(self) -> str:
        """What the message that told the progress becomes."""
        (told,) = (told for told in self.queues.notifications if told.attachment is None)
        assert told.edits == 55
        return told.message.html


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_all_wallets_of_a_chat_and_no_others() -> None:
    office = Office()
    await office.watch()
    await office.watch(SECOND)
    await office.watch(address("stranger's"), chat=STRANGER)
    await office.service.run(await office.ask(), attempt=1)
    ((name, content),) = office.documents
    assert name == f"walletwatch-{office.clock.now():%Y-%m-%d}.csv"
    found = rows(content)
    assert [row["wallet"] for row in found] == [WALLET] * 3 + [SECOND] * 3
    assert found[0]["wallet_name"] == f"L{WALLET[:3]}"
    assert "ready: 6 rows" in office.answer
    (told,) = (told for told in office.queues.notifications if told.attachment)
    assert told.attachment is not None
    assert (told.attachment.kind, told.topic) == (MediaKind.DOCUMENT, 3)
    assert "6 activities of 2 wallets, 6 rows" in told.message.html


async def test_one_wallet_and_a_period() -> None:
    office = Office()
    await office.watch(SECOND)
    watched = await office.watch(count=40)
    request = await office.ask(subscription_id=watched, period=Lookback.MONTH, wanted=ExportFormat.JSON)
    await office.service.run(request, attempt=1)
    ((name, content),) = office.documents
    assert name.endswith(".json")
    assert {row["wallet"] for row in json.loads(content)} == {WALLET}
    assert len(json.loads(content)) == 30


async def test_many_rows_are_several_files_in_their_order() -> None:
    office = Office(rows_in_file=1000)
    await office.watch(count=2500)
    await office.service.run(await office.ask(wanted=ExportFormat.KOINLY), attempt=1)
    names = [name for name, _ in office.documents]
    day = f"{office.clock.now():%Y-%m-%d}"
    assert names == [f"walletwatch-koinly-{day}-{part}of3.csv" for part in (1, 2, 3)]
    assert [len(rows(content)) for _, content in office.documents] == [1000, 1000, 500]
    signatures = [row["TxHash"] for _, content in office.documents for row in rows(content)]
    assert len(set(signatures)) == 2500
    captions = [told.message.html for told in office.queues.notifications if told.attachment]
    assert captions[:2] == ["File 1 of 3", "File 2 of 3"]


async def test_killed_anywhere_it_is_told_once() -> None:
    office = Office(rows_in_file=1000)
    await office.watch(count=1500)
    request = await office.ask()
    puts = office.media.put
    left = 1

    async def put(key: str, content: bytes | Path, content_type: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise MediaUnavailable("killed")
        await puts(key, content, content_type)

    office.media.put = put  # type: ignore[method-assign]
    with pytest.raises(MediaUnavailable):
        await office.service.run(request, attempt=1)
    assert office.queues.notifications == []
    office.media.put = puts  # type: ignore[method-assign]
    office.queues.down = True
    with pytest.raises(Exception, match="down"):
        await office.service.run(request, attempt=1)
    office.queues.down = False
    # What happened since is not in it, so that it comes out the same.
    await office.stores.subscriptions.remember(contact(CHAT))
    office.clock.advance(10)
    await office.stores.ledger.keep(1, [activity("later", 9999)])
    await office.service.run(request, attempt=1)
    await office.service.run(request, attempt=1)
    assert [len(rows(content)) for _, content in office.documents] == [1000, 500]
    await office.stores.ledger.settle(request.request_id, DeliveryStatus.SENT, message_id=55)
    office.stores.tables.activities.clear()
    await office.service.run(request, attempt=1)
    assert len(office.queues.notifications) == 3


@pytest.mark.parametrize(
    ("reason", "said"),
    [("nothing", "Nothing to export"), ("strangers", "does not watch"), ("old", "Nothing to export")],
)
async def test_why_there_is_no_file_is_said(reason: str, said: str) -> None:
    office = Office()
    if reason == "nothing":
        request = await office.ask(subscription_id=await office.watch(count=0))
    elif reason == "strangers":
        request = await office.ask(subscription_id=await office.watch(chat=STRANGER))
    else:
        watched = await office.watch()
        office.clock.advance(40 * 86_400)
        request = await office.ask(subscription_id=watched, period=Lookback.MONTH)
    await office.service.run(request, attempt=1)
    assert office.documents == []
    assert said in office.answer
    await office.service.run(request, attempt=1)
    assert len(office.queues.notifications) == 1


@dataclass
class Endless:
    """As many activities as one wishes, made as they are asked for."""

    total: int
    memory: list[int] = field(default_factory=list)

    async def count(self, wallet_ids: Sequence[int], *, since: datetime | None, until: datetime) -> int:
        return self.total

    async def pages(
        self, wallet_id: int, *, since: datetime | None, until: datetime, size: int
    ) -> AsyncIterator[Sequence[Activity]]:
        for start in range(0, self.total, size):
            self.memory.append(psutil.Process().memory_info().rss)
            end = min(self.total, start + size)
            yield [activity(f"{number:088d}", number) for number in range(start, end)]


async def test_more_than_an_invocation_can_write_is_refused() -> None:
    office = Office(pages=Endless(MAX_ACTIVITIES + 1))
    await office.watch()
    await office.service.run(await office.ask(), attempt=1)
    assert office.documents == []
    assert "more than 1,000,000 activities" in office.answer


async def test_a_file_that_telegram_would_not_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MAX_FILE_BYTES", 100)
    office = Office()
    await office.watch()
    await office.service.run(await office.ask(), attempt=1)
    assert office.documents == []
    assert "larger than Telegram takes" in office.answer


async def test_progress_is_told_by_tenths_and_not_too_often() -> None:
    office = Office(pages=Endless(20_000), rows_in_file=10**6)
    await office.watch()
    now = office.clock.now

    def slowly() -> datetime:
        office.clock.advance(0.7)
        return now()

    request = await office.ask()
    office.clock.now = slowly  # type: ignore[method-assign]
    await office.service.run(request, attempt=1)
    told = [text for _, text in office.messenger.sent]
    assert 2 <= len(told) <= 9
    assert told == sorted(set(told), key=told.index)
    assert all("▰" in text for text in told)
    assert set(office.messenger.edited) == {55}


async def test_progress_that_cannot_be_told_is_of_no_weight() -> None:
    office = Office(pages=Endless(5_000), rows_in_file=10**6)
    await office.watch()
    office.messenger.failures.extend([DeliveryUnavailable("slow down")] * 9)
    now = office.clock.now

    def slowly() -> datetime:
        office.clock.advance(5)
        return now()

    request = await office.ask()
    office.clock.now = slowly  # type: ignore[method-assign]
    await office.service.run(request, attempt=1)
    assert len(office.documents) == 1
    assert office.metrics.counts["ProgressUntold"] > 0


async def test_whoever_waits_is_told_that_it_does_not_work_yet() -> None:
    office = Office()
    await office.watch()
    request = await office.ask()
    puts = office.media.put

    async def put(*_: object) -> None:
        raise RuntimeError

    office.media.put = put  # type: ignore[assignment, method-assign]
    for attempt in range(1, 5):
        with pytest.raises(RuntimeError):
            await office.service.run(request, attempt=attempt)
    (told,) = office.queues.notifications
    assert told.edits == request.progress_id
    assert "keep trying" in told.message.html
    office.media.put = puts  # type: ignore[method-assign]
    await office.service.run(request, attempt=5)
    assert len(office.documents) == 1
    assert "ready" in office.queues.notifications[-1].message.html


async def test_a_store_that_fails_is_no_empty_export() -> None:
    office = Office()
    await office.watch()
    request = await office.ask()
    office.stores.outage.down = True
    with pytest.raises(StoreUnavailable):
        await office.service.run(request, attempt=1)
    assert office.queues.notifications == []


class _Discarding(FakeMedia):
    """Keeps nothing but the sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        assert isinstance(content, Path)
        self.sizes.append((await asyncio.to_thread(content.stat)).st_size)
        if content.suffix == ".zip":
            with zipfile.ZipFile(content) as archive:
                assert archive.testzip() is None


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("wanted", "rows_"), [(ExportFormat.CSV, 60_000), (ExportFormat.XLSX, 20_000)])
async def test_many_rows_do_not_fill_memory(wanted: ExportFormat, rows_: int) -> None:
    source = Endless(rows_)
    office = Office(pages=source, rows_in_file=rows_ * 3 // 4)
    office.media = _Discarding()
    office.service._media = office.media
    await office.watch()
    request = await office.ask(wanted=wanted)
    await office.service.run(replace(request, progress_id=None), attempt=1)
    assert len(office.media.sizes) == 2
    assert max(office.media.sizes) < 48 * 10**6
    # What the first pages need is there from then on.
    begin, highest = source.memory[9], max(source.memory)
    assert highest - begin < 16 * 2**20
