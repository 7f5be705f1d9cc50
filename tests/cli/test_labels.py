"""`--tag` and `--metadata` of the commands that hold calls."""

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import build
from bot.cli.labels import given_labels


def test_tags_and_metadata_are_taken_as_written() -> None:
    labels = given_labels(["vip", "a"], ["customer=7", "note=a=b", "empty="])
    assert labels.tags == ["vip", "a"]
    assert labels.metadata == {"customer": "7", "note": "a=b", "empty": ""}
    assert given_labels(None, None).metadata == {}


@pytest.mark.parametrize(
    ("tags", "metadata", "said"),
    [
        ([""], [], "a tag is a text that is not empty"),
        (["x" * 101], [], "longer than 100"),
        ([], ["customer"], "write KEY=VALUE"),
        ([], ["=7"], "a key of metadata is a text"),
        ([], ["k=" + "x" * 501], "longer than 500"),
        ([str(n) for n in range(51)], [], "more than 50"),
    ],
)
def test_what_cannot_be_in_a_report_is_refused(
    tags: list[str], metadata: list[str], said: str
) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        given_labels(tags, metadata)


@pytest.mark.parametrize("command", [["join", "https://x.daily.co/y"], ["serve"], ["demo"]])
def test_a_command_refuses_them_before_it_does_anything(command: list[str]) -> None:
    result = CliRunner().invoke(build([command[0]]), [*command, "--metadata", "customer"])
    assert result.exit_code == 2
    assert "KEY=VALUE" in result.output
