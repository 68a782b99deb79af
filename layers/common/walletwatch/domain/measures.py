"""The catalogue of what is measured: every metric's name, unit and meaning. It makes docs/metrics.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """CloudWatch's names of units (API reference, MetricDatum)."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"
    SECONDS = "Seconds"
    PERCENT = "Percent"


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric.

    Attributes:
        meaning: What it says, in a sentence without a full stop.
        recorded: Whether functions record it as they work; else it is said once a minute, how high it is.
    """

    name: str
    unit: Unit
    meaning: str
    recorded: bool

    @property
    def exposed(self) -> str:
        """Its name at /metrics, by the conventions of Prometheus: base units, snake case, a suffix."""
        stem = f"walletwatch_{_SEAMS.sub('_', self.name).lower()}"
        return f"{stem}_total" if self.unit is Unit.COUNT else f"{stem}_seconds"


_SEAMS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_RECORDED: Final = """
# Every function
Invocations Count invocations that came to their end
InvocationFailures Count invocations that failed, those included that ask for a redelivery
InvocationLatency Milliseconds duration of an invocation
ColdStarts Count invocations that were the first of their environment
TelemetryLost Count reports to Redis that failed; what they held is in the next one

# Updates and answers
UpdatesHandled Count updates that were handled
UpdatesDuplicate Count updates that had been handled before
UpdatesInProgress Count updates that another invocation was handling; Telegram delivers them again
UpdatesLimited Count updates above a user's limit, not answered
UpdatesIgnored Count updates that there is no answer to, such as what people write in a group
UpdatesUnreadable Count updates without the shape of one
UpdatesForged Count requests without the webhook's secret
HandlerErrors Count handlers that failed by an error of ours; the sender was told
AnswersIncomplete Count answers after which a part of the work failed
AnswersRefused Count answers that Telegram refused
WalletsImported Count wallets that were added by a list
FilesRefused Count files from people that were too large, or that Telegram did not have
ClaimsUnfinished Count updates handled but not marked as done
SettledWithClaim Count updates marked as done in PostgreSQL because Redis was away
BannedIgnored Count updates of banned people that were not answered
BroadcastsQueued Count messages of broadcasts that were queued
AdminCommands Count commands that an administrator ran
InlineQueriesUnanswered Count inline queries that could not be answered in time
InlineCardsIncomplete Count parts of inline cards that were not there in time
PaymentsTaken Count payments in Stars that were taken
PaymentsUnmatched Count payments whose order nobody knows: the Stars are to be given back
PaymentsRefunded Count payments that were given back
CheckoutsRefused Count payments that were not let through
PeopleForgotten Count people who asked to be forgotten, and were
FeedbackUntold Count times an administrators' chat could not be told of feedback, which is kept

# Queues
Records Count records taken from a queue
RecordsRetried Count records that failed for the time being and are shown again
RecordsFailed Count records that failed by an error of ours and are shown again
RecordsPostponed Count records that wait for their turn in a chat
VisibilityUnchanged Count batches whose visibility could not be set
QueueWait Milliseconds from when a record could be taken to when it was

# Watching by rounds
AccountsSwept Count accounts looked at
SweepRound Milliseconds duration of a round of one shard
SweepRoundsFailed Count rounds that failed
SweepLeasesLost Count leases that somebody else took
SweepsWithoutLease Count sweeps that found all shards held, as workers above their number do every minute
SweepStoresUnavailable Count waits for a store during a sweep
WalletsChanged Count wallets queued because an account of theirs changed
Searches Count questions for a wallet's further accounts
TokenSearchesFailed Count questions for token accounts that failed
StakeSearchesFailed Count questions for stake accounts that failed
RewardsRefused Count questions for staking rewards that a node does not answer

