"""Disk, port and UDP of this machine."""

import socket
from pathlib import Path

import pytest

from bot.config import LogConfig
from bot.doctor.findings import Status
from bot.doctor.machine import check_disk, check_port, check_udp
from bot.serve import address


def test_a_directory_that_calls_will_make_is_tried_without_making_it(tmp_path: Path):
    [finding] = check_disk(LogConfig(directory=tmp_path / "a" / "sessions"))
    assert finding.status is Status.OK
    assert "GB free" in finding.message
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_the_dump_is_tried_too(tmp_path: Path):
    log = LogConfig(directory=tmp_path / "a", dump=tmp_path / "b" / "dump.txt")
    assert [finding.status for finding in check_disk(log)] == [Status.OK] * 2


def test_a_directory_that_is_a_file_cannot_be_written_to(tmp_path: Path):
    (tmp_path / "sessions").write_text("in the way")
    [finding] = check_disk(LogConfig(directory=tmp_path / "sessions"))
    assert finding.status is Status.FAILED
    assert "cannot be written to (Not a directory)" in finding.message
    assert "log.directory" in finding.remedy


def test_a_disk_that_is_nearly_full_is_warned_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 20_000_000})())
    [finding] = check_disk(LogConfig(directory=tmp_path))
    assert finding.status is Status.WARNING
    assert "only 20 MB free" in finding.message


def test_a_free_port_is_free_afterwards():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert check_port(port).status is Status.OK
    assert check_port(port).status is Status.OK


def test_a_port_in_use_is_told_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        finding = check_port(port)
    assert finding.status is Status.FAILED
    assert finding.message == f"port {port} on 127.0.0.1 is in use"
    assert finding.remedy == "stop what uses it, or give another --port"


def test_a_datagram_arrives_at_each_address():
    found = list(check_udp(["127.0.0.1", "127.0.0.2"]))
    assert [(finding.status, finding.message) for finding in found] == [
        (Status.OK, "a datagram to 127.0.0.1 arrived"),
        (Status.OK, "a datagram to 127.0.0.2 arrived"),
    ]


def test_an_address_that_carries_nothing_is_a_failure_only_if_no_other_does():
    nowhere = "192.0.2.254"  # of the block for documentation: it is bound to, which fails
    [finding] = check_udp([nowhere])
    assert finding.status is Status.FAILED
    assert "firewall" in finding.remedy
    found = list(check_udp([nowhere, "127.0.0.1"]))
    assert [finding.status for finding in found] == [Status.WARNING, Status.OK]


def test_a_machine_with_nothing_but_loopback_is_told_what_webrtc_needs(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(address, "get_host_addresses", lambda **_: [])
    [finding] = check_udp()
    assert finding.status is Status.FAILED
    assert "no network interface beside loopback" in finding.message
    assert "parley demo" in finding.remedy
