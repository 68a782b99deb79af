"""Where links lead: there is one way to read them, and it is strict."""

from ipaddress import IPv4Address
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.chain.fetching.locations import Links, Location, NotAllowed, bracketed
from walletwatch.domain.fetching import Refusal

CID = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
TRANSACTION = "BNttzDav3jHVnNiV7nYbQv-GY0HQ-4XXsdkE5K9ylHQ"
LINKS = Links(ipfs_gateway="https://ipfs.example", arweave_gateway="https://ar.example/")


def refusal(link: str, links: Links = LINKS) -> Refusal:
    with pytest.raises(NotAllowed) as refused:
        links.locate(link)
    return refused.value.why


@pytest.mark.parametrize(
    ("link", "host", "target"),
    [
        ("https://a.example", "a.example", "/"),
        ("HTTPS://A.Example:443/x?y=1#z", "a.example", "/x?y=1"),
        (" https://a.example./x\n", "a.example", "/x"),
        ("https://a.example:/x", "a.example", "/x"),
        ("https://xn--80ak6aa92e.com/x", "xn--80ak6aa92e.com", "/x"),
        ("https://a_b.example/x", "a_b.example", "/x"),
        ("https://a.example/My Token \u00fc.json", "a.example", "/My%20Token%20%C3%BC.json"),
        ("https://a.example/%7Bid%7D", "a.example", "/%7Bid%7D"),
        ("https://1.1.1.1/x", "1.1.1.1", "/x"),
        ("https://[2606:4700::1]/x", "2606:4700::1", "/x"),
        (f"ipfs://{CID}", "ipfs.example", f"/ipfs/{CID}"),
        (f"ipfs://{CID}/1.json", "ipfs.example", f"/ipfs/{CID}/1.json"),
        (f"IPFS://ipfs/{CID}/1.json?x", "ipfs.example", f"/ipfs/{CID}/1.json?x"),
        (f"ar://{TRANSACTION}", "ar.example", f"/{TRANSACTION}"),
        (f"ar://{TRANSACTION}/1.png", "ar.example", f"/{TRANSACTION}/1.png"),
    ],
)
def test_where_a_link_leads(link: str, host: str, target: str) -> None:
    location = LINKS.locate(link)
    assert (location.scheme, location.host, location.port, location.target) == ("https", host, 443, target)


