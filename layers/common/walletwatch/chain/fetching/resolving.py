"""Looking up the hosts that strangers name."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

type Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Gives all addresses of a host name, those first that are to be tried first.

Raises `NoSuchHost`, or another `OSError` where nobody could be asked.
"""

_THREADS: Final = 2
_MISSING: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class NoSuchHost(OSError):
    """The name has no address, by the word of those who know."""


class SystemResolver:
    """`Resolve` by the system's resolver.

    It has threads of its own: a name server of a stranger that answers late holds up nothing but this.
    """

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    async def __call__(self, host: str) -> Sequence[str]:
        """The addresses of a host, IPv4 first: a VPC need not have a way out for the other."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolve")
        loop = asyncio.get_running_loop()
        try:
            answers = await loop.run_in_executor(self._threads, _ask, host)
        except socket.gaierror as error:
            if error.errno in _MISSING:
                raise NoSuchHost(error.errno, "no such host") from None
            raise
        except UnicodeError:
            # Python puts names through IDNA, which knows of some that nobody can have.
            raise NoSuchHost(socket.EAI_NONAME, "no such host") from None
        return list(dict.fromkeys(answers))


def _ask(host: str) -> list[str]:
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    by_family = sorted(answers, key=lambda answer: answer[0] is socket.AF_INET6)
    return [str(address[0]) for *_, address in by_family]
