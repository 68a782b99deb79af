"""`ports.SentMarks` in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fakes.outage import Outage


@dataclass
class FakeSentMarks:
    outage: Outage = field(default_factory=Outage)
    messages: dict[str, int] = field(default_factory=dict)

    async def mark(self, key: str, message_id: int) -> None:
        self.outage.check()
        self.messages[key] = message_id

    async def marked(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.outage.check()
        return {key: self.messages[key] for key in keys if key in self.messages}
