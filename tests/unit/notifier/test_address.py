import ipaddress
from collections.abc import Sequence

import pytest

from services.notifier.channels.address import UrlRefused, checked_url, is_public, pin

REFUSED_URLS = [
    # not https
    "http://hooks.agency.example/x",
    "ftp://hooks.agency.example/x",
    "file:///etc/passwd",
    "gopher://hooks.agency.example/",
    "//hooks.agency.example/x",
    "hooks.agency.example/x",
    "https:hooks.agency.example",
    "https:///x",
    "https://",
    "",
    # this machine and private networks, in every spelling
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://api.localhost/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://00000177.0.0.1/",
    "https://127.0.0.1.:443/",
    "https://①②⑦.⓪.⓪.①/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:53aa:64c:0:0:80ff:fffe]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://[v1.fe80::a]/",
    "https://[::1/",
    # names that are not public
    "https://intranet/",
    "https://kafka/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://nas.lan/",
    "https://1.0.0.127.in-addr.arpa/",
    # tricks around the host
    "https://hooks.agency.example@127.0.0.1/",
    "https://user:password@hooks.agency.example/",
    "https://@hooks.agency.example/",
    "https://127.0.0.1%2ehooks.agency.example/",
    "https://hooks.agency.example%00.evil.example/",
    "https://hooks.agency.example\\@127.0.0.1/",
    "https://hooks.agency.example\\.evil.example/",
    "https://hooks.agency.example#@127.0.0.1/",
    "https://hooks.agency.example/#fragment",
    "https://hooks.agency.example#",
    "https://hooks.agency.example:0/",
    "https://hooks.agency.example:/",
    "https://hooks.agency.example:99999/",
    "https://hooks.agency.example:443abc/",
    "https://hooks.agency.example:443:80/",
    "https://-hooks.agency.example/",
    "https://hooks-.agency.example/",
    "https://hooks..agency.example/",
    "https://hooks_x.agency.example/",
    "https://hooks.agency.example./",
    "https://hööks.agency.example/",
    # breaks and controls
    "https://hooks.agency.example/\r\nHost: evil.example",
    "https://hooks.agency.example/\tx",
    "https://hooks.agency.example/ x",
    " https://hooks.agency.example/",
    "https://hooks.agency.example/\n",
    "https://hooks.agency.example/\x00",
    "https://hooks.agency.example/{x}",
    "https://hooks.agency.example/<script>",
]


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_an_address_that_is_not_plainly_public_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        checked_url(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("https://hooks.agency.example/mash/notices", "hooks.agency.example", 443, "/mash/notices"),
        ("https://HOOKS.Agency.example", "hooks.agency.example", 443, "/"),
        ("https://hooks.agency.example:8443/a?b=c", "hooks.agency.example", 8443, "/a?b=c"),
        ("https://xn--hks-bna.agency.example/", "xn--hks-bna.agency.example", 443, "/"),
        ("https://8.8.8.8/x", "8.8.8.8", 443, "/x"),
        ("https://[2606:4700::1111]/x", "2606:4700::1111", 443, "/x"),
    ],
)
def test_a_public_https_address_is_taken_apart(url: str, host: str, port: int, target: str) -> None:
    checked = checked_url(url)
    assert (checked.host, checked.port, checked.target) == (host, port, target)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost:9000/", "https://[::1]:9000/"])
def test_this_machine_is_allowed_only_when_asked_for(url: str) -> None:
    assert checked_url(url, allow_loopback=True).port == 9000
    with pytest.raises(UrlRefused):
        checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.agency.example/",
        "https://10.0.0.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://user@127.0.0.1/",
        "http://169.254.169.254/",
    ],
)
def test_allowing_this_machine_allows_nothing_else(url: str) -> None:
    with pytest.raises(UrlRefused):
        checked_url(url, allow_loopback=True)


def test_the_error_does_not_repeat_the_address() -> None:
    with pytest.raises(UrlRefused) as raised:
        checked_url("https://user:s3cret@hooks.agency.example/")
    assert "s3cret" not in str(raised.value)


def test_a_pinned_address_keeps_port_path_and_name() -> None:
    target = checked_url("https://hooks.agency.example:8443/a?b=c")
    assert target.pinned_to("203.0.113.9") == "https://203.0.113.9:8443/a?b=c"
    assert target.pinned_to("2606:4700::1111") == "https://[2606:4700::1111]:8443/a?b=c"
    assert target.host_header == "hooks.agency.example:8443"


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4009::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


class NameServer:
    """Answers each look-up with the next of its answers."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


TARGET = checked_url("https://hooks.agency.example/x")


async def test_a_name_is_looked_up_once_and_pinned() -> None:
    server = NameServer(["8.8.8.8"], ["127.0.0.1"])
    assert await pin(TARGET, server) == ("8.8.8.8",)
    assert server.asked == 1


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["8.8.8.8", "::1"],
        ["169.254.169.254"],
        ["10.1.2.3"],
        ["::ffff:10.1.2.3"],
        ["fe80::1%eth0"],
        ["64:ff9b::a9fe:a9fe"],
        ["0.0.0.0"],
    ],
)
async def test_a_name_with_any_answer_that_is_not_public_is_refused(answers: list[str]) -> None:
    with pytest.raises(UrlRefused):
        await pin(TARGET, NameServer(answers))


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://hooks.agency.example/x", "192.168.0.10"),
        ("https://hooks.agency.example/x", "127.0.0.1"),
        ("http://localhost:9000/x", "192.168.0.10"),
        ("http://localhost:9000/x", "8.8.8.8"),
    ],
)
async def test_where_this_machine_is_allowed_a_name_still_means_what_it_says(url: str, answer: str) -> None:
    with pytest.raises(UrlRefused):
        await pin(checked_url(url, allow_loopback=True), NameServer([answer]))


async def test_a_name_without_an_answer_is_an_unreachable_host() -> None:
    with pytest.raises(OSError, match="no address"):
        await pin(TARGET, NameServer([]))
