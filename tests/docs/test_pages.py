"""Tests of the pages: what they lead to is there, and what they repeat is the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    named = {link for link in _LINK.findall(index) if "/" not in link}
    assert {page.name for page in PAGES} - {"README.md"} == named


@pytest.mark.parametrize("name", ["github-workflow.yml", "gitlab-ci.yml"])
def test_workflow_on_the_page_is_the_file(name: str) -> None:
    page = (ROOT / "docs" / "in-ci.md").read_text(encoding="utf-8")
    text = (ROOT / "docs" / "examples" / name).read_text(encoding="utf-8")
    assert f"```yaml\n{text}```" in page
    assert "ws-sync test" in str(yaml.safe_load(text))
