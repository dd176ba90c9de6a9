import pytest

from lodgepole.adapters.outbound_http.networks import Networks, check_url
from lodgepole.errors import InvalidRequest, PermissionDenied

PUBLIC = ("93.184.216.34", "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1")
NOT_PUBLIC = (
    *("127.0.0.1", "127.255.255.254", "0.1.2.3", "10.0.0.1", "172.16.0.1"),
    *("172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.0.1", "100.64.0.1"),
    *("100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("168.63.129.16", "192.88.99.1"),
    "0.0.0.0",  # noqa: S104  refused, not bound to
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("2001:db8::1", "100::1", "2001:0:53aa:64c::1", "3fff::1", "5f00::1", "64:ff9b:1::7f00:1"),
)
EMBEDDED = (
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2a00:1450::5efe:10.0.0.1",
    "2a00:1450::200:5efe:192.168.1.1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address):
    Networks().check(address)


@pytest.mark.parametrize("address", (*NOT_PUBLIC, *EMBEDDED))
def test_no_other_is(address):
    with pytest.raises(PermissionDenied):
        Networks().check(address)


@pytest.mark.parametrize("address", ["64:ff9b::8.8.8.8", "2002:808:808::1", "::ffff:8.8.8.8"])
def test_a_public_address_inside_another_is_public(address):
    Networks().check(address)


@pytest.mark.parametrize("address", ["", "example.org", "1.2.3", "127.1", "a" * 500])
def test_what_is_no_address(address):
    with pytest.raises(PermissionDenied):
        Networks().check(address)


def test_the_operator_allows_networks():
    networks = Networks(["10.1.0.0/16", "::1/128"])
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "::1", "8.8.8.8"):
        networks.check(address)
    for address in ("10.2.0.1", "127.0.0.1", "::ffff:10.2.0.1", "2002:a02:1::"):
        with pytest.raises(PermissionDenied):
            networks.check(address)


@pytest.mark.parametrize("text", ["", "10.0.0.1/8", "example.org", "10.0.0.0/33"])
def test_what_is_no_network(text):
    with pytest.raises(InvalidRequest):
        Networks([text])


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.org", "http://example.org:8080/a?b#c", "https://1.1.1.1/"),
        *("https://[2606:4700::1]/", "https://a1.b2.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_urls_that_may_be_asked_for(url):
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "//example.org", "ftp://example.org", "file:///etc/passwd"),
        *("gopher://example.org", "https://", "https:///a", "javascript:alert(1)", "data:,x"),
        *("https://user@example.org", "https://user:secret@example.org", "https://@example.org"),
        *("https://example.org\\@127.0.0.1/", "https://example.org/\n", "https://[::1"),
        *("https://example.org:99999/", "https://example.org:x/"),
    ],
)
def test_what_is_no_url_of_the_web(url):
    with pytest.raises(InvalidRequest) as refusal:
        check_url(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "0X7F000001", "017700000001", "127.1", "127.0.1"),
        *("0177.0.0.1", "0x7f.0.0.1", "127.0.0.0x1", "127.0.0.01", "1.1.1.1.", "0", "256.1.1.1"),
        *("[fe80::1%25eth0]", "127.0.0.1%00.example"),
    ],
)
def test_addresses_in_disguise(host):
    with pytest.raises((PermissionDenied, InvalidRequest)):
        check_url(f"http://{host}/")


@pytest.mark.parametrize("port", [0, 1, 22, 25, 53, 110, 143, 445, 587, 993])
def test_ports_of_other_services(port):
    with pytest.raises(PermissionDenied):
        check_url(f"http://example.org:{port}/")
