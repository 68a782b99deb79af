"""Which addresses are of the public Internet (IANA's special-purpose address registries, RFC 6890).

`ipaddress` alone does not suffice: multicast, 6to4 relays, site-local addresses and those that wrap an IPv4
address count as global there, and its tables are as old as the Python that runs.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

_NOT_PUBLIC_V4: Final = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # IETF protocol assignments, some of which count as global
            "192.88.99.0/24",  # relays of 6to4
            "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24",  # AS112 and AMT: the nearest one answers
        ),
    )
)  # fmt: skip
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""All that IANA gives out; whatever is outside wraps an IPv4 address, is local, or is nothing yet."""
_NOT_PUBLIC_V6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments, Teredo among them
            "2001:db8::/32", "3fff::/20",  # documentation
            "2002::/16",  # 6to4: an IPv4 address is wrapped in it
            "2620:4f:8000::/48",  # AS112
        ),
    )
)  # fmt: skip


def is_public(text: str) -> bool:
    """Whether an address, in its textual form, may be connected to at a stranger's word."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_plain(address) and not any(address in network for network in _NOT_PUBLIC_V4)
    return (
        address in _GLOBAL_UNICAST
        # A zone names an interface of this machine.
        and address.scope_id is None
        and _is_plain(address)
        and not any(address in network for network in _NOT_PUBLIC_V6)
    )


def _is_plain(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
