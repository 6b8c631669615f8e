"""What the tests of the floor's pages share: one assessment, and a page that is taken apart."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

from socialbudget.floor import Assessment, assess_variants, load_package
from socialbudget.pack import load_pack

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>=1+1"
VOID = {"meta", "br", "img", "link", "input", "hr", "rect", "line", "circle", "path", "polygon"}


@cache
def variants() -> tuple[Assessment, ...]:
    """The low and the high default package in the synthetic country."""
    found = assess_variants(load_pack("ZZZ"), load_package(), to=2030, draws=10, seed=3)
    return tuple(found.values())


def changed(
    assessment: Assessment, notes: tuple[str, ...] | None = None, **given: Any
) -> Assessment:
    """An assessment with other fields or tables: tables are computed once, so given ones stay."""
    fields = {f.name for f in dataclasses.fields(assessment)}
    plan = assessment.plan if notes is None else dataclasses.replace(assessment.plan, notes=notes)
    own = {k: v for k, v in given.items() if k in fields}
    out = dataclasses.replace(assessment, plan=plan, **own)
    for name, value in given.items():
        if name not in fields:
            assert hasattr(type(assessment), name), name
            out.__dict__[name] = value
    return out


class Page(HTMLParser):
    """Elements with attributes, and text; fails on a tag that does not close."""

    def __init__(self, source: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
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

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = {"script", "style"} & set(self._open)
        (self.hidden if inside else self.words).append(data)

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
