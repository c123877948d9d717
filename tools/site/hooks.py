"""MkDocs hooks: navigation, generated pages, links, and the markup of requirements.

The pages of `spec/` are written for readers of the repository. The hooks adapt them to the site:
the pages have the order of the README's table, links to folders and schemas point to pages, and
links out of the folder become plain text.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from posixpath import dirname, join, normpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from conformance.spec import requirements, schemas
from tools.site import items, pages

MERMAID = Path(__file__).parents[2] / "node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"
SCRIPT = "javascripts/mermaid.js"
MEASURED = Path(__file__).parents[2] / "docs"
"""The folder of the page and the chart that `python -m tools.benchmark` writes."""
ROW = re.compile(r"^\| \[[^\]]+\]\(([\w/.-]+\.md)\)", re.MULTILINE)
LINK = re.compile(r"(?P<start>\[(?P<text>[^\]\[]*)\]\()(?P<target>[^()\s#]+)(?P<rest>#[^()\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the navigation: the README, the pages in its order, then all others."""
    spec = Path(config.docs_dir)
    listed = ROW.findall(_text(spec / "README.md"))
    present = [page.relative_to(spec).as_posix() for page in sorted(spec.rglob("*.md"))]
    order = [page for page in dict.fromkeys(listed) if page in present]
    others = [page for page in present if page not in order and page != "README.md"]
    schema_pages = [{_label(name): f"schemas/{name}.md"} for name in pages.schema_order()]
    config.nav = [
        {"Overview": "README.md"},
        *order,
        *others,
        {"Requirements": "requirements.md"},
        {"Schemas": ["schemas/index.md", *schema_pages]},
        {"AsyncAPI": "asyncapi.md"},
        {"Performance": "performance.md"},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and mermaid."""
    for uri, text in pages.generated().items():
        files.append(File.generated(config, uri, content=text))
    for uri, text in pages.folder_lists().items():
        unlisted = InclusionLevel.NOT_IN_NAV
        files.append(File.generated(config, uri, content=text, inclusion=unlisted))
    for name in ("performance.md", "performance.svg"):
        files.append(File.generated(config, name, abs_src_path=str(MEASURED / name)))
    if MERMAID.exists():  # if it is missing, check.py reports the pages that load it
        files.append(File.generated(config, SCRIPT, abs_src_path=str(MERMAID)))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: object) -> str:
    """Point links to folders and schemas to pages; unlink targets outside the site."""
    if page.file.generated_by:
        return markdown
    here = dirname(page.file.src_uri)

    def retarget(link: re.Match[str]) -> str:
        target = link["target"]
        if re.match(r"[a-z]+:", target):
            return link[0]
        there = normpath(join(here, target))
        if there.startswith(".."):
            return link["text"]
        for name in (f"{there}/README.md", f"{there}/index.md", *_page_of(there)):
            if files.get_file_from_path(name):
                ending = target.rstrip("/").rpartition("/")[0]
                tail = name.removeprefix(f"{dirname(there)}/" if dirname(there) else "")
                return f"{link['start']}{join(ending, tail)}{link['rest'] or ''})"
        return link[0]

    return LINK.sub(retarget, markdown)


def on_page_content(html: str, page: Page, files: Files, **_: object) -> str:
    """Mark up requirements, and link the ids and schemas that the page mentions."""

    def url(uri: str) -> str:
        target = files.get_file_from_path(uri)
        if target is None or target is page.file:
            return ""
        return get_relative_url(target.url, page.url)

    html = items.links(items.blocks(html), requirements(), url)
    if page.file.src_uri.startswith("schemas/"):
        html = re.sub(r"&quot;([\w-]+)\.json&quot;", _schema_link, html)
    return html


def on_post_build(config: MkDocsConfig) -> None:
    """Add the requirements to the search index, in which MkDocs puts only headings."""
    path = Path(config.site_dir) / "search" / "search_index.json"
    index = json.loads(_text(path))
    index["docs"] += [
        {
            "location": f"{each.page.replace('.md', '.html')}#{each.id}",
            "title": each.id,
            "text": escape(each.sentence.replace("`", "")),
            "boost": 4,
        }
        for each in requirements().values()
    ]
    path.write_text(json.dumps(index), encoding="utf-8")


def _schema_link(name: re.Match[str]) -> str:
    return f'<a href="{name[1]}.html">{name[0]}</a>' if name[1] in schemas() else name[0]


def _page_of(path: str) -> list[str]:
    name = path.removeprefix("schemas/").removesuffix(".json")
    if path == pages.SOURCE:
        return ["asyncapi.md"]
    return [f"schemas/{name}.md"] if path == f"schemas/{name}.json" and name in schemas() else []


def _label(name: str) -> str:
    title: str = schemas()[name]["title"]
    return title


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
