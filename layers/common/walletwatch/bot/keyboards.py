"""Buttons and the data behind them; without python-telegram-bot, which few functions need to load."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from walletwatch.domain.work import Button

VERSION: Final = "1"
MAX_DIGITS: Final = 18
SEPARATOR: Final = "."
"""Between the parts of an argument."""
MAX_DATA_BYTES: Final = 64
"""Bot API, InlineKeyboardButton.callback_data."""


class Action(StrEnum):
    """What a button does. The value is on the wire: keep it short, never reuse one."""

    CARD = "c"
    RUN = "go"
    BALANCE = "b"
    SCAN = "s"
    UNWATCH = "u"
    UNWATCH_CONFIRMED = "x"
    LIST = "l"
    SETTINGS = "e"
    TOGGLE = "t"
    HELP = "h"
    STATUS = "i"
    MENU = "m"
    DETAILS = "td"
    LESS = "tl"
    TOLD = "tt"
    LANGUAGE = "ln"
    TIMEZONE = "tz"
    CURRENCY = "cu"
    FORGET_CONFIRMED = "fx"
    PLAN = "pl"
    BUY = "pb"
    REFUND_CONFIRMED = "pr"
    LINKS = "pk"
    LINK = "pc"
    LINK_WALLET = "pw"
    LINK_ALL = "pa"
    LINK_ALIKE = "ps"
    UNLINK = "pu"
    UNLINK_CONFIRMED = "px"
    GROUP_SETTINGS = "pg"
    GROUP_ADMINS = "po"
    GROUP_TOPIC = "pt"
    GROUP_GENERAL = "pn"
    WATCH_ADDRESS = "wa"
    ADD = "wf"
    CHOOSE = "wc"
    BACKFILL = "wh"
    LABEL = "wl"
    CLEAR = "wk"
    WALLET_TAGS = "wt"
    TAG_TOGGLE = "wg"
    TAGS = "wd"
    NOTE = "wn"
    PAUSE = "wp"
    PAUSE_ALL = "wq"
    PAUSE_ALL_CONFIRMED = "wy"
    RESUME = "wr"
    RESUME_ALL = "wz"
    IMPORT = "wi"
    EXPORT = "we"
    SHARE = "ws"
    SHARE_MADE = "wm"
    SHARE_REVOKED = "wv"
    SHARE_WALLET = "wx"
    SHARED = "wo"
    SHARED_ADD = "wj"
    SHARED_ADD_ALL = "wb"
    BALANCE_ADDRESS = "ba"
    BALANCE_ALL = "bb"
    TOKENS = "bt"
    NFTS = "bn"
    STAKES = "bs"
    PORTFOLIO = "bo"
    PRICE = "bp"
    MINT = "bk"
    POOLS = "bq"
    CONVERT = "bc"
    SCAN_ADDRESS = "sa"
    APPROVALS = "so"
    RISKS = "sr"
    SCAN_DETAILS = "sd"
    SCAN_VERDICT = "sv"
    SCAN_CONNECTIONS = "sn"
    BLOCKLIST = "bl"
    ALERTS = "aa"
    ACKNOWLEDGE = "ak"
    ADMIN = "ad"
    RETRY_FAILED = "ar"
    PURGE = "ap"
    PURGE_CONFIRMED = "ax"
    REVIEW = "rv"
    PICTURE = "gp"
    PICTURE_CHOSEN = "gc"
    PICTURE_BESIDE = "gb"
    NETWORK = "gn"
    EXPORT_HISTORY = "ge"
    AM_LIST = "al"
    AM_CARD = "ac"
    AM_ADD = "aw"
    AM_SET = "as"
    AM_PAUSE = "aP"
    AM_DELETE = "az"
    AM_DELETE_CONFIRMED = "ay"
    AM_PREVIEW = "av"
    AM_TEST = "at"
    AM_RENAME = "an"
    AM_EDIT = "aE"
    AM_FILTERS = "af"
    AM_FILTER_SET = "ag"
    AM_FILTER_ASK = "ai"
    AM_UNLIST = "ae"
    AM_MUTE_TOKEN = "am"  # noqa: S105 - an action
    AM_MUTE_WALLET = "ao"
    AM_BLOCK_SENDER = "ab"
    AM_MUTE = "ah"
    AM_UNMUTE = "au"
    AM_SNOOZE = "aj"
    AM_QUIET = "aq"
    AM_DIGEST = "aD"
    HISTORY = "ha"
    HISTORY_DETAILS = "hd"
    HISTORY_KINDS = "hk"
    HISTORY_PERIODS = "hp"
    HISTORY_TOKENS = "ht"
    HISTORY_WALLETS = "hw"
    FLOWS = "hf"
    TOP = "hc"
    FIGURES_WALLETS = "hv"
    GAINS = "hl"
    STATS = "hs"
    REPORT = "hr"
    ANOMALIES = "hn"
    PEOPLE = "xu"
    PERSON = "xp"
    PERSON_WALLETS = "xw"
    BAN = "xb"
    BAN_CONFIRMED = "xc"
    UNBAN = "xn"
    GRANT = "xg"
    REVOKE = "xe"
    PERSON_LIMITS = "xl"
    LIMIT = "xq"
    MESSAGE_PERSON = "xm"
    FEEDBACKS = "xf"
    PAYMENTS = "xk"
    REFUND_PAYMENT = "xK"
    REFUND_PAYMENT_CONFIRMED = "xR"
    REVOKE_CONFIRMED = "xE"
    BROADCASTS = "xs"
    AUDIENCE = "xa"
    BROADCAST_LINK = "xj"
    BROADCAST_PACE = "xr"
    BROADCAST_DISCARDED = "xd"
    BROADCAST_CONFIRMED = "xy"
    BROADCAST = "xo"
    BROADCAST_STOPPED = "xz"
    NO_NEWS = "xx"
    ANALYTICS = "xt"
    AUDIT = "xi"
    CLEAR_CONFIRMED = "xv"
    MAINTENANCE = "xh"


class StaleData(ValueError):
    """The data are of an older version of the bot, or none of ours."""


@dataclass(frozen=True, slots=True)
class CallbackData:
    """The data of a button: an action and what it is for.

    Attributes:
        argument: A subscription's id, a page, a setting's name or an address; empty where there is none.
    """

    action: Action
    argument: str = ""

    def encode(self) -> str:
        """`version:action:argument`, at most 64 bytes."""
        data = f"{VERSION}:{self.action.value}:{self.argument}"
        if len(data.encode()) > MAX_DATA_BYTES:
            raise ValueError("callback data of more than 64 bytes")
        return data

    @classmethod
    def decode(cls, data: str) -> "CallbackData":
        """Read what Telegram sends back, which may be anything.

        Raises:
            StaleData: It is not of this version.
        """
        parts = data.split(":")
        if len(parts) != 3 or parts[0] != VERSION:
            raise StaleData
        try:
            return cls(Action(parts[1]), parts[2])
        except ValueError as error:
            raise StaleData from error

    @property
    def number(self) -> int:
        """The argument as a number.

        Raises:
            StaleData: It is none.
        """
        return number_of(self.argument)

    @property
    def parts(self) -> tuple[str, str]:
        """The argument before and behind its first separator."""
        before, _, behind = self.argument.partition(SEPARATOR)
        return before, behind


def switch(is_on: bool) -> str:
    """What a switch shall be after a tap, for its button's data: a second tap on it wishes for the same."""
    return "0" if is_on else "1"


def wished(text: str) -> bool:
    """What a switch shall be, in a button's data.

    Raises:
        StaleData: It is neither on nor off.
    """
    if text not in {"0", "1"}:
        raise StaleData
    return text == "1"


def number_of(text: str) -> int:
    """A number in a button's data.

    Raises:
        StaleData: It is none, or none that the database could hold.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > MAX_DIGITS:
        raise StaleData
    return int(text)


def button(text: str, action: Action, argument: object = "") -> Button:
    """A button that comes back as callback data."""
    return Button(text, callback_data=CallbackData(action, str(argument)).encode())
