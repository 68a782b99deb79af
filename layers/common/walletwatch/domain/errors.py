"""Errors of the domain. An adapter turns a library's error into one of these, once, at its edge."""


class WalletWatchError(Exception):
    """Base of every error this project raises."""


class InvalidAddress(WalletWatchError):
    """The text is not the base58 form of a 32-byte address.

    Attributes:
        reason: What is wrong: not_base58, length, signature, ethereum or bitcoin.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"not an address: {reason}")
        self.reason = reason


class MalformedTransaction(WalletWatchError):
    """An RPC answer that claims to be a transaction and does not have the shape of one."""


class TransientError(WalletWatchError):
    """The same call may succeed later; the work is to be tried again, and nothing may be concluded.

    Attributes:
        retry_after: Seconds to wait before the next try, when the other side named them.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChainUnavailable(TransientError):
    """The RPC did not answer, refused for now, or lags behind what was asked for."""


class TransactionNotFound(ChainUnavailable):
    """The node does not know the transaction: not yet, not any more, or there is none."""


class FencedOff(WalletWatchError):
    """Somebody else holds the lease by now, with a higher fencing token: stop, and write nothing more."""


class ChainRefused(WalletWatchError):
    """The RPC will never answer this request: the method is disabled or the parameters are wrong."""


class SlotSkipped(ChainRefused):
    """The slot has no block and will get none, or this RPC does not keep it (Agave's -32007, -32009).

    Agave does not tell the two apart: a node says it of slots before the snapshot it started from, too.
    """


class BlockNotAvailable(ChainUnavailable):
    """The slot has no block at the commitment asked for yet (Agave's -32004, -32014): ask again soon."""


class StoreUnavailable(TransientError):
    """PostgreSQL or Redis could not be reached, or ended the connection."""


class QueueUnavailable(TransientError):
    """SQS did not take the message."""


class PriceUnavailable(TransientError):
    """No source of prices could be asked."""


class MediaUnavailable(TransientError):
    """The store of files could not be reached, or did not take or give one."""


class MediaGone(WalletWatchError):
    """The store of files does not have this one, or no longer."""


class SourceUnavailable(TransientError):
    """A list from outside could not be had."""


class SourceRefused(WalletWatchError):
    """A list from outside is not what it should be: nothing of it is taken."""


class DeliveryUnavailable(TransientError):
    """Telegram asked to wait, or was not reached: deliver later."""


class ChatUnreachable(WalletWatchError):
    """The chat will not take messages any more: blocked, kicked, deactivated or deleted."""


class ChatMigrated(WalletWatchError):
    """The group became a supergroup and has a new id.

    Attributes:
        new_chat_id: Where messages go from now on.
    """

    def __init__(self, new_chat_id: int) -> None:
        super().__init__("the group has a new chat id")
        self.new_chat_id = new_chat_id


class TopicGone(WalletWatchError):
    """The topic of a forum is closed or deleted; the chat itself is there."""


class MessageRefused(WalletWatchError):
    """Telegram will never take this message as it is: an error of ours, to be shown to operators."""


class UnknownChat(WalletWatchError):
    """The chat was never greeted: an error of ours."""


class UnknownWallet(WalletWatchError):
    """The chat watches no wallet that is meant.

    Attributes:
        name: What was written; empty where a button is outdated.
    """

    def __init__(self, name: str) -> None:
        super().__init__("no such wallet")
        self.name = name


class QuotaExceeded(WalletWatchError):
    """Somebody has as much of something as their plan, or an administrator, lets them.

    Attributes:
        limit: How much they may have.
        quota: Of what (`domain.plans.Quota`).
    """

    def __init__(self, limit: int, quota: str = "wallets") -> None:
        super().__init__(f"at most {limit} {quota}")
        self.limit = limit
        self.quota = quota


class TooManyTags(WalletWatchError):
    """The wallet would have more tags than one may have."""