REFUSED = {
    Refusal.SCHEME: [
        "", "x", "//a.example/x", "file:///etc/passwd", "ftp://a.example/x", "gopher://a.example/_x",
        "data:application/json,{}", "javascript:alert(1)", "ipns://a.example",
    ],
    Refusal.HTTP: ["http://a.example/x", "http://127.0.0.1/"],
    Refusal.PORT: [
        "https://a.example:8443/x", "https://a.example:80/", "https://a.example:22/", "https://a.example:0/",
    ],
    Refusal.CREDENTIALS: [
        "https://u@a.example/", "https://u:p@a.example/", "https://a.example@10.0.0.1/", "https://@a.example/",
        "https://a.example:443@10.0.0.1:443/", "https://a.example%40@10.0.0.1/",
    ],
    Refusal.MALFORMED: [
        # Other ways to write 127.0.0.1
        "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/",
        "https://127.1/", "https://127.0.0.01/", "https://127.0.0.1../", "https://a.example.1/", "https://a.0x/",
        "https://%31%32%37.0.0.1/", "https://\uff11\uff12\uff17.0.0.1/", "https://127\u30020\u30020\u30021/",
        # Names in Unicode, some of which become others on their way
        "https://\u24db\u24de\u24d2al.example/", "https://b\u00fccher.example/", "https://a.example\u202e/",
        # Names that nobody has
        "https:///x", "https://", "https:a.example", "https://a..example/", "https://-a.example/",
        "https://" + "a" * 64 + ".example/", "https://" + "a." * 130 + "example/", "https://a b.example/",
        # What parsers disagree about
        "https://a.example\\@10.0.0.1/", "https:\\\\a.example/", "https://a.example\t/x",
        "https://a.exa\nmple/", "https://a.example/\r\nHost: b", "https://a.example:x/",
        "https://a.example:99999999/", "https://[::1/", "https://::1/", "https://[a.example]/",
        "https://[::1%25eth0]/", "https://[v1.x]/", "https://[::1]a.example/",
        "https://a.example/" + "x" * 2048,
        # What a gateway has beside files
        "ipfs://x", f"ipfs:{CID}", f"ipfs://{CID}.example", f"ipfs://{CID}/../../api/v0/id",
        "ipfs://../admin", f"ipfs://{CID}@10.0.0.1/", "ar://info", f"ar://{TRANSACTION}/../info",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("link", "why"), [(link, why) for why, links in REFUSED.items() for link in links])
def test_what_is_not_followed(link: str, why: Refusal) -> None:
    assert refusal(link) is why


@pytest.mark.parametrize("host", ["[::1]", "[::ffff:10.0.0.1]", "127.0.0.1", "127.0.0.1.", "169.254.169.254"])
def test_an_address_is_read_as_one(host: str) -> None:
    # Whether it may be connected to is looked at where names have become addresses, too.
    assert LINKS.locate(f"https://{host}/latest").host == host.strip("[]").removesuffix(".")


@given(st.text() | st.text("htps:/@.\\[]%?#0127ax\u3002 \t", max_size=30).map("https://".__add__))
def test_any_text_is_read_or_refused_and_no_parser_sees_another_host(link: str) -> None:
    try:
        location = LINKS.locate(link)
    except NotAllowed:
        return
    assert (location.scheme, location.port) == ("https", 443)
    assert location.target.startswith("/")
    url = f"https://8.8.8.8:443{location.target}"
    assert httpx2.URL(url).host == urlsplit(url).hostname == "8.8.8.8"
    assert httpx2.URL(f"https://{location.authority}/").host == location.host


@given(st.ip_addresses(v=4), st.sampled_from(["%d", "0x%x", "0%o"]))
def test_an_address_written_as_one_number_is_no_host(address: IPv4Address, form: str) -> None:
    assert refusal(f"https://{form % int(address)}/") is Refusal.MALFORMED


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("/y", "https://a.example/y"), ("y", "https://a.example/d/y"), ("?y", "https://a.example/d/x?y"),
        ("//b.example/y", "https://b.example/y"), ("http://10.0.0.1/", "http://10.0.0.1/"),
        (f"ipfs://{CID}", f"ipfs://{CID}"),
    ],
)  # fmt: skip
def test_where_a_redirect_leads(link: str, leads_to: str) -> None:
    assert LINKS.locate("https://a.example/d/x").led_on(link) == leads_to


def test_a_redirect_that_cannot_be_read() -> None:
    with pytest.raises(NotAllowed):
        LINKS.locate("https://a.example/").led_on("https://[x")


class TestLocalStacks:
    LINKS = Links(
        ipfs_gateway="http://127.0.0.1:8080",
        arweave_gateway="https://ar.example",
        test_origins=frozenset({"http://127.0.0.1:8080"}),
    )

    def test_an_origin_of_a_local_stack_is_let_through(self) -> None:
        location = self.LINKS.locate("http://127.0.0.1:8080/x")
        assert location == Location("http", "127.0.0.1", 8080, "/x")
        assert self.LINKS.is_test(location)
        assert self.LINKS.locate(f"ipfs://{CID}").origin == "http://127.0.0.1:8080"

    @pytest.mark.parametrize(
        ("link", "why"),
        [
            ("http://127.0.0.1:8081/x", Refusal.HTTP), ("https://127.0.0.1:8080/x", Refusal.PORT),
            ("http://localhost:8080/x", Refusal.HTTP),
            ("http://127.0.0.1:8080@10.0.0.1/", Refusal.CREDENTIALS),
        ],
    )  # fmt: skip
    def test_nothing_else_is(self, link: str, why: Refusal) -> None:
        assert refusal(link, self.LINKS) is why
        assert not self.LINKS.is_test(LINKS.locate("https://127.0.0.1/x"))


def test_hosts_in_a_url() -> None:
    assert (bracketed("::1"), bracketed("a.example")) == ("[::1]", "a.example")
    assert Location("https", "::1", 444, "/").authority == "[::1]:444"
