"""The dialogue: the use cases behind the commands."""

from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.commands.table import CATALOGUE
from walletwatch.bot.conversation import Conversations
from walletwatch.bot.operators import Operators
from walletwatch.bot.persistence import ConversationPersistence
from walletwatch.bot.views.all import Views
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.admin_desk import make_admin_desk, make_administering
from walletwatch.parts.alert_desk import make_alert_desk
from walletwatch.parts.decoding import make_late_decode, make_late_outline
from walletwatch.parts.money import make_money
from walletwatch.parts.postgres import make_reads
from walletwatch.parts.prices import make_prices
from walletwatch.parts.queues import make_queues
from walletwatch.parts.scan_memory import make_scan_memory
from walletwatch.parts.tokens import make_tokens
from walletwatch.runtime import SystemClock
from walletwatch.services.analysing import Analysing
from walletwatch.services.auditing import Auditing
from walletwatch.services.backfilling import BackfillRequests
from walletwatch.services.balances import Balances
from walletwatch.services.browsing import Browsing
from walletwatch.services.drawing import PictureRequests
from walletwatch.services.explaining import Explaining
from walletwatch.services.exporting import ExportRequests
from walletwatch.services.importing import Importing
from walletwatch.services.inline_cards import InlineCards
from walletwatch.services.linking import Linking
from walletwatch.services.listing import Listing
from walletwatch.services.looking_again import LookingAgain
from walletwatch.services.native_balances import NativeReads
from walletwatch.services.personal import Personal
from walletwatch.services.plans import Plans
from walletwatch.services.quotas import Quotas
from walletwatch.services.reporting import ReportRequests, Summaries
from walletwatch.services.scanning import ScanRequests
from walletwatch.services.sharing import Sharing
from walletwatch.services.valuation import Valuation
from walletwatch.services.wallets import Wallets
from walletwatch.services.watching import Watching
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.plans import PlanSettings
from walletwatch.settings.reading import load
from walletwatch.settings.secrets import Secrets
from walletwatch.settings.telegram import TelegramSettings
from walletwatch.storage.postgres.administration import PostgresAdministration
from walletwatch.storage.postgres.chronicle import PostgresChronicle
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.dealings import PostgresDealings
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.linking import PostgresLinkedChats
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.personal import PostgresPersonalRecords
from walletwatch.storage.postgres.plans import PostgresPlanStore
from walletwatch.storage.postgres.reporting import PostgresReportSchedules
from walletwatch.storage.postgres.risks import PostgresRisks
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.wallet_book import PostgresWalletBook
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.limits import RedisRateLimits
from walletwatch.storage.redis.server import RedisServer


def make_dialogue(
    *,
    secrets: Secrets,
    telegram: TelegramSettings,
    redis: RedisServer,
    rpc: RpcClient,
    database: Database,
    operators: Operators,
    metrics: EmfMetrics,
) -> Dialogue:
    """The use cases, over the webhook's stores and the chain."""
    clock = SystemClock()
    chain = RpcChain(rpc)
    queues = make_queues()
    profile = load(ChainSettings).profile
    plan_settings = load(PlanSettings)
    cache = RedisCache(redis, metrics)
    # What one command asks at the same time is one request.
    batching = RpcChain(BatchingCaller(rpc))
    chronicle = PostgresChronicle(database, make_reads(database, metrics))
    subscriptions, book = PostgresSubscriptionStore(database), PostgresWalletBook(database)
    balances = Balances(batching, cache, metrics)
    prices = make_prices(batching, redis, metrics, profile, PostgresSamples(database))
    tokens = make_tokens(batching, redis, metrics, profile)
    money = make_money(profile, batching, redis, database, metrics, Valuation(prices, tokens))
    return Dialogue(
        watching=Watching(
            subscriptions,
            chain,
            queues,
            clock,
        ),
        wallets=Wallets(
            book,
            NativeReads(batching, money.valuation),
            Importing(subscriptions, book, chain, queues, RedisRateLimits(redis)),
            Sharing(book, clock),
            clock,
        ),
        balances=balances,
        money=money,
        backfills=BackfillRequests(queues, RedisRateLimits(redis), clock),
        scans=ScanRequests(queues),
        reports=make_scan_memory(cache, metrics, profile),
        admin_desk=make_admin_desk(redis, database, operators, plan_settings.limits, metrics),
        admin=make_administering(secrets, telegram, redis, chain, database, metrics),
        ledger=PostgresLedger(database, clock),
        desk=make_alert_desk(chain, tokens, database, metrics),
        risks=PostgresRisks(database),
        listing=Listing(
            PostgresAddressLists(database),
            PostgresAdministration(database),
            LookingAgain(PostgresDealings(database), queues, clock, metrics),
            clock,
        ),
        pictures=PictureRequests(queues, RedisRateLimits(redis)),
        exports=ExportRequests(queues, clock),
        personal=Personal(PostgresPersonalRecords(database), RedisRateLimits(redis), clock, metrics),
        inline=InlineCards(subscriptions, balances, chain, tokens, prices, metrics),
        linking=Linking(PostgresLinkedChats(database), subscriptions, cache),
        plans=Plans(
            PostgresPlanStore(database),
            Auditing(PostgresAdministration(database), clock),
            clock,
            metrics,
            plan_settings.offers,
        ),
        quotas=Quotas(
            PostgresPlanStore(database), RedisRateLimits(redis), clock, metrics, plan_settings.limits
        ),
        views=Views(profile),
        catalogue=CATALOGUE,
        operators=operators,
        metrics=metrics,
        conversations=Conversations(ConversationPersistence(), clock, metrics),
        clock=clock,
        browsing=Browsing(chronicle, clock),
        summaries=ReportRequests(Summaries(chronicle), PostgresReportSchedules(database), clock),
        analysing=Analysing(chronicle, prices, clock),
        explaining=Explaining(
            chronicle,
            chain,
            tokens,
            decode=make_late_decode(),
            outline=make_late_outline(),
            metrics=metrics,
        ),
    )
