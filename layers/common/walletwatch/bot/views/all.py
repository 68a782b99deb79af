"""The views that the dialogue uses, by what they are about."""

from walletwatch.bot.views.alert_lists import AlertListView
from walletwatch.bot.views.alerts import AlertView
from walletwatch.bot.views.approvals import ApprovalsView
from walletwatch.bot.views.basics import BasicsView
from walletwatch.bot.views.choosing import ChoosingView
from walletwatch.bot.views.connections import ConnectionsView
from walletwatch.bot.views.delivery import DeliveryView
from walletwatch.bot.views.explaining import ExplainingView
from walletwatch.bot.views.exports import ExportsView
from walletwatch.bot.views.filters import FiltersView
from walletwatch.bot.views.flows import FlowsView
from walletwatch.bot.views.gains import GainsView
from walletwatch.bot.views.groups import GroupsView
from walletwatch.bot.views.history import HistoryView
from walletwatch.bot.views.inline import InlineView
from walletwatch.bot.views.insights import InsightsView
from walletwatch.bot.views.money import MoneyView
from walletwatch.bot.views.pictures import PicturesView
from walletwatch.bot.views.plans import PlansView
from walletwatch.bot.views.portfolio import PortfolioView
from walletwatch.bot.views.prices import PricesView
from walletwatch.bot.views.report import ReportView
from walletwatch.bot.views.scan import ScanView
from walletwatch.bot.views.silence import SilenceView
from walletwatch.bot.views.stakes import StakesView
from walletwatch.bot.views.wallet_card import WalletCardView
from walletwatch.bot.views.wallet_lists import WalletListsView
from walletwatch.bot.views.wallets import WalletsView
from walletwatch.domain.profile import ChainProfile


class Views:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self.profile = profile
        self.basics = BasicsView()
        self.groups = GroupsView()
        self.inline = InlineView(profile)
        self.plans = PlansView()
        self.approvals = ApprovalsView(profile)
        self.deliveries = DeliveryView(profile)
        self.wallets = WalletsView(profile)
        self.wallet_card = WalletCardView(profile)
        self.wallet_lists = WalletListsView()
        self.money = MoneyView(profile)
        self.stakes = StakesView(profile)
        self.portfolio = PortfolioView(profile)
        self.prices = PricesView(profile)
        self.scans = ScanView(profile)
        self.pictures = PicturesView(profile)
        self.exports = ExportsView()
        self.alerts = AlertView(profile)
        self.alert_lists = AlertListView(self.alerts)
        self.filters = FiltersView(profile)
        self.silence = SilenceView()
        self.history = HistoryView(profile)
        self.explaining = ExplainingView(profile)
        self.flows = FlowsView(profile)
        self.gains = GainsView(profile)
        self.insights = InsightsView(profile)
        self.report = ReportView(profile)
        self.choosing = ChoosingView()
        self.connections = ConnectionsView(profile)
