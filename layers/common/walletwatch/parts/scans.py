"""How security scans are put together: which parts are read of a token and of a wallet, and for how long.

Only the functions that scan and that draw import this.
"""

from walletwatch.chain.fetching.fetcher import GuardedFetcher
from walletwatch.chain.fetching.locations import Links
from walletwatch.chain.inspection.deeds import DeedsReader
from walletwatch.chain.inspection.holders import HoldersReader, Ranker
from walletwatch.chain.inspection.holdings import HOLDINGS_FACTS, HoldingsReader
from walletwatch.chain.inspection.identity import IDENTITY_FACTS, IDENTITY_NEEDS, IdentityReader, Outside
from walletwatch.chain.inspection.inspector import ChainInspector
from walletwatch.chain.inspection.liquidity import LiquidityReader
from walletwatch.chain.inspection.listed_pictures import ListedPictures
from walletwatch.chain.inspection.mint import MINT_FACTS, MintReader
from walletwatch.chain.inspection.owners import OwnerReader
from walletwatch.chain.inspection.parts import FLEETING, STEADY, Part, PartReader
from walletwatch.chain.inspection.people import ListedPeople, TokenPeople
from walletwatch.chain.inspection.stakes import StakesReader
from walletwatch.chain.inspection.subject import SubjectReader
from walletwatch.chain.inspection.tradability import TradabilityReader
from walletwatch.chain.inspection.wallet_history import HISTORY_FACTS, WalletHistory
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.caller import Caller
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.tokens.cached import CachedTokens
from walletwatch.chain.tokens.reader import ChainTokens
from walletwatch.domain.inspection.creator import Deployments, TokenOrigin
from walletwatch.domain.inspection.deeds import MintDeeds
from walletwatch.domain.inspection.funding import FundingChain
from walletwatch.domain.inspection.holders import Holders
from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.inspection.network import Listed, Network
from walletwatch.domain.inspection.stakes import Stakes
from walletwatch.domain.inspection.subject import Subject
from walletwatch.domain.inspection.tradability import Tradability
from walletwatch.domain.lists import Standing
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Unknown
from walletwatch.parts.scan_memory import make_scan_memory
from walletwatch.ports.chain import Chain, Prices
from walletwatch.ports.common import Metrics
from walletwatch.ports.listing import PoolCreators
from walletwatch.ports.media import Surroundings
from walletwatch.ports.scanning import AddressLists
from walletwatch.ports.volatile import Cache
from walletwatch.runtime import SystemClock
from walletwatch.scanner.judging import RuleJudge
from walletwatch.scanner.rules import read_rules
from walletwatch.services.scanning import ScanReports
from walletwatch.services.standing import StandingReader
from walletwatch.settings.fetching import FetchSettings
from walletwatch.settings.reading import load


def make_scan_reports(
    rpc: Caller,
    cache: Cache,
    metrics: Metrics,
    profile: ChainProfile,
    prices: Prices,
    lists: AddressLists,
    pools: PoolCreators,
) -> ScanReports:
    """What security scans say.

    Args:
        rpc: The calls of a scan that are made at the same time share its requests.
        cache: Of what was read.
        metrics: Of reading.
        profile: Of the chain.
        prices: What tokens are worth.
        lists: Whom people were warned of.
        pools: Who made the exchange's pools.
    """
    clock = SystemClock()
    chain = RpcChain(BatchingCaller(rpc))

    def reader(*of: Part) -> PartReader:
        return PartReader(of, cache=cache, clock=clock, metrics=metrics, chain=profile.name)

    tokens = CachedTokens(ChainTokens(chain, profile), cache, metrics, chain=profile.name)
    inspector = ChainInspector(
        tokens,
        token=reader(
            *_mint_parts(chain, cache, metrics, profile),
            *_market_parts(chain, cache, metrics, profile, prices),
            *_people_parts(chain, profile, pools),
            *_list_parts(lists, TokenOrigin, FundingChain),
        ),
        wallet=reader(
            Part("subject", (Subject,), FLEETING, SubjectReader(chain).read),
            Part("accounts", HOLDINGS_FACTS, FLEETING, HoldingsReader(chain, tokens, prices, profile).read),
            Part("stakes", (Stakes,), FLEETING, StakesReader(chain).read),
            Part("history", HISTORY_FACTS, FLEETING, WalletHistory(chain, profile, pools).read),
            *_list_parts(lists, FundingChain, Network),
        ),
    )
    return ScanReports(
        inspector, RuleJudge(read_rules(), profile), make_scan_memory(cache, metrics, profile), clock
    )


