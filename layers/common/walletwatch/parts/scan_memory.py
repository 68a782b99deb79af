"""What scans said."""

from walletwatch.domain.profile import ChainProfile
from walletwatch.ports.common import Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.runtime import SystemClock
from walletwatch.services.scan_memory import ScanMemory


def make_scan_memory(cache: Cache, metrics: Metrics, profile: ChainProfile) -> ScanMemory:
    """What scans said."""
    return ScanMemory(cache, metrics, SystemClock(), chain=profile.name)
