"""The views that the dialogue uses, by what they are about."""

from walletwatch.bot.views.basics import BasicsView
from walletwatch.bot.views.exports import ExportsView
from walletwatch.bot.views.money import MoneyView
from walletwatch.bot.views.pictures import PicturesView
from walletwatch.bot.views.scan import ScanView
from walletwatch.bot.views.wallets import WalletsView
from walletwatch.domain.profile import ChainProfile


class Views:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self.profile = profile
        self.basics = BasicsView()
        self.wallets = WalletsView(profile)
        self.money = MoneyView(profile)
        self.scans = ScanView(profile)
        self.pictures = PicturesView(profile)
        self.exports = ExportsView()
