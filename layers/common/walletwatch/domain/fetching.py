"""Fetching what a stranger's link leads to, and the ways in which that may end."""

from dataclasses import dataclass
from enum import StrEnum


class Wanted(StrEnum):
    """What a link is expected to lead to."""

    JSON = "json"
    IMAGE = "image"


class Refusal(StrEnum):
    """Why a link was not followed, or its answer not taken. It is of the link itself, and stays so."""

    MALFORMED = "malformed"
    """It is no URL that all programs would read in the same way."""
    SCHEME = "scheme"
    """It is neither https nor of a network that has a gateway."""
    HTTP = "http"
    """It is not encrypted: whoever is on the way can put something else in its place."""
    CREDENTIALS = "credentials"
    """It holds a user's name or a password."""
    PORT = "port"
    """It leads to another port than that of https."""
    PRIVATE_ADDRESS = "private_address"
    """Its host is, or has among its addresses, one that is not of the public Internet."""
    REDIRECTS = "redirects"
    """It leads on and on, or nowhere."""
    CONTENT_TYPE = "content_type"
    """It leads to something else than what is wanted."""
    ENCODING = "encoding"
    """The answer is compressed in a way that was not asked for, or cannot be unpacked."""
    TOO_LARGE = "too_large"
    """There is more than is wanted of any such file, packed or unpacked."""


class Miss(StrEnum):
    """Why nothing came of a link that may be followed."""

    NOT_FOUND = "not_found"
    """There is nothing, by the word of its host, or there is no such host."""
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """No answer came, or one that is none; the fault may be on either side."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What it leads to: bytes that nobody vouches for."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not followed, or not to its end."""

    why: Refusal


@dataclass(frozen=True, slots=True)
class Missed:
    """It was followed in vain."""

    why: Miss


type FetchOutcome = Fetched | Refused | Missed
