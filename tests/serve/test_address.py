import socket

import pytest

from bot.serve import address
from bot.serve.errors import AddressError, NoNetworkError


def test_a_port_in_use_is_told_with_its_remedy():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressError, match=f"port {port} on 127.0.0.1 is in use: .*--port"):
            address.take_address("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_a_foreign_address_is_told_with_its_remedy(host: str):
    with pytest.raises(AddressError, match=f"{host} is no address of this machine"):
        address.take_address(host, 0)


def test_the_url_has_the_port_that_was_found():
    with address.take_address("127.0.0.1", 0) as taken:
        assert address.url_of(taken) == f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert taken.getsockname()[1] > 0


def test_an_address_for_all_interfaces_is_opened_on_this_machine():
    with address.take_address("0.0.0.0", 0) as taken:
        assert address.url_of(taken).startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("192.0.2.2", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_known_by_its_names(host: str, loopback: bool):
    assert address.is_loopback(host) is loopback


def test_a_machine_without_network_is_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(address, "get_host_addresses", lambda **_: [])
    with pytest.raises(NoNetworkError, match="no network interface beside loopback"):
        address.require_network()
