"""The site of the specification: requirements can be linked to, nothing comes from elsewhere.

`python -m tools.build_site` builds it with mermaid from npm, and `tools/site/look.mjs` looks at the
result in a browser; here only what the extra `docs` brings is needed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conformance.spec import requirements, schemas
from tools import build_site
from tools.site import check, items
from tools.site.hooks import SCRIPT

pytestmark = pytest.mark.io

ITEM = (
    '<li>\n<p><a id="x-y"></a><code>x-y</code> <strong>both</strong>: A receiver MUST\nNOT do '
    "<code>it</code>. <em>(not observable: too fast)</em></p>\n</li>"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    out = tmp_path_factory.mktemp("site")
    assert build_site.build(out) == 0
    return out


def test_site_has_no_problems(site: Path) -> None:
    assert [found for found in check.problems(site) if SCRIPT not in found] == []


def test_every_requirement_has_its_block_link_and_badges(site: Path) -> None:
    for each in requirements().values():
        html = (site / each.page).with_suffix(".html").read_text(encoding="utf-8")
        found = re.search(rf'<li class="requirement (\w+)" id="{each.id}">(.*?)</p>', html)
        assert found, each.id
        assert found[1] == items.css(each.level)
        assert f'href="#{each.id}"' in found[2]
        assert items.badges(each.side, each.level) in found[2]


def test_search_knows_every_requirement(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    places = {doc["location"] for doc in index["docs"]}
    assert {
        f"{each.page.replace('.md', '.html')}#{each.id}" for each in requirements().values()
    } <= places


@pytest.mark.parametrize("name", schemas())
def test_schema_has_its_page_and_its_file(site: Path, name: str) -> None:
    assert (site / "schemas" / f"{name}.html").is_file()
    published = json.loads((site / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    assert published == schemas()[name]


def test_bundle_and_asyncapi_are_published(site: Path) -> None:
    assert (site / "schemas" / "bundle" / "ws-sync.json").is_file()
    assert (site / "asyncapi.yaml").is_file()


def test_item_becomes_a_block() -> None:
    html = items.blocks(f"<ul>{ITEM}</ul>")
    assert html.startswith('<ul><li class="requirement must" id="x-y">')
    assert items.badges("both", "MUST NOT") in html
    assert '<strong class="keyword">MUST\nNOT</strong> do <code>it</code>' in html
    assert '<span class="not-observable">Not observable: too fast</span>' in html


def test_other_items_stay_as_they_are() -> None:
    assert items.blocks("<ul><li><code>x</code> MUST</li></ul>") == (
        "<ul><li><code>x</code> MUST</li></ul>"
    )


def test_id_in_the_text_becomes_a_link_unless_it_is_one() -> None:
    html = "<code>patch-atomic</code> <a><code>patch-atomic</code></a> <code>patch</code>"
    assert items.links(html, requirements(), lambda page: f"../{page}") == (
        '<a class="requirement-link" href="../patch.md#patch-atomic"><code>patch-atomic</code></a>'
        " <a><code>patch-atomic</code></a> <code>patch</code>"
    )


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<script src="https://example.com/a.js"></script>', "loads https://example.com/a.js"),
        ('<link rel="stylesheet" href="//example.com/a.css">', "loads //example.com/a.css"),
        ('<a href="missing.html">', "broken link missing.html"),
        ('<a href="#missing">', "broken link #missing"),
        ('<p id="state-get"><p id="state-get">', "more than one element has the id state-get"),
    ],
    ids=["script", "style", "page", "anchor", "twice"],
)
def test_check_finds(tmp_path: Path, html: str, problem: str) -> None:
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    assert f"index.html: {problem}" in check.problems(tmp_path)


def test_check_misses_requirements(tmp_path: Path) -> None:
    (tmp_path / "patch.html").write_text('<p id="patch-atomic">', encoding="utf-8")
    found = check.problems(tmp_path)
    assert "patch.md: no element has the id patch-shape" in found
    assert "patch.md: no element patch-atomic" not in found


def test_links_to_elsewhere_and_inside_are_fine(tmp_path: Path) -> None:
    html = '<a href="https://example.com/"><p id="a"><a href="#a"><a href="index.html#a">'
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    assert not [found for found in check.problems(tmp_path) if found.startswith("index.html")]
