"""Nothing that is not of the public Internet counts as such, in whatever form it is wrapped."""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from walletwatch.chain.fetching.addresses import is_public

KINDS = ("is_private", "is_loopback", "is_link_local", "is_multicast", "is_reserved", "is_unspecified")
"""Of `ipaddress`, for both versions."""
NOT_PUBLIC = [
    # IANA IPv4 Special-Purpose Address Registry
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    # IANA IPv6 Special-Purpose Address Registry, and what is not given out
    "::/8", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
    "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "4000::/2", "5f00::/16", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
    "192.0.1.1", "198.17.255.255", "223.255.255.255", "2606:4700::6810:84e5", "2a00:1450:4001::1",
    "2001:200::1", "2001:4860:4860::8888",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_reserved_networks_are_not_public(text: str) -> None:
    network = ipaddress.ip_network(text)
    for address in (network[0], network[-1], network[network.num_addresses // 2]):
        assert not is_public(str(address)), address


@pytest.mark.parametrize("text", PUBLIC)
def test_others_are(text: str) -> None:
    assert is_public(text)


@pytest.mark.parametrize(
    "text", ["", "localhost", "2130706433", "0x7f.1", "127.1", "010.0.0.1", "8.8.8.8 ", "[::1]", "8.8.8.8/32"]
)
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


def test_an_interface_of_this_machine_is_not_public() -> None:
    assert not is_public("2606:4700::1%eth0")


addresses4 = st.ip_addresses(v=4)
addresses6 = st.ip_addresses(v=6)


@given(addresses4)
@example(IPv4Address("169.254.169.254"))
def test_of_ipv4_only_what_python_calls_global_and_nothing_for_many(address: IPv4Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not any(getattr(address, kind) for kind in KINDS)
        assert not any(address in IPv4Network(text) for text in NOT_PUBLIC if ":" not in text)


@given(addresses6)
@example(IPv6Address("fd00:ec2::254"))
@example(IPv6Address("fec0::1"))
def test_of_ipv6_only_what_is_given_out(address: IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not any(getattr(address, kind) for kind in (*KINDS, "is_site_local"))
        assert (address.ipv4_mapped, address.sixtofour, address.teredo) == (None, None, None)
        assert not any(address in IPv6Network(text) for text in NOT_PUBLIC if ":" in text)


@given(addresses4, st.integers(0, 2**16 - 1))
@example(IPv4Address("10.0.0.1"), 0)
def test_an_ipv4_address_is_not_reached_in_disguise(address: IPv4Address, salt: int) -> None:
    number = int(address)
    disguises = {
        "mapped": int(IPv6Address("::ffff:0:0")) | number,
        "translated": int(IPv6Address("::ffff:0:0:0")) | number,
        "compatible": number,
        "NAT64": int(IPv6Address("64:ff9b::")) | number,
        "local NAT64": int(IPv6Address("64:ff9b:1::")) | salt << 48 | number,
        "6to4": int(IPv6Address("2002::")) | number << 80 | salt,
        "Teredo": int(IPv6Address("2001::")) | salt << 32 | (number ^ 0xFFFFFFFF),
    }
    for name, disguise in disguises.items():
        assert not is_public(str(IPv6Address(disguise))), name
