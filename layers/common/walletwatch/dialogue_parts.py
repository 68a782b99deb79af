"""How the dialogue is put together: the use cases behind the commands. Only the webhook imports this."""

from walletwatch import parts
from walletwatch import settings as config
from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.commands.table import CATALOGUE
from walletwatch.bot.conversation import Conversations
from walletwatch.bot.messenger import make_bot
from walletwatch.bot.operators import Operators
from walletwatch.bot.persistence import ConversationPersistence
from walletwatch.bot.views.all import Views
from walletwatch.chain.account_sums import ChainSums
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.finding import PoolFinder
from walletwatch.chain.prices.markets import ChainMarkets
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.staking import ChainStakes
from walletwatch.chain.tokens.collectibles import ChainCollectibles
from walletwatch.chain.tokens.mints import ChainMints
from walletwatch.domain.plans import Limits
from walletwatch.domain.profile import ChainProfile
from walletwatch.observability import EmfMetrics
from walletwatch.ports.chain import Chain, Tokens
from walletwatch.queueing.messages import ledger_key_of
from walletwatch.runtime import SystemClock
from walletwatch.services.admin_desk import AdminDesk, Once
from walletwatch.services.administering import Administering
from walletwatch.services.alert_desk import AlertDesk
from walletwatch.services.analysing import Analysing
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.assets import Assets
from walletwatch.services.auditing import Auditing
from walletwatch.services.backfilling import BackfillRequests
from walletwatch.services.balances import Balances
from walletwatch.services.broadcasting import Broadcasting
from walletwatch.services.browsing import Browsing
from walletwatch.services.clearing import CacheClearing
from walletwatch.services.drawing import PictureRequests
from walletwatch.services.explaining import Explaining
from walletwatch.services.exporting import ExportRequests
from walletwatch.services.holdings import Holdings
from walletwatch.services.importing import Importing
from walletwatch.services.inline_cards import InlineCards
from walletwatch.services.linking import Linking
from walletwatch.services.listing import Listing
from walletwatch.services.looking_again import LookingAgain
from walletwatch.services.money import Money
from walletwatch.services.money_reads import MoneyReads
from walletwatch.services.native_balances import NativeReads
from walletwatch.services.people_desk import PeopleDesk
from walletwatch.services.personal import Personal
from walletwatch.services.plans import Plans
from walletwatch.services.portfolio import Portfolios
from walletwatch.services.preferring import Preferring
from walletwatch.services.quotas import Quotas
from walletwatch.services.quoting import Quoting
from walletwatch.services.reporting import ReportRequests, Summaries
from walletwatch.services.rule_keeping import RuleKeeping
from walletwatch.services.scanning import ScanRequests
from walletwatch.services.sharing import Sharing
from walletwatch.services.valuation import Valuation
from walletwatch.services.wallets import Wallets
from walletwatch.services.watching import Watching
from walletwatch.storage.postgres.administration import PostgresAdministration
from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
from walletwatch.storage.postgres.alerts import PostgresAlerts
from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts
from walletwatch.storage.postgres.chronicle import PostgresChronicle
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.dealings import PostgresDealings
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.linking import PostgresLinkedChats
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.own_accounts import PostgresOwnAccounts
from walletwatch.storage.postgres.past import PostgresPast
from walletwatch.storage.postgres.people import PostgresPeople
from walletwatch.storage.postgres.personal import PostgresPersonalRecords
from walletwatch.storage.postgres.plans import PostgresPlanStore
from walletwatch.storage.postgres.preferences import PostgresPreferences
from walletwatch.storage.postgres.reporting import PostgresReportSchedules
from walletwatch.storage.postgres.risks import PostgresRisks
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.postgres.statistics import PostgresStatistics
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.usage import PostgresUsage
from walletwatch.storage.postgres.wallet_book import PostgresWalletBook
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.limits import RedisRateLimits
from walletwatch.storage.redis.server import RedisServer


