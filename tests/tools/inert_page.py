"""What a browser would find in a document of ours, and that it acts and asks for nothing."""

import base64
import hashlib
import re
from html.parser import HTMLParser

FETCHING = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping"}
INERT = {
    "a", "html", "head", "meta", "title", "style", "body", "input", "label", "main", "header",
    "section",
    "h1", "h2", "h3", "p", "ul", "ol", "li", "div", "span", "small", "strong", "bdi", "pre", "code",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would find in the report."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.style = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.style += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def links(self) -> list[str]:
        """Where its links lead; nothing is fetched before somebody follows one."""
        return [found["href"] or "" for tag, found in self.tags if tag == "a" and "href" in found]


def require_inert(document: str) -> None:
    """Assert that a document runs nothing, fetches nothing, and shows no character that hides."""
    page = Page(document)
    assert {tag for tag, _ in page.tags} <= INERT
    attributes = {name for _, found in page.tags for name in found}
    assert not attributes & FETCHING
    assert not {name for name in attributes if name.startswith("on") or name == "style"}
    assert not [tag for tag, found in page.tags if "href" in found and tag != "a"]
    for forbidden in ("url(", "@import", "@font-face"):
        assert forbidden not in page.style
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", document)
    require_policy(page)


def require_policy(page: Page) -> None:
    """Assert that the policy allows the one style and nothing else."""
    (policy,) = [
        found["content"]
        for tag, found in page.tags
        if tag == "meta" and found.get("http-equiv") == "Content-Security-Policy"
    ]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy
    assert [tag for tag, _ in page.tags].count("style") == 1
