"""A picture is drawn and told once, whatever happens on the way."""

from dataclasses import dataclass

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.limits import FakeRateLimits
from tests.fakes.media import FakeMedia
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.unit.services.test_picturing import WALLET, XNT, World
from walletwatch.bot.views.pictures import PicturesView
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import ChainUnavailable, MediaUnavailable
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import Chart, DrawRequest, PictureKind, PictureWords, Theme
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.work import MediaKind
from walletwatch.services.drawing import REQUESTS, TRIES, Drawing, PictureRequests


@dataclass
class Painter:
    """Paints the title."""

    def paint(self, chart: Chart, words: PictureWords, theme: Theme, zone: str) -> bytes:
        return f"{words.title} {theme}".encode()


class Studio:
    """The function that draws, in memory."""

    def __init__(self) -> None:
        self.world = World()
        self.queues, self.media, self.metrics = FakeQueues(), FakeMedia(), FakeMetrics()
        self.stores: FakeStores = self.world.stores
        self.requests = PictureRequests(self.queues, FakeRateLimits(self.world.clock))
        self.drawing = Drawing(
            picturing=self.world.service,
            painter=Painter(),
            media=self.media,
            ledger=self.stores.ledger,
            queues=self.queues,
            renderer=PicturesView(PROFILES["x1-mainnet"]),
            clock=self.world.clock,
            metrics=self.metrics,
        )

    async def ask(self, request: str = "press-1", *, watched: int | None = None) -> DrawRequest:
        await self.requests.request(
            PictureKind.BALANCE,
            request=request,
            chat_id=1,
            subscription_id=watched or await self.world.watch(),
            address=None,
            period=Lookback.MONTH,
            theme=Theme.DARK,
            language="en",
            timezone="UTC",
            edits=77,
            asset=NATIVE,
            topic=None,
        )
        return self.queues.drawings[-1]


@pytest.fixture
def studio() -> Studio:
    studio = Studio()
    studio.world.chain.lamports[WALLET] = XNT
    return studio


async def test_a_picture_is_kept_and_told_with_its_buttons(studio: Studio) -> None:
    request = await studio.ask()
    await studio.drawing.run(request, attempt=1)
    (told,) = studio.queues.notifications
    assert told.attachment is not None
    assert (told.attachment.kind, told.edits, told.chat_id) == (MediaKind.PHOTO, 77, 1)
    assert studio.media.kept[told.attachment.key] == (b"Balance of Savings dark", "image/png")
    assert "expired" in told.attachment.lost
    assert "Balance of Savings" in told.message.html
    assert sum(len(row) for row in told.message.keyboard) == 9


async def test_the_same_press_is_drawn_once(studio: Studio) -> None:
    first = await studio.ask()
    second = await studio.ask(watched=first.subscription_id)
    assert first.request_id == second.request_id
    await studio.drawing.run(first, attempt=1)
    await studio.stores.ledger.settle(first.request_id, DeliveryStatus.SENT, message_id=77)
    studio.media.down = True
    await studio.drawing.run(second, attempt=1)
    assert len(studio.queues.notifications) == 1
    another = await studio.ask("press-2", watched=first.subscription_id)
    assert another.request_id != first.request_id


async def test_killed_before_the_queue_heard_of_it(studio: Studio) -> None:
    request = await studio.ask()
    await studio.drawing.run(request, attempt=1)
    await studio.drawing.run(request, attempt=2)
    assert len(studio.queues.notifications) == 1


async def test_a_chain_that_fails_is_told_in_the_end_and_no_picture_is_sent(studio: Studio) -> None:
    request = await studio.ask()
    studio.world.chain.down = True
    for attempt in range(1, TRIES):
        with pytest.raises(ChainUnavailable):
            await studio.drawing.run(request, attempt=attempt)
    assert studio.queues.notifications == []
    await studio.drawing.run(request, attempt=TRIES)
    (told,) = studio.queues.notifications
    assert told.attachment is None
    assert told.edits == 77
    assert "can't reach the chain" in told.message.html
    assert studio.media.kept == {}


async def test_nothing_to_draw_is_said(studio: Studio) -> None:
    studio.world.chain.lamports.clear()
    await studio.drawing.run(await studio.ask(), attempt=1)
    (told,) = studio.queues.notifications
    assert "nothing to draw" in told.message.html


async def test_a_store_of_files_that_fails_is_tried_again(studio: Studio) -> None:
    request = await studio.ask()
    studio.media.down = True
    with pytest.raises(MediaUnavailable):
        await studio.drawing.run(request, attempt=1)
    studio.media.down = False
    await studio.drawing.run(request, attempt=2)
    assert len(studio.queues.notifications) == 1


async def test_requests_have_a_limit_that_counts_for_a_chat() -> None:
    clock = FakeClock()
    requests = PictureRequests(FakeQueues(), FakeRateLimits(clock))
    assert all([await requests.allowed(1) for _ in range(REQUESTS)])
    assert not await requests.allowed(1)
    assert await requests.allowed(2)
    clock.advance(3601)
    assert await requests.allowed(1)