def make_dialogue(
    *,
    secrets: config.Secrets,
    telegram: config.TelegramSettings,
    redis: RedisServer,
    rpc: RpcClient,
    database: Database,
    operators: Operators,
    metrics: EmfMetrics,
) -> Dialogue:
    """The use cases, over the webhook's stores and the chain."""
    clock = SystemClock()
    chain = RpcChain(rpc)
    queues = parts.make_queues()
    profile = config.load(config.ChainSettings).profile
    plan_settings = config.load(config.PlanSettings)
    cache = RedisCache(redis, metrics)
    # What one command asks at the same time is one request.
    batching = RpcChain(BatchingCaller(rpc))
    chronicle = PostgresChronicle(database, parts.make_reads(database, metrics))
    subscriptions, book = PostgresSubscriptionStore(database), PostgresWalletBook(database)
    rates = parts.make_rates(database, metrics)
    balances = Balances(batching, cache, metrics)
    prices = parts.make_prices(batching, redis, metrics, profile, PostgresSamples(database))
    tokens = parts.make_tokens(batching, redis, metrics, profile)
    money = _money(profile, batching, redis, database, metrics, Valuation(prices, tokens))
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
        reports=parts.make_scan_memory(cache, metrics, profile),
        admin_desk=_desk(redis, database, operators, plan_settings.limits, metrics),
        admin=_administering(secrets, telegram, redis, chain, database, metrics),
        ledger=PostgresLedger(database, clock),
        desk=_alert_desk(chain, tokens, database, metrics),
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
        views=Views(profile, rates.known),
        rates=rates,
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
            decode=parts.make_late_decode(),
            outline=parts.make_late_outline(),
            metrics=metrics,
        ),
    )


def _alert_desk(chain: Chain, tokens: Tokens, database: Database, metrics: EmfMetrics) -> AlertDesk:
    clock = SystemClock()
    subscriptions = PostgresSubscriptionStore(database)
    return AlertDesk(
        Preferring(subscriptions, PostgresPreferences(database), parts.make_queues(), clock),
        RuleKeeping(
            rules=PostgresAlertRules(database, clock),
            subscriptions=subscriptions,
            past=PostgresPast(parts.make_reads(database, metrics)),
            samples=PostgresSamples(database),
            chain=chain,
            tokens=tokens,
            clock=clock,
            limits=config.load(config.PlanSettings).limits,
        ),
    )


def _desk(
    redis: RedisServer, database: Database, operators: Operators, limits: Limits, metrics: EmfMetrics
) -> AdminDesk:
    clock = SystemClock()
    auditing = Auditing(PostgresAdministration(database), clock)
    rates = RedisRateLimits(redis)
    return AdminDesk(
        people=PeopleDesk(PostgresPeople(database), auditing, operators.users, limits, rates, clock),
        broadcasts=Broadcasting(
            PostgresBroadcasts(database), parts.make_queues(), auditing, operators.users, clock
        ),
        analytics=Analytics(PostgresUsage(database, parts.make_reads(database, metrics)), clock),
        clearing=CacheClearing(RedisCache(redis, metrics), auditing),
        once=Once(rates),
    )


def _money(
    profile: ChainProfile,
    chain: Chain,
    redis: RedisServer,
    database: Database,
    metrics: EmfMetrics,
    valuation: Valuation,
) -> Money:
    clock = SystemClock()
    cache = RedisCache(redis, metrics)
    markets = None
    if profile.exchange is not None:
        directory = PoolDirectory(chain, profile.exchange, cache=cache, clock=clock, metrics=metrics)
        markets = ChainMarkets(PoolFinder(chain, profile.exchange, directory, clock), clock)
    reads = MoneyReads(
        ChainStakes(chain, clock),
        ChainCollectibles(chain),
        ChainMints(chain),
        markets,
        cache,
        metrics,
        chain=profile.name,
    )
    own = PostgresOwnAccounts(database)
    return Money(
        Holdings(chain, valuation, cache, clock, metrics, profile),
        reads,
        Portfolios(own, ChainSums(chain), valuation, cache, clock, metrics, chain=profile.name),
        Assets(own, valuation, clock, profile),
        valuation,
        Quoting(valuation, reads, profile),
        clock,
    )


def _administering(
    secrets: config.Secrets,
    telegram: config.TelegramSettings,
    redis: RedisServer,
    chain: Chain,
    database: Database,
    metrics: EmfMetrics,
) -> Administering:
    clock = SystemClock()
    bot = make_bot(secrets.bot_token, telegram.telegram_api_url)
    return Administering(
        signs=parts.make_vital_signs(database, redis, chain, bot, metrics),
        limits=config.load(config.AlertSettings).limits,
        board=RedisTelemetryBoard(redis, clock),
        statistics=PostgresStatistics(database, parts.make_reads(database, metrics)),
        dead_letters=parts.make_inspection(),
        ledger=PostgresLedger(database, clock),
        alerts=PostgresAlerts(database),
        administration=PostgresAdministration(database),
        key_of=ledger_key_of,
        clock=clock,
    )
