"""The double as a whole: its state and the execution of Bot API calls."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from telegram_double.arguments import Arguments, Spec, Upload, parse_arguments
from telegram_double.clock import Clock
from telegram_double.delivery import WebhookDelivery
from telegram_double.errors import ApiError, not_found
from telegram_double.events import EventLog
from telegram_double.faults import Fault, FaultKind, FaultPlan
from telegram_double.fields import Json
from telegram_double.journal import Call, Journal
from telegram_double.limits import FloodControl
from telegram_double.model import User
from telegram_double.policy import Policy
from telegram_double.profile import Profile
from telegram_double.queries import Questions
from telegram_double.updates import UpdateQueue
from telegram_double.world import World

_TOKEN = re.compile(r"(\d{3,20}):[A-Za-z0-9_-]{3,}")


@dataclass(frozen=True, slots=True)
class Method:
    """A Bot API method: its documented name and parameters and what it does."""

    name: str
    spec: Spec
    handler: "Callable[[Double, Arguments], object]"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call led to.

    Attributes:
        body: The answer.
        status: Its HTTP status.
        fault: The fault that hit the call; the server acts it out instead of, or after, answering.
    """

    body: Json
    status: int
    fault: Fault | None = None


class Double:
    """A bot's Telegram.

    Args:
        token: The bot's token; its number in front is the bot's id.
        methods: The methods by lower-case name.
        policy: Telegram's numbers.
        clock: The double's clock.
        username: The bot's @username.
        name: The bot's display name.

    Raises:
        ValueError: The token is not of the form "123456:secret".
    """

    def __init__(
        self,
        token: str,
        methods: Mapping[str, Method],
        *,
        policy: Policy | None = None,
        clock: Clock | None = None,
        username: str = "x1_wallet_watcher_bot",
        name: str = "X1 Wallet Watcher",
    ) -> None:
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise ValueError("a token looks like 123456:secret")
        self.token = token
        self.methods = methods
        self.policy = policy or Policy()
        self.clock = clock or Clock()
        self.bot = User(int(match.group(1)), name, is_bot=True, username=username)
        self.events = EventLog()
        self.profile = Profile()
        self.updates = UpdateQueue(self.clock, self.policy)
        self._forget()

    def _forget(self) -> None:
        self.world = World(self.bot, self.clock, self.events)
        self.flood = FloodControl(self.clock, self.policy)
        self.journal = Journal()
        self.faults = FaultPlan()
        self.questions = Questions()
        self.delivery = WebhookDelivery(self.updates, self.clock, self.policy, self._execute_reply)
        self._delivering: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to deliver updates."""
        self._delivering = asyncio.create_task(self.delivery.run())

    async def stop(self) -> None:
        """Ends deliveries, open ones included."""
        if self._delivering is not None:
            self._delivering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivering
            self._delivering = None

    async def reset(self) -> None:
        """Forgets people, chats, pending updates, faults and records; webhook, commands and policy stay."""
        await self.stop()
        queue = self.updates
        # Update numbers go on: a bot that remembers the old ones must not take the new ones for repetitions.
        self.updates = UpdateQueue(
            self.clock, self.policy, webhook=queue.webhook, allowed=queue.allowed, next_id=queue.next_id
        )
        self._forget()
        self.events.publish("reset")
        await self.start()

    def set_policy(self, changes: Mapping[str, object]) -> None:
        """Changes some of Telegram's numbers; rate limits start anew.

        Raises:
            ValueError: An unknown name.
            TypeError: A value that is no number.
        """
        for name, value in changes.items():
            current = getattr(self.policy, name, None)
            if current is None:
                raise ValueError(f"no policy called {name}")
            if isinstance(value, bool) or not isinstance(value, int | float | list):
                raise TypeError(f"{name} must be a number")
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in changes.items()}
        self.policy = replace(self.policy, **values)
        self.flood = FloodControl(self.clock, self.policy)
        self.updates.policy = self.policy
        self.delivery.policy = self.policy

    def execute(
        self, name: str, raw: Mapping[str, object], uploads: Mapping[str, Upload], *, via: str = "http"
    ) -> Outcome:
        """Executes one call and writes it down.

        Args:
            name: Method name in any case.
            raw: Parameters as received.
            uploads: Files by part name.
            via: How it came, for the record.
        """
        started = time.time()
        method = self.methods.get(name.lower())
        fault = self.faults.take(name, raw.get("chat_id")) if method else None
        executed = False
        try:
            if method is None:
                raise not_found()
            arguments = parse_arguments(method.spec, raw, uploads)
            _refuse(fault)
            if fault is not None and fault.kind is not FaultKind.TIMEOUT_AFTER:
                outcome = Outcome({}, 502, fault)
            else:
                outcome = Outcome({"ok": True, "result": method.handler(self, arguments)}, 200, fault)
                executed = True
        except ApiError as error:
            outcome = Outcome(error.body(), error.code)
        answered = outcome.fault is None or outcome.fault.kind is FaultKind.BAD_GATEWAY
        self.journal.record(
            Call(
                seq=self.journal.next_seq(),
                method=method.name if method else name,
                arguments=_shown(raw, uploads),
                started_at=started,
                finished_at=time.time(),
                status=outcome.status if answered else None,
                description=outcome.body.get("description") if answered else "no answer",
                executed=executed,
                via=via,
            )
        )
        return outcome

    async def _execute_reply(self, name: str, raw: Json) -> None:
        self.execute(name, raw, {}, via="webhook")


def _refuse(fault: Fault | None) -> None:
    if fault is not None and fault.kind is FaultKind.ERROR:
        parameters = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
        raise ApiError(fault.code, fault.description, parameters)


def _shown(raw: Mapping[str, object], uploads: Mapping[str, Upload]) -> Json:
    files = {name: {"file_name": file.name, "size": len(file.content)} for name, file in uploads.items()}
    return {**raw, **files}
