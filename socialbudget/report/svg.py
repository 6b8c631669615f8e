"""Small charts as inline SVG: bars, stacked columns and before-and-after ranges.

For pages that must stay light and print as they stand: no script, no file beside them. All texts
are escaped here, so a country's or a package's name can hold anything. Lengths are user units of
the view box; a page scales a chart by its width.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from socialbudget.contract import Array

INK, SOFT, RULE = "#1e293b", "#52606f", "#d9e0e8"
SIZE = 11.0
"""Font size, user units."""
LETTER = 0.55
"""Mean width of a letter, as a share of the font size."""

SMALL = 'font-size="10"'
Words = Callable[[float], str]


@dataclass(frozen=True)
class Band:
    """A value and the range around it; `low` and `high` are NaN where there is none."""

    value: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def known(self) -> bool:
        return bool(np.isfinite([self.low, self.high]).all())


def ticks(top: float, count: int = 4) -> list[float]:
    """Round values from 0 to at least `top`, about `count` steps."""
    if not np.isfinite(top) or top <= 0:
        return [0.0, 1.0]
    raw = top / count
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(
        s * power for s in (1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 10.0) if s * power >= raw * (1 - 1e-9)
    )
    return [step * k for k in range(int(np.ceil(top / step - 1e-9)) + 1)]


def text(x: float, y: float, words: str, anchor: str = "start", more: str = "") -> str:
    """A line of text; its baseline is at `y`."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{" " if more else ""}{more}>'
        f"{escape(words)}</text>"
    )


def labels(words: str, middle: float, width: float) -> list[str]:
    """A row's label in one line or two, centred on `middle`."""
    lines = wrapped(words, width)
    top = middle + 4.0 - 5.5 * (len(lines) - 1)
    return [text(0, top + 10.5 * k, part, more=SMALL) for k, part in enumerate(lines)]


def rectangle(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    """A filled rectangle; nothing where it has no extent."""
    if width <= 0 or height <= 0:
        return ""
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
        f'fill="{fill}"{" " if more else ""}{more}/>'
    )


def line(x0: float, y0: float, x1: float, y1: float, stroke: str = RULE, width: float = 1.0) -> str:
    """A straight line."""
    return (
        f'<line x1="{x0:.2f}" y1="{y0:.2f}" x2="{x1:.2f}" y2="{y1:.2f}" '
        f'stroke="{stroke}" stroke-width="{width:g}"/>'
    )


def drawing(width: float, height: float, parts: Sequence[str], alt: str, more: str = "") -> Markup:
    """Wrap parts as an image that a screen reader can read out."""
    return Markup(
        f'<svg viewBox="0 0 {width:g} {height:g}" {more}role="img" aria-label="{escape(alt)}" '
        f'font-size="{SIZE:g}" fill="{INK}"><title>{escape(alt)}</title>{"".join(parts)}</svg>'
    )


def wrapped(words: str, width: float, lines: int = 2) -> list[str]:
    """Words in at most so many lines of a width, user units; the last is cut where it must be."""
    most = max(int(width / (SIZE * LETTER)), 2)
    found = textwrap.wrap(words, most, max_lines=lines, placeholder="…") or [""]
    return [clipped(part, width) for part in found]


def clipped(words: str, width: float) -> str:
    """Words cut to a width, user units, with an ellipsis where something is left out."""
    most = max(int(width / (SIZE * LETTER)), 2)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def columns(
    years: Sequence[int],
    layers: Sequence[tuple[str, str, Array]],
    total: Sequence[Band],
    words: Words,
    alt: str,
    width: float = 340.0,
    height: float = 150.0,
) -> Markup:
    """Stacked columns by year with the range of their sum.

    Parameters
    ----------
    years : sequence of int
    layers : sequence of (title, colour, float64[year])
        Drawn from the bottom; no value may be negative.
    total : sequence of Band
        The sum by year; its range is drawn as a whisker.
    words : callable
        Value -> text of the axis.
    alt : str
        The chart in words.
    """
    heights = [np.asarray(values, dtype=float) for _, _, values in layers]
    tops = [b.high if b.known else b.value for b in total]
    grid = ticks(float(np.nanmax([*tops, *np.sum(heights, axis=0)])))
    left, right, bottom, head = 38.0, 4.0, 18.0, 6.0
    step = (width - left - right) / len(years)

    def y(value: float) -> float:
        return head + (height - head - bottom) * (1.0 - value / grid[-1])

    parts = [line(left, y(v), width - right, y(v)) for v in grid]
    parts += [text(left - 4, y(v) + 3.5, words(v), "end", f'fill="{SOFT}"') for v in grid]
    base = np.zeros(len(years))
    for (_, colour, _), values in zip(layers, heights, strict=True):
        for k in range(len(years)):
            low, high = y(base[k]), y(base[k] + values[k])
            parts.append(rectangle(left + step * (k + 0.12), high, step * 0.76, low - high, colour))
        base = base + values
    every = max(int(np.ceil(len(years) / 6)), 1)
    for k, year in enumerate(years):
        if (len(years) - 1 - k) % every == 0:
            parts.append(
                text(left + step * (k + 0.5), height - 4, str(year), "middle", f'fill="{SOFT}"')
            )
    for k, band in enumerate(total):
        if band.known and band.high > band.low:
            x = left + step * (k + 0.5)
            parts.append(line(x, y(band.low), x, y(band.high), INK, 0.9))
            parts += [line(x - 2, y(v), x + 2, y(v), INK, 0.9) for v in (band.low, band.high)]
    return drawing(width, height, parts, alt)


