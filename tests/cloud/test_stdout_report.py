"""Where the report is printed, and how."""

import io
import json
import sys

import pytest

from bot.stdout_report import on_pipecat_cloud, print_report


def test_our_image_is_known_by_its_variable():
    assert on_pipecat_cloud({"PARLEY_PLATFORM": "pipecat-cloud"}, modules=())


def test_an_image_of_ones_own_is_known_by_the_module_of_the_base_image():
    assert on_pipecat_cloud({}, modules={"pipecatcloud_system"})


def test_the_variable_can_say_that_it_is_another_host():
    assert not on_pipecat_cloud({"PARLEY_PLATFORM": "laptop"}, modules={"pipecatcloud_system"})


def test_a_laptop_is_not_pipecat_cloud():
    assert not on_pipecat_cloud({}, modules={"bot", "pipecat"})


def test_a_report_is_one_line_whatever_is_said_in_it(capsys):
    report = {"text": "one\ntwo \u2028 three, déjà vu"}
    print_report(report)
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert line.isascii()
    assert json.loads(line) == report


def test_a_report_is_printed_in_one_write(monkeypatch):
    class Output(io.StringIO):
        writes = 0

        def write(self, text: str) -> int:
            self.writes += 1
            return super().write(text)

    output = Output()
    monkeypatch.setattr(sys, "stdout", output)
    print_report({"a": 1})
    assert (output.writes, output.getvalue()) == (1, '{"a": 1}\n')


@pytest.mark.parametrize("failure", [BrokenPipeError("gone"), ValueError("closed file")])
def test_a_closed_output_is_logged_and_costs_nothing_else(monkeypatch, failure, loguru_lines):
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise failure

    monkeypatch.setattr(sys, "stdout", Closed())
    print_report({"a": 1})
    assert loguru_lines == [f"The report could not be printed on standard output: {failure}"]
