"""Post-processes the HTML of a page: requirement items become blocks, ids become links.

The README of the specification defines the form of a requirement: an anchor, the id as code, the
side in bold, a colon, the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.spec import Requirement

_ITEM = re.compile(
    r"<li>\s*(?:<p>)?<a id=\"(?P<id>[^\"]+)\"></a>\s*<code>(?P=id)</code>\s*"
    r"<strong>(?P<side>server|client|both)</strong>:\s*(?P<sentence>.*?)(?:</p>)?\s*</li>",
    re.DOTALL,
)
_KEYWORD = re.compile(r"\b(MUST|SHOULD|MAY)(\s+NOT)?\b")
_NOT_OBSERVABLE = re.compile(r"<em>\((not observable: .+)\)</em>$", re.DOTALL)
_CODE = re.compile(r"<a\b.*?</a>|<pre\b.*?</pre>|<code>([a-z][a-z0-9-]+)</code>", re.DOTALL)
SIDES = {"server": "server", "client": "client", "both": "server and client"}


def blocks(html: str) -> str:
    """Turn each requirement of a page into a block with a link."""
    return _ITEM.sub(_block, html)


def badges(side: str, level: str) -> str:
    """Return the side and the level of a requirement as two badges."""
    return (
        f'<span class="badges"><span class="badge side">{SIDES[side]}</span> '
        f'<span class="badge level {css(level)}">{level}</span></span>'
    )


def css(level: str) -> str:
    """Return the CSS class of a level."""
    return level.split()[0].lower()


def links(html: str, known: dict[str, Requirement], url: Callable[[str], str]) -> str:
    """Link each requirement id that is marked up as code.

    Args:
        html: the page.
        known: the requirements by id.
        url: returns the URL of a page of the specification, relative to this page.
    """

    def link(code: re.Match[str]) -> str:
        requirement = known.get(code[1] or "")
        if requirement is None:
            return code[0]
        target = f"{url(requirement.page)}#{requirement.id}"
        return f'<a class="requirement-link" href="{target}">{code[0]}</a>'

    return _CODE.sub(link, html)


def _block(item: re.Match[str]) -> str:
    id_, sentence = item["id"], _NOT_OBSERVABLE.sub(_reason, item["sentence"].strip())
    keyword = _KEYWORD.search(sentence)
    level = " ".join(keyword[0].split()) if keyword else "MAY"
    marked = _KEYWORD.sub(r'<strong class="keyword">\g<0></strong>', sentence, count=1)
    return (
        f'<li class="requirement {css(level)}" id="{id_}">'
        f'<p class="requirement-head"><a class="requirement-id" href="#{id_}" '
        f'title="Link to this requirement">{id_}</a> {badges(item["side"], level)}</p>'
        f"<p>{marked}</p></li>"
    )


def _reason(excluded: re.Match[str]) -> str:
    return f'<span class="not-observable">{excluded[1].capitalize()}</span>'
