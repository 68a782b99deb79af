from dataclasses import replace

import pytest

from tests.fakes.limits import FakeSendLimits
from tests.fakes.linking import FakeLinkedChats
from tests.fakes.marks import FakeSentMarks
from tests.fakes.media import FakeMedia
from tests.fakes.messenger import FakeMessenger
from tests.fakes.outage import Outage
from tests.unit.services.conftest import WALLET, World, contact
from walletwatch.bot.views.groups import HtmlNotices
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.errors import (
    ChatMigrated,
    ChatUnreachable,
    DeliveryUnavailable,
    MessageRefused,
    StoreUnavailable,
    TopicGone,
)
from walletwatch.domain.work import Attachment, MediaKind, Notification, RenderedMessage
from walletwatch.services.delivering import Delivering, Record


class Post:
    """A delivery service in memory, and its queue."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.messenger = FakeMessenger()
        self.media = FakeMedia()
        self.marks = FakeSentMarks()
        self.limits = FakeSendLimits(world.clock)
        self.service = Delivering(
            ledger=world.stores.ledger,
            marks=self.marks,
            limits=self.limits,
            messenger=self.messenger,
            media=self.media,
            subscriptions=world.stores.subscriptions,
            notices=HtmlNotices(),
            clock=world.clock,
            metrics=world.metrics,
        )

    async def queued(self, chat_id: int, text: str) -> Record:
        key = delivery_key(chat_id, text)
        await self.world.stores.ledger.add(NewDelivery(key, DeliveryKind.SCAN, chat_id, None, None))
        return Record(
            f"{chat_id}-{text}",
            Notification(key, chat_id, RenderedMessage(text), self.world.clock.now()),
        )

    async def run(self, *records: Record) -> dict[str, float]:
        return (await self.service.run(records, remaining=lambda: 30.0)).retry_after

    async def status(self, record: Record) -> DeliveryStatus:
        key = record.notification.ledger_key
        return (await self.world.stores.ledger.statuses([key]))[key]


@pytest.fixture
def post(world: World) -> Post:
    return Post(world)


async def test_a_message_is_sent_once_and_settled(post: Post) -> None:
    record = await post.queued(1, "hello")
    assert await post.run(record) == {}
    assert await post.run(record) == {}
    assert post.messenger.sent == [(1, "hello")]
    assert await post.status(record) is DeliveryStatus.SENT


async def test_what_the_ledger_does_not_know_is_not_sent(post: Post) -> None:
    record = await post.queued(1, "hello")
    stranger = replace(record.notification, ledger_key=delivery_key("unknown"))
    assert await post.run(Record("stranger", stranger)) == {}
    assert post.messenger.sent == []


async def test_a_message_that_is_with_telegram_is_only_settled(post: Post) -> None:
    record = await post.queued(1, "hello")
    await post.marks.mark(record.notification.ledger_key, 77)
    assert await post.run(record) == {}
    assert post.messenger.sent == []
    assert await post.status(record) is DeliveryStatus.SENT


async def test_a_ledger_that_fails_after_the_send_does_not_cause_a_second_one(post: Post) -> None:
    record = await post.queued(1, "hello")
    sends = post.messenger.send

    async def send_and_lose_the_ledger(*arguments: object, **options: object) -> int:
        post.world.stores.outage.down = True
        return await sends(*arguments, **options)  # type: ignore[arg-type]

    post.messenger.send = send_and_lose_the_ledger  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        await post.run(record)
    post.world.stores.outage.down = False
    post.messenger.send = sends  # type: ignore[method-assign]
    assert await post.run(record) == {}
    assert post.messenger.sent == [(1, "hello")]
    assert await post.status(record) is DeliveryStatus.SENT


async def test_when_telegram_asks_to_wait_the_chat_waits_in_order_and_others_do_not(post: Post) -> None:
    first, second, other = (
        await post.queued(1, "first"),
        await post.queued(1, "second"),
        await post.queued(2, "other"),
    )
    post.messenger.failures.append(DeliveryUnavailable("slow down", retry_after=30))
    assert await post.run(first, second, other) == {"1-first": 30, "1-second": 30}
    assert post.messenger.sent == [(2, "other")]
    post.world.clock.advance(31)
    assert await post.run(first, second) == {}
    assert post.messenger.sent[1:] == [(1, "first"), (1, "second")]


async def test_a_chat_that_blocked_the_bot_is_left_alone(post: Post) -> None:
    await post.world.watch(1, WALLET)
    record = await post.queued(1, "hello")
    post.messenger.failures.append(ChatUnreachable("bot was blocked by the user"))
    assert await post.run(record) == {}
    assert await post.status(record) is DeliveryStatus.FAILED
    chat = await post.world.stores.subscriptions.chat(1)
    assert chat is not None
    assert not chat.active


async def test_a_group_that_moved_gets_its_message_at_its_new_id(post: Post) -> None:
    await post.world.stores.subscriptions.remember(contact(-5))
    record = await post.queued(-5, "hello")
    post.messenger.failures.append(ChatMigrated(-1005))
    assert await post.run(record) == {}
    assert post.messenger.sent == [(-1005, "hello")]


async def test_a_refused_message_fails_for_good_and_holds_nobody_up(post: Post) -> None:
    bad, good = await post.queued(1, "bad"), await post.queued(1, "good")
    post.messenger.failures.append(MessageRefused("can't parse entities"))
    assert await post.run(bad, good) == {}
    assert post.messenger.sent == [(1, "good")]
    assert await post.status(bad) is DeliveryStatus.FAILED
    assert post.world.metrics.counts["MessagesRefused"] == 1


async def test_without_redis_messages_still_go_out(post: Post) -> None:
    record = await post.queued(1, "hello")
    post.limits.outage = Outage(down=True)
    post.marks.outage = Outage(down=True)
    assert await post.run(record) == {}
    assert post.messenger.sent == [(1, "hello")]
    assert await post.status(record) is DeliveryStatus.SENT


async def test_without_the_ledger_nothing_is_sent(post: Post) -> None:
    record = await post.queued(1, "hello")
    post.world.stores.outage.down = True
    with pytest.raises(StoreUnavailable):
        await post.run(record)
    assert post.messenger.sent == []


async def test_a_place_that_is_near_is_waited_for(post: Post) -> None:
    records = [await post.queued(1, f"m{number}") for number in range(5)]
    assert await post.run(*records) == {}
    assert [text for _, text in post.messenger.sent] == [f"m{number}" for number in range(5)]
    assert sum(post.world.clock.slept) > 0


async def group_of(post: Post, owner: int | None = 1) -> None:
    await post.world.stores.subscriptions.remember(contact(1))
    group = Contact(-5, ChatKind.SUPERGROUP, None, None, "en", "Friends")
    chat = await post.world.stores.subscriptions.remember(group)
    if owner is not None:
        assert await FakeLinkedChats(post.world.stores.tables).claim(-5, owner, instead_of=None)
    settings = replace(chat.settings, topic=7)
    await post.world.stores.subscriptions.change_settings(-5, settings)


def in_topic(record: Record, topic: int = 7) -> Record:
    return replace(record, notification=replace(record.notification, topic=topic))


async def test_the_owner_is_told_once_that_a_group_cannot_be_written_to(post: Post) -> None:
    await group_of(post)
    first, second = await post.queued(-5, "hello"), await post.queued(-5, "again")
    refusal = ChatUnreachable("need administrator rights in the channel chat")
    post.messenger.failures.append(refusal)
    assert await post.run(first) == {}
    ((told, text),) = post.messenger.sent
    assert told == 1
    assert "can't write to 👥 <b>Friends</b>" in text
    post.messenger.failures.append(refusal)
    await post.run(second)
    assert len(post.messenger.sent) == 1


async def test_an_owner_who_cannot_be_told_holds_nothing_up(post: Post) -> None:
    await group_of(post)
    record = await post.queued(-5, "hello")
    post.messenger.failures.extend([ChatUnreachable("bot was kicked"), DeliveryUnavailable("no")])
    assert await post.run(record) == {}
    assert await post.status(record) is DeliveryStatus.FAILED
    assert post.world.metrics.counts["NoticesUntold"] == 1


async def test_a_group_that_nobody_answers_for_is_just_left(post: Post) -> None:
    await group_of(post, owner=None)
    post.messenger.failures.append(ChatUnreachable("bot was kicked"))
    await post.run(await post.queued(-5, "hello"))
    assert post.messenger.sent == []


async def test_a_topic_that_is_gone_is_said_once_and_the_general_one_used(post: Post) -> None:
    await group_of(post)
    first, second = await post.queued(-5, "hello"), await post.queued(-5, "again")
    post.messenger.failures.append(TopicGone("TOPIC_CLOSED"))
    assert await post.run(in_topic(first)) == {}
    notice, message = post.messenger.sent
    assert "topic I wrote to is closed" in notice[1]
    assert message == (-5, "hello")
    assert post.messenger.topics == [None, None]
    assert await post.status(first) is DeliveryStatus.SENT
    chat = await post.world.stores.subscriptions.chat(-5)
    assert chat is not None
    assert chat.settings.topic is None
    # One that was queued before.
    post.messenger.failures.append(TopicGone("TOPIC_CLOSED"))
    await post.run(in_topic(second))
    assert [text for _, text in post.messenger.sent[2:]] == ["again"]


async def test_a_message_goes_to_its_topic(post: Post) -> None:
    await group_of(post)
    await post.run(in_topic(await post.queued(-5, "hello")))
    assert post.messenger.topics == [7]


KEY = f"exports/{'0123456789abcdef' * 2}.csv"


async def queued_file(post: Post, content: bytes | None = b"a,b") -> Record:
    record = await post.queued(1, "caption")
    if content is not None:
        await post.media.put(KEY, content, "text/csv")
    attachment = Attachment(MediaKind.DOCUMENT, KEY, "export.csv", "<i>expired</i>")
    return replace(record, notification=replace(record.notification, attachment=attachment))


async def test_a_file_is_sent_once_with_its_caption(post: Post) -> None:
    record = await queued_file(post)
    assert await post.run(record) == {}
    assert await post.run(record) == {}
    (file,) = post.messenger.files
    assert (file.caption, file.name, file.content) == ("caption", "export.csv", b"a,b")
    assert await post.status(record) is DeliveryStatus.SENT


async def test_a_file_that_is_gone_is_told_and_failed(post: Post) -> None:
    record = await queued_file(post, None)
    assert await post.run(record) == {}
    assert await post.run(record) == {}
    assert post.messenger.sent == [(1, "<i>expired</i>")]
    assert await post.status(record) is DeliveryStatus.FAILED
    assert post.world.metrics.counts["FilesLost"] == 1


async def test_a_loss_that_could_not_be_told_is_told_later(post: Post) -> None:
    record = await queued_file(post, None)
    post.messenger.failures.append(DeliveryUnavailable("slow down", retry_after=9))
    assert await post.run(record) == {record.id: 9}
    assert await post.status(record) is DeliveryStatus.PENDING
    post.world.clock.advance(10)
    assert await post.run(record) == {}
    assert post.messenger.sent == [(1, "<i>expired</i>")]


@pytest.mark.parametrize("failure", [ChatUnreachable("blocked"), MessageRefused("no")])
async def test_a_loss_that_nobody_can_be_told_is_in_the_ledger(post: Post, failure: Exception) -> None:
    record = await queued_file(post, None)
    post.messenger.failures.append(failure)
    assert await post.run(record) == {}
    assert await post.status(record) is DeliveryStatus.FAILED


async def test_while_files_cannot_be_had_the_chat_waits(post: Post) -> None:
    record = await queued_file(post)
    later = await post.queued(1, "later")
    post.media.down = True
    assert set(await post.run(record, later)) == {record.id, later.id}
    assert post.messenger.sent == []
    post.media.down = False
    assert await post.run(record, later) == {}
    assert [text for _, text in post.messenger.sent] == ["caption", "later"]


async def test_a_file_is_not_begun_without_time_for_it(post: Post) -> None:
    record = await queued_file(post)
    outcome = await post.service.run([record], remaining=lambda: 20.0)
    assert outcome.retry_after == {record.id: 1.0}
    assert post.messenger.sent == []
    assert await post.run(record) == {}


async def test_a_group_that_moved_gets_its_file(post: Post) -> None:
    record = await queued_file(post)
    post.messenger.failures.append(ChatMigrated(-1005))
    assert await post.run(record) == {}
    assert [file.chat_id for file in post.messenger.files] == [-1005]


async def test_a_message_may_become_another(post: Post) -> None:
    record = await post.queued(1, "done")
    edited = replace(record, notification=replace(record.notification, edits=77))
    assert await post.run(edited) == {}
    assert post.messenger.edited == [77]
    assert await post.marks.marked([edited.notification.ledger_key]) == {edited.notification.ledger_key: 77}
