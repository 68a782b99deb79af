"""Delivery of updates to the webhook, with the patience and the impatience of Telegram's server.

The retry curve, the expiry, the collapse to one connection and the removal after 410 follow
WebhookActor.cpp of Telegram's open Bot API server: the first failure is followed by a second attempt at once,
then 2, 4, 8 … seconds up to a ceiling drawn from 60-120 s; a ``Retry-After`` header is obeyed instead (up to
an hour).
"""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

import aiohttp

from telegram_double.clock import Clock
from telegram_double.fields import Json
from telegram_double.policy import Policy
from telegram_double.updates import Update, UpdateQueue, Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_NO_REPLY_METHODS = {"deletewebhook", "setwebhook", "close", "logout"}
_LOG_SIZE = 20_000

type ReplyHandler = Callable[[str, Json], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST to the webhook.

    Attributes:
        at: Wall-clock time it started; ``clock`` is the same on the double's clock.
        seconds: Real seconds it took.
        status: HTTP status; None if there was no answer.
        error: What went wrong; empty if nothing.
        next_delay_s: Seconds of the double's clock to the next attempt; None after success or when given up.
        reply_method: Bot API method the webhook answered with.
    """

    update_id: int
    kind: str
    queue: str
    number: int
    at: float
    clock: float
    seconds: float
    status: int | None
    error: str
    next_delay_s: float | None
    reply_method: str | None

    def wire(self) -> Json:
        """As JSON."""
        return asdict(self)


@dataclass(slots=True)
class _Answer:
    status: int | None
    error: str = ""
    retry_after: int = 0
    body: bytes = b""


@dataclass(slots=True)
class WebhookDelivery:
    """The task that keeps the webhook fed.

    Args:
        reply: Executes a method the webhook answered with.
    """

    updates: UpdateQueue
    clock: Clock
    policy: Policy
    reply: ReplyHandler
    log: deque[Attempt] = field(default_factory=lambda: deque(maxlen=_LOG_SIZE))
    delivered: int = 0
    given_up: int = 0
    _in_flight: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _last_success: float = -3600.0
    _gone_since: float | None = None
    _random: random.Random = field(default_factory=random.Random)

    async def run(self) -> None:
        """Delivers until it is cancelled."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=True) as session:
            try:
                while True:
                    changed = self.updates.changed
                    await self._wait(changed, self._start_due(session))
            finally:
                for task in self._in_flight.values():
                    task.cancel()
                await asyncio.gather(*self._in_flight.values(), return_exceptions=True)

    async def _wait(self, changed: asyncio.Event, moment: float | None) -> None:
        """Returns when something changed or the clock shows ``moment``."""
        tasks: list[asyncio.Task[object]] = [asyncio.create_task(changed.wait())]
        if moment is not None:
            tasks.append(asyncio.create_task(self.clock.sleep_until(moment)))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    @property
    def connections(self) -> int:
        """How many requests may be open now: one while nothing succeeds, else as many as the bot allows."""
        webhook = self.updates.webhook
        if webhook is None:
            return 0
        quiet = self.clock.now() - self._last_success > self.policy.quiet_before_collapse_s
        return 1 if quiet else webhook.max_connections

    def _start_due(self, session: aiohttp.ClientSession) -> float | None:
        """Starts what may start now; returns when to look again, or None if only a change can help."""
        webhook = self.updates.webhook
        if webhook is None:
            return None
        idle = [update for update in self.updates.heads() if update.queue not in self._in_flight]
        idle.sort(key=lambda update: (update.wakeup_at, update.id))
        now = self.clock.now()
        for update in idle:
            if len(self._in_flight) >= self.connections:
                return None
            if update.wakeup_at > now:
                return update.wakeup_at
            self._in_flight[update.queue] = asyncio.create_task(self._deliver(session, webhook, update))
        return None

    async def _deliver(self, session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> None:
        started, started_clock = time.time(), self.clock.now()
        update.in_flight = True
        try:
            answer = await self._post(session, webhook, update)
            next_delay, reply = None, None
            if answer.error:
                next_delay = self._failed(update, answer)
            else:
                reply = self._succeeded(update, answer)
            self.log.append(
                Attempt(
                    update_id=update.id,
                    kind=update.kind,
                    queue=update.queue,
                    number=update.failures + (0 if answer.error else 1),
                    at=started,
                    clock=started_clock,
                    seconds=time.time() - started,
                    status=answer.status,
                    error=answer.error,
                    next_delay_s=next_delay,
                    reply_method=reply["method"] if reply else None,
                )
            )
        finally:
            update.in_flight = False
            del self._in_flight[update.queue]
            self.updates.wake()
        if reply:
            method = reply.pop("method")
            await self.reply(method, reply)

    async def _post(self, session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> _Answer:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}
        if webhook.secret_token:
            headers[SECRET_HEADER] = webhook.secret_token
        timeout = aiohttp.ClientTimeout(total=max(self.clock.real(self.policy.webhook_timeout_s), 1.0))
        body = json.dumps(update.wire(), ensure_ascii=False).encode()
        try:
            async with session.post(
                webhook.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                content = await response.read()
        except TimeoutError:
            return _Answer(None, "Read timeout expired")
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            return _Answer(None, "Connection refused")
        except aiohttp.ClientError:
            return _Answer(None, "Webhook connection closed")
        if 200 <= response.status <= 299:
            return _Answer(response.status, body=content)
        error = f"Wrong response from the webhook: {response.status} {response.reason}"
        return _Answer(response.status, error, _retry_after(response.headers.get("Retry-After")))

    def _succeeded(self, update: Update, answer: _Answer) -> Json | None:
        """Books a success; returns the method call in the answer, if there is one."""
        self._last_success = self.clock.now()
        self._gone_since = None
        if update.repeats > 0:
            update.repeats -= 1
            update.wakeup_at = self.clock.now()
        else:
            self.updates.confirm(update.id)
            self.delivered += 1
        return _method_in(answer.body)

    def _failed(self, update: Update, answer: _Answer) -> float | None:
        """Books a failure; returns the seconds to the next attempt, or None if there will be none."""
        now = self.clock.now()
        self.updates.last_error_at, self.updates.last_error = time.time(), answer.error
        if answer.status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since > self.policy.gone_before_removal_s:
            self.updates.webhook = None
        delay = min(answer.retry_after, self.policy.retry_after_ceiling_s)
        if delay == 0 and update.failures > 0:
            ceiling = self._random.randint(*self.policy.retry_ceiling_s)
            update.delay_s = min(ceiling, update.delay_s * self.policy.retry_factor)
            delay = update.delay_s
        update.failures += 1
        if now + delay > update.expires_at:
            self.updates.confirm(update.id)
            self.updates.expired += 1
            self.given_up += 1
            return None
        update.wakeup_at = now + delay
        return delay


def _retry_after(header: str | None) -> int:
    return int(header) if header and header.isascii() and header.isdecimal() else 0


def _method_in(body: bytes) -> Json | None:
    """The call in a webhook's answer; the methods Telegram does not run from there are left out."""
    try:
        answer = json.loads(body) if body else None
    except ValueError:
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("method"), str):
        return None
    method = answer["method"].lower()
    return None if method in _NO_REPLY_METHODS or method.startswith("get") else answer
