"""`ports.Sessions` in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from tests.fakes.outage import Outage
from walletwatch.domain.sessions import SESSION_TTL, Session
from walletwatch.ports.common import Clock


@dataclass
class FakeSessions:
    clock: Clock
    outage: Outage = field(default_factory=Outage)
    stored: dict[tuple[int, int], tuple[Session, datetime]] = field(default_factory=dict)
    versions: "count[int]" = field(default_factory=lambda: count(1))

    async def find(self, chat_id: int, user_id: int) -> Session | None:
        self.outage.check()
        session = self._session(chat_id, user_id)
        if session is not None:
            self.stored[chat_id, user_id] = session, self.clock.now() + SESSION_TTL
        return session

    async def save(self, session: Session) -> Session | None:
        self.outage.check()
        present = self._session(session.chat_id, session.user_id)
        if session.version != (present.version if present else ""):
            return None
        saved = replace(session, version=f"{next(self.versions):032x}")
        self.stored[session.chat_id, session.user_id] = saved, self.clock.now() + SESSION_TTL
        return saved

    async def end(self, session: Session) -> bool:
        self.outage.check()
        present = self._session(session.chat_id, session.user_id)
        if present is not None and present.version != session.version:
            return False
        self.stored.pop((session.chat_id, session.user_id), None)
        return True

    def _session(self, chat_id: int, user_id: int) -> Session | None:
        session, end = self.stored.get((chat_id, user_id), (None, self.clock.now()))
        return session if end > self.clock.now() else None
