"""The views that the dialogue uses, by what they are about."""

from walletwatch.bot.views.activity import ActivityView
from walletwatch.bot.views.alert_lists import AlertListView
from walletwatch.bot.views.alerts import AlertView
from walletwatch.bot.views.approvals import ApprovalsView
from walletwatch.bot.views.basics import BasicsView
from walletwatch.bot.views.connections import ConnectionsView
from walletwatch.bot.views.filters import FiltersView
from walletwatch.bot.views.money import MoneyView
from walletwatch.bot.views.scan import ScanView
from walletwatch.bot.views.silence import SilenceView
from walletwatch.bot.views.wallet_card import WalletCardView
from walletwatch.bot.views.wallet_lists import WalletListsView
from walletwatch.bot.views.wallets import WalletsView
from walletwatch.domain.profile import ChainProfile


class Views:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self.profile = profile
        self.basics = BasicsView()
        self.approvals = ApprovalsView(profile)
        self.activities = ActivityView(profile)
        self.wallets = WalletsView(profile)
        self.wallet_card = WalletCardView(profile)
        self.wallet_lists = WalletListsView()
        self.money = MoneyView(profile)
        self.scans = ScanView(profile)
        self.alerts = AlertView(profile)
        self.alert_lists = AlertListView(self.alerts)
        self.filters = FiltersView(profile)
        self.silence = SilenceView()
        self.connections = ConnectionsView(profile)