def pairs(
    rows: Sequence[tuple[str, float, float]],
    colours: tuple[str, str],
    words: Words,
    alt: str,
    width: float = 340.0,
    label: float = 118.0,
) -> Markup:
    """Two bars a row, e.g. women and men, with their values as text.

    Parameters
    ----------
    rows : sequence of (label, first, second)
    """
    top = max((v for _, a, b in rows for v in (a, b) if np.isfinite(v)), default=0.0) or 1.0
    bar, gap, room = 8.5, 7.0, 62.0
    parts: list[str] = []
    y = 2.0
    for name, *values in rows:
        parts += labels(name, y + bar - 0.5, label - 6)
        for k, value in enumerate(values):
            length = (width - label - room) * value / top if np.isfinite(value) else 0.0
            parts.append(rectangle(label, y + k * bar, length, bar - 1.0, colours[k]))
            shown = words(value) if value != 0 else ""
            parts.append(text(label + length + 4, y + k * bar + 7.3, shown, more=SMALL))
        y += 2 * bar + gap
    return drawing(width, y - gap + 3.0, parts, alt)


def before_after(
    rows: Sequence[tuple[str, float, Band, Sequence[Band]]],
    colours: Sequence[str],
    words: Words,
    alt: str,
    width: float = 340.0,
    label: float = 118.0,
) -> Markup:
    """A stroke for today, a hollow dot for before, a filled one for each case after, with ranges.

    Parameters
    ----------
    rows : sequence of (label, today, before, after by case)
        One or two cases.
    """
    shown = [b for _, _, first, others in rows for b in (first, *others)]
    top = max(
        *(max(b.value, b.high) if b.known else b.value for b in shown),
        *(now for _, now, _, _ in rows),
    )
    grid = ticks(top, 4)
    right, step = 14.0, 20.0
    bottom = 2.0 + step * len(rows)

    def x(value: float) -> float:
        return label + (width - label - right) * value / grid[-1]

    parts = [line(x(v), 2, x(v), bottom) for v in grid]
    parts += [text(x(v), bottom + 13, words(v), "middle", f'fill="{SOFT}"') for v in grid]
    for k, (name, now, first, others) in enumerate(rows):
        y = 2.0 + step * (k + 0.5)
        parts += labels(name, y, label - 6)
        parts.append(line(x(now), y - 6, x(now), y + 6, SOFT, 2.2))
        reach = [now, *(b.value for b in (first, *others))]
        parts.append(line(x(min(reach)), y, x(max(reach)), y, SOFT, 1.2))
        for j, case in enumerate(others):
            if case.known:
                parts.append(rectangle(
                    x(case.low), y - 4, max(x(case.high) - x(case.low), 0.5), 8, colours[j],
                    'fill-opacity="0.3"',
                ))  # fmt: skip
        parts.append(
            f'<circle cx="{x(first.value):.2f}" cy="{y:.2f}" r="4" fill="#fff" '
            f'stroke="{INK}" stroke-width="1.5"/>'
        )
        for j, case in enumerate(others):
            parts.append(
                f'<circle cx="{x(case.value):.2f}" cy="{y:.2f}" r="4" fill="{colours[j]}"/>'
            )
    return drawing(width, bottom + 18.0, parts, alt)


def shares(parts_: Sequence[tuple[str, str, float]], alt: str, width: float = 340.0) -> Markup:
    """One bar split by shares of a whole: (label, colour, share)."""
    whole = sum(share for _, _, share in parts_)
    if not np.isfinite(whole) or whole <= 0:
        raise ValueError(f"shares must add up to a positive number, not {whole}")
    x, parts = 0.0, []
    for _, colour, share in parts_:
        length = width * share / whole
        parts.append(rectangle(x, 0, length, 10, colour))
        x += length
    return drawing(width, 10, parts, alt, 'preserveAspectRatio="none" ')