# Watching by blocks
BlocksFollowed Count blocks that were matched
BlockMatched Milliseconds from a block's announcement to its checks in the queue
TransactionsMatched Count transactions that concern a watched wallet
BlocksAskedTooEarly Count blocks that the node did not have yet
SlotsAskedFor Count questions for slots because the feed was silent
SlotFeedReconnects Count connections to the feed of slots that ended
ForksSeen Count blocks whose parent was not the last one matched
GapsLookedUp Count gaps that no node had blocks for, made up for by histories
FollowersWithoutLease Count followers that did not get the lease
FollowersFencedOff Count followers that a newer one replaced
FollowingFailed Count followers that stopped by a fault and began again

# Reading and decoding
Activities Count activities found
ActivitiesBackfilled Count activities read from the past
TransactionsRead Count transactions read from the chain
TransactionsShared Count transactions that another check had read
TransactionsUnshared Count transactions that could not be shared
UnreadableTransactions Count transactions that are not what an RPC answers
UnexplainedChanges Count changes of an account that no transaction explains
AnnotationsIncomplete Count activities without names or prices because a source failed
PriceSourceFailures Count sources of prices that failed
PriceDisagreements Count prices on which two sources do not agree
PriceSamplesLost Count prices that were not remembered for the history
PoolDiscoveryFailures Count times a provider did not list the exchange's pools

# Lists
RefreshesWithoutLease Count runs of the refresh that found another one at work
ListSourcesRefused Count answers of lists from outside that were not believed
ListSourcesUnavailable Count lists from outside that could not be had
FxRatesTaken Count rates of currencies that were taken
FxRatesUnread Count times that the rates of currencies could not be read
PoolsRead Count pools of the exchange that were read
PoolsUnreadable Count addresses that a list calls a pool and that are none of the exchange's
PoolMakersExamined Count makers of drained pools whose deeds were looked into
PoolMakersEntered Count makers entered into the blocklist for what they did
RiskChecksOfLists Count watched wallets that dealt with an address whose entry changed, queued for a look
RiskChecksCut Count changes of an entry that concern more wallets than are looked at again

# Delivering
NotificationsQueued Count messages put in the queue
NotificationsSent Count messages that Telegram accepted
NotificationsSkipped Count messages that were settled already
NotificationAge Milliseconds from a message's making to Telegram's acceptance
DeliveryLatency Milliseconds from the block of an activity to Telegram's acceptance of its message
DeliveriesPostponed Count sends that Telegram did not take for now
TelegramRateLimited Count answers of Telegram that were a rate limit (429)
MessagesRefused Count messages that Telegram will never take: an error of ours
ChatsDeactivated Count chats that are not written to any more
NoticesUntold Count times that an owner, or a forum, could not be told what became of a chat
LimitsUnavailable Count times the limits in Redis could not be asked
SentMarksUnavailable Count times the marks in Redis could not be asked or set
SettlesFailed Count messages sent that no store could note
FilesPostponed Count files left to the next invocation for want of time
FilesLost Count files that were gone before they could be sent; the chat was told
PicturesDrawn Count pictures that were drawn
PicturesGivenUp Count pictures that were not drawn since the chain did not answer; the chat was told
ExportsWritten Count exports that were written
ExportsRefused Count exports that were not written; the chat was told why
ExportRows Count rows of exports
ProgressUntold Count times the progress of an export could not be told
MediaUpload Milliseconds from a file's end to its being kept
MediaFailures Count times the store of files did not take or give one
DigestsQueued Count digests put in the queue
AlertsQueued Count messages of people's alerts put in the queue
AlertsJudged Count people's alerts that were looked at since their time had come
AlertsPostponed Count people's alerts that could not be judged, since the chain or a price was not known
AlertRoundsSkipped Count looks at people's alerts not made, since another was being made
AlertRoundsUnfinished Count looks at people's alerts that ran out of time; the next went on from there
ReportsQueued Count reports of a day or a week put in the queue

