"""Checks a built site: no broken links, and nothing loaded from other hosts.

It reads the files only. MkDocs checks the links in Markdown; this checks all links of the HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from conformance.spec import requirements

LOADS = {"src", "srcset", "poster", "data"}
LOADING_RELATIONS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "modulepreload"}


@dataclass
class Document(HTMLParser):
    """The ids, links and loaded URLs of one HTML file."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the ids, links and URLs of a tag."""
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.loads += [attributes[name] for name in LOADS & attributes.keys()]
        if tag == "link" and LOADING_RELATIONS & set(attributes.get("rel", "").split()):
            self.loads.append(attributes.get("href", ""))
        elif "href" in attributes:
            self.links.append(attributes["href"])


def problems(site: Path) -> list[str]:
    """Return the problems of a site, one line each."""
    documents = {path: read(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, document in documents.items():
        name = path.relative_to(site).as_posix()
        found += [f"{name}: loads {load}" for load in document.loads if external(load)]
        found += [
            f"{name}: more than one element has the id {id_}" for id_ in repeated(document.ids)
        ]
        if name != "404.html":  # its links are absolute, because it is shown at any URL
            found += [
                f"{name}: broken link {link}"
                for link in (*document.links, *document.loads)
                if not external(link) and not resolves(path, link, documents)
            ]
    for path in site.rglob("*.css"):
        urls = re.findall(r"(?:url\(|@import)\s*[\"']?(https?:)?//", path.read_text("utf-8"))
        found += [f"{path.relative_to(site)}: loads from another host"] if urls else []
    for requirement in requirements().values():
        there = documents.get(site / requirement.page.replace(".md", ".html"))
        if there is None or requirement.id not in there.ids:
            found.append(f"{requirement.page}: no element has the id {requirement.id}")
    return found


def read(path: Path) -> Document:
    """Read one HTML file."""
    document = Document()
    document.feed(path.read_text(encoding="utf-8"))
    return document


def repeated(ids: list[str]) -> list[str]:
    """Return the requirement ids that more than one element has."""
    return [id_ for id_ in requirements() if ids.count(id_) > 1]


def external(link: str) -> bool:
    """Return whether a link leaves the site."""
    parts = urlsplit(link)
    return bool(parts.scheme in {"http", "https"} or parts.netloc)


def resolves(path: Path, link: str, documents: dict[Path, Document]) -> bool:
    """Return whether the file and the element of a link inside the site exist."""
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme in {"data", "mailto", "javascript"}
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return False
    there = documents.get(target)
    ours = {"", "__skip", "__consent", "__search", "__toc", "__drawer"}
    return there is None or parts.fragment in ours or unquote(parts.fragment) in there.ids
