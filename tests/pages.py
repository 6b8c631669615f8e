"""A page taken apart, and what every page of the project has to keep."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from socialbudget.report.page import script_hash

VOID = {"meta", "br", "img", "link", "input", "hr", "rect", "line", "circle", "path", "polygon"}


class Page(HTMLParser):
    """Elements with attributes, scripts and text; fails on a tag that does not close."""

    def __init__(self, source: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self.hidden: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            attrs, before = self.scripts[-1]
            self.scripts[-1] = (attrs, before + data)
        inside = {"script", "style"} & set(self._open)
        (self.hidden if inside else self.words).append(data)

    @property
    def chart_specs(self) -> dict[str, dict]:
        """The options of every chart, by the id of its place."""
        return {
            str(a["data-chart"]): json.loads(body, parse_constant=_refuse)
            for a, body in self.scripts
            if "data-chart" in a
        }

    @property
    def text(self) -> str:
        """All that a reader sees, with plain spaces."""
        return re.sub(r"\s+", " ", " ".join(self.words))

    def loads_nothing(self) -> None:
        """Fails where the page refers to anything outside itself."""
        for tag, attributes in self.elements:
            assert tag not in {"link", "iframe", "img", "object", "embed", "base"}, tag
            for name, value in attributes.items():
                assert name not in {"src", "href", "srcset", "xlink:href"}, (tag, name, value)
                assert not re.search(r"url\(|//", value or "") or name == "content", (tag, value)
        style = "".join(self.hidden)
        assert "@import" not in style
        assert not re.search(r"url\(\s*[\"']?(?!#)", style)
        policy = [
            a["content"]
            for t, a in self.elements
            if a.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policy) == 1
        assert str(policy[0]).startswith("default-src 'none'")

    def needs_nothing_else(self) -> None:
        """Fails where a page with charts refers to anything outside, or a script is not its own."""
        for tag, attrs in self.elements:
            assert tag not in ("link", "iframe", "object", "embed", "base", "img"), tag
            for name in ("src", "href", "action", "srcset", "poster", "data", "xlink:href"):
                value = attrs.get(name)
                assert value is None or value.startswith("#"), (tag, name, value)
        policy = next(a["content"] for t, a in self.elements if t == "meta" and "http-equiv" in a)
        assert policy is not None
        assert "default-src 'none'" in policy
        code = [body for a, body in self.scripts if "data-chart" not in a]
        assert len(code) == 2
        for body in code:
            assert script_hash(body) in policy

    def charts_are_whole(self, least: int) -> None:
        """Fails where a chart has no place or no words for it, or a series misses a category."""
        specs = self.chart_specs
        boxes = {a["id"]: a for t, a in self.elements if a.get("class") == "chart"}
        assert set(specs) == set(boxes)
        assert len(specs) >= least
        for name, spec in specs.items():
            assert len(str(boxes[name]["aria-label"])) > 40, name
            option = spec["option"]
            axis = next(a for a in (option["xAxis"], option["yAxis"]) if a["type"] == "category")
            for series in option["series"]:
                assert len(series["data"]) == len(axis["data"]), (name, series["name"])

    def links_lead_somewhere(self) -> set[str]:
        """Fails where an id stands twice or a link leads nowhere; returns the ids."""
        ids = [str(a["id"]) for _, a in self.elements if "id" in a]
        assert len(ids) == len(set(ids))
        targets = {str(a["href"])[1:] for t, a in self.elements if t == "a"}
        assert targets <= set(ids)
        return set(ids)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