# Asking the chain
RpcCalls Count JSON-RPC calls as providers bill them
RpcRequests Count HTTP requests that the calls came in
RpcLatency Milliseconds duration of one exchange
RpcRetries Count tries after the first
RpcFailures Count calls that no try answered
RpcHedges Count second endpoints asked for a slow read
RpcHedgesWon Count second endpoints that were faster
RpcBatches Count batches
RpcBatchLeftovers Count calls that a batch left open
RpcRateLimited Count answers that were a rate limit
RpcBreakerOpenings Count circuit breakers that opened
RpcWaits Count waits for a budget or a connection
RpcWaiting Milliseconds duration of such a wait

# Fetching what tokens point to
FetchesDone Count files that were fetched
FetchesRefused Count links, or what they lead to, that are not of a kind that is fetched
FetchesPrivate Count links that lead to an address that is not public
FetchesTooLarge Count files that are larger than is read
FetchesNotFound Count links that lead to nothing
FetchesTimedOut Count files that did not come in time
FetchesUnreachable Count links at which nobody answered, or nothing that is an answer
FetchLatency Milliseconds duration of a fetch, with all its redirects

# Housekeeping
DigestsOverdue Count digests closed late
DeliveriesRequeued Count stuck messages queued again
DeliveriesDeleted Count ledger entries past their retention
WatchesRestarted Count wallets whose first check was queued again
WalletsForgotten Count wallets that nobody watches any more, deleted with their accounts
SharesForgotten Count shared lists of wallets whose link has ended, deleted
AlertsForgotten Count resolved alerts past their retention
InstancesForgotten Count environments that are gone, taken from the registry

# Cache and sessions
CacheHits Count reads of the cache that found a value
CacheMisses Count reads of the cache that found none
CacheFailures Count operations that the cache did not do in time
CacheUnreadable Count values in the cache that another version wrote, or nobody of ours
CacheWaitsInVain Count values that were waited for and loaded all the same
SessionsUnavailable Count times a conversation could not be read or kept
SessionsUnreadable Count conversations that another version wrote, or nobody of ours

# PostgreSQL
ReplicaStale Count reads that the primary answered because the replica lags behind
ReplicaFailed Count reads that the primary answered because the replica failed

# Alerts
AlertsRaised Count alerts raised
AlertsResolved Count alerts that were over
AlertsUntold Count alerts that a chat could not be told of yet
VitalsUnreadable Count parts that could not be examined

# Said once a minute by the alarm function
ActiveInstances Count environments that reported within the last minutes
Users Count users that ever spoke to the bot
Chats Count chats that are written to
Wallets Count wallets that are watched
Subscriptions Count watches of all chats
WatcherBehindBlocks Count slots between the chain's newest block and the last one matched
WatcherBehindSeconds Seconds since the watcher that is ahead looked last
SweepAgeSeconds Seconds since every account was looked at
DeadLetters Count messages in all dead-letter queues
RpcPoolUsedPercent Percent share of the RPC connections in use, in the busiest environment
MemoryUsedPercent Percent share of its memory that the fullest environment uses
CacheHitPercent Percent share of cache reads that found something, over five minutes
ErrorPercent Percent share of work that failed, over five minutes
OpenAlerts Count alerts that are not over
TelegramWebhookErrors Count whether Telegram's last delivery to the webhook failed within five minutes
ListAgeSeconds Seconds since the list from outside that is oldest had a good answer
ExpiryDays Count days until the first certificate or secret expires
RedisDown Count whether Redis does not answer
DatabaseDown Count whether PostgreSQL does not answer
"""


GAUGES: Final = "Said once a minute by the alarm function"


def _read() -> Iterator[tuple[str, Measure]]:
    section = ""
    for line in _RECORDED.strip().splitlines():
        if line.startswith("# "):
            section = line[2:]
        elif line:
            name, unit, meaning = line.split(" ", 2)
            yield section, Measure(name, Unit(unit), meaning, recorded=section != GAUGES)


SECTIONS: Final[dict[str, list[Measure]]] = {}
for _section, _measure in _read():
    SECTIONS.setdefault(_section, []).append(_measure)

MEASURES: Final = {measure.name: measure for measures in SECTIONS.values() for measure in measures}
