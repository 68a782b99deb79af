"""A Telegram that takes notifications in memory."""

from collections import deque
from dataclasses import dataclass, field

from walletwatch.domain.work import OutgoingFile, RenderedMessage


@dataclass(frozen=True)
class SentFile:
    """A file that was sent, with its caption."""

    chat_id: int
    caption: str
    name: str
    content: bytes


@dataclass
class FakeMessenger:
    """`ports.Messenger` that keeps what it is sent; `failures` are raised first, one a call."""

    sent: list[tuple[int, str]] = field(default_factory=list)
    files: list[SentFile] = field(default_factory=list)
    edited: list[int] = field(default_factory=list)
    topics: list[int | None] = field(default_factory=list)
    failures: deque[Exception] = field(default_factory=deque)

    async def send(
        self,
        chat_id: int,
        message: RenderedMessage,
        *,
        reply_to: int | None = None,
        file: OutgoingFile | None = None,
        edits: int | None = None,
        topic: int | None = None,
    ) -> int:
        if self.failures:
            raise self.failures.popleft()
        self.topics.append(topic)
        self.sent.append((chat_id, message.html))
        if file is not None:
            self.files.append(SentFile(chat_id, message.html, file.name, file.path.read_bytes()))
        if edits is not None:
            self.edited.append(edits)
            return edits
        return len(self.sent)
