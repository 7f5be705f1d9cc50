"""The page of many calls: complete, closed to the network, closed to what strangers said."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from eventlog.index.collect import collect
from eventlog.index.page import MARK, PAGE, SERVED, WRITTEN, render, render_live
from eventlog.timeline.page import PAGE as TIMELINE
from tests.eventlog.index.stores import hostile, store

SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def pages(tmp_path):
    rows = [each.row for each in collect([store(tmp_path, hostile())]).found]
    return {"written": render("Calls", rows, []), "served": render_live("Calls", "api/sessions")}


def modules():
    return [(PAGE if (PAGE / name).exists() else TIMELINE) / name for name in WRITTEN.modules]


@pytest.mark.parametrize("kind", ["written", "served"])
def test_the_policy_names_the_script_and_the_style_by_their_hashes(tmp_path, kind):
    page = pages(tmp_path)[kind]
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    [script] = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for name, text in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert ("connect-src 'self'" in policy) is (kind == "served")
    assert policy == {"written": WRITTEN, "served": SERVED}[kind].policy


def test_what_strangers_said_ends_no_script(tmp_path):
    page = pages(tmp_path)["written"]
    assert len(SCRIPT.findall(page)) == 2
    assert page.count("</script") == 2
    assert "\u2028" not in page


def test_a_page_refers_to_nothing_outside_of_itself(tmp_path):
    page = render("Calls", [], [])
    told = page.replace("http://www.w3.org/2000/svg", "")  # a name, which nobody asks for
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(", told)
    assert re.findall(r'(?:src|href)="([^"]*)"', page) == ["data:,", "./"]
    assert not re.search(r"^(import|export) ", page, re.MULTILINE)
    assert "style=" not in page
    assert len(page) < 60_000


def test_every_module_is_in_the_page_and_no_two_share_a_name():
    own = {path.name for path in PAGE.glob("*.js")}
    assert own <= set(WRITTEN.modules)
    names = []
    for path in modules():
        names += re.findall(
            r"^(?:export )?(?:async )?(?:const|let|class|function) (?:(\w+)|\[)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    named = [name for name in names if name]
    assert sorted(named) == sorted(set(named))


def test_no_module_makes_markup_of_words():
    for path in modules():
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)


def test_a_page_of_ours_is_known_by_its_mark():
    assert MARK in Path(PAGE / "index.html").read_text(encoding="utf-8")[:2000]