def make_surroundings(
    rpc: Caller, cache: Cache, metrics: Metrics, profile: ChainProfile, lists: AddressLists
) -> Surroundings:
    """Whom a wallet deals with: the part of a scan that says so, out of the cache where a scan was lately."""
    reader = PartReader(
        [
            Part(
                "history", HISTORY_FACTS, FLEETING, WalletHistory(RpcChain(BatchingCaller(rpc)), profile).read
            ),
            *_list_parts(lists, FundingChain, Network),
        ],
        cache=cache,
        clock=SystemClock(),
        metrics=metrics,
        chain=profile.name,
    )

    async def surroundings(wallet: str) -> tuple[Network | Unknown, Listed | Unknown]:
        facts = (await reader.read(wallet)).facts
        return facts[Network], facts[Listed]

    return surroundings


def _mint_parts(chain: Chain, cache: Cache, metrics: Metrics, profile: ChainProfile) -> tuple[Part, ...]:
    identity = IdentityReader(chain, profile, _outside(chain, cache, metrics, profile))
    return (
        Part("mint", MINT_FACTS, FLEETING, MintReader(chain).read),
        Part("identity", IDENTITY_FACTS, STEADY, identity.read, IDENTITY_NEEDS),
    )


def _outside(chain: Chain, cache: Cache, metrics: Metrics, profile: ChainProfile) -> Outside | None:
    settings = load(FetchSettings)
    if not settings.fetch_metadata:
        return None
    links = Links(
        ipfs_gateway=settings.ipfs_gateway,
        arweave_gateway=settings.arweave_gateway,
        test_origins=settings.test_origins,
    )
    fetcher = GuardedFetcher(links, metrics)
    return Outside(fetcher, ListedPictures(chain, fetcher, profile, cache, metrics))


def _market_parts(
    chain: Chain, cache: Cache, metrics: Metrics, profile: ChainProfile, prices: Prices
) -> tuple[Part, ...]:
    clock = SystemClock()
    owners = OwnerReader(chain, profile)
    holders = HoldersReader(Ranker(chain), owners)
    trials = TradabilityReader(chain, profile.exchange)
    parts = [
        Part("holders", (Holders,), FLEETING, holders.read, (MintState,)),
        Part("trials", (Tradability,), FLEETING, trials.read, (MintState, Holders, Liquidity)),
    ]
    if profile.exchange is not None:
        directory = PoolDirectory(chain, profile.exchange, cache=cache, clock=clock, metrics=metrics)
        liquidity = LiquidityReader(chain, profile.exchange, directory, prices, clock, owners)
        parts.append(Part("liquidity", (Liquidity,), FLEETING, liquidity.read, (MintState,)))
    return tuple(parts)


def _people_parts(chain: Chain, profile: ChainProfile, pools: PoolCreators) -> tuple[Part, ...]:
    people = TokenPeople(chain, profile, pools)
    return (
        Part("origin", (TokenOrigin,), STEADY, people.origin, (MintState,)),
        # It asks at the same time for the same as the origin, so that they share their requests.
        Part("deeds", (MintDeeds,), FLEETING, DeedsReader(chain).read, (MintState,)),
        Part("creator", (Deployments, FundingChain), STEADY, people.creator, (TokenOrigin,)),
    )


def _list_parts(lists: AddressLists, *people: type) -> tuple[Part, ...]:
    return (
        Part("standing", (Standing,), FLEETING, StandingReader(lists).read),
        Part("listed", (Listed,), FLEETING, ListedPeople(lists).read, people),
    )
