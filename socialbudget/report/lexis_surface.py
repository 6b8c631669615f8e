"""The Lexis surface as a picture inside the page: SVG axes around a small PNG of the values.

Years run to the right, ages upwards, so that people born in one year move along a slanted line.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup

from socialbudget.contract import Array

# Light to dark, of even steps of lightness; readable in grey and with colour-vision deficiencies.
STOPS = np.array(
    [
        [253, 246, 227],
        [250, 215, 160],
        [238, 162, 120],
        [207, 103, 112],
        [150, 58, 111],
        [84, 28, 92],
    ],
    dtype=float,
)
LEFT, TOP, WIDTH, HEIGHT, BOTTOM, RIGHT = 40, 12, 430, 360, 34, 86


@dataclass(frozen=True)
class Surface:
    """A picture with its title, ready for the template."""

    title: str
    unit: str
    note: str
    svg: Markup


def lexis_surface(
    values: Array,
    years: Sequence[int],
    *,
    title: str,
    unit: str,
    note: str = "",
    cohorts: Sequence[int] = (),
) -> Surface:
    """Draw ``values[year, age]``.

    Parameters
    ----------
    cohorts : sequence of int
        Years of birth whose life lines are drawn.
    """
    # A few cells, those of infants who die, may lie far above all others: they end the scale.
    top = float(np.nanquantile(values, 0.985))
    top = _nice(top) if top > 0.0 else 1.0
    picture = _png(np.clip(values / top, 0.0, 1.0).T[::-1])
    first, last, ages = years[0], years[-1], values.shape[1]
    span = last - first + 1

    def x(year: float) -> float:
        return LEFT + WIDTH * (year - first) / span

    def y(age: float) -> float:
        return TOP + HEIGHT * (1.0 - age / ages)

    parts = [
        f'<svg viewBox="0 0 {LEFT + WIDTH + RIGHT} {TOP + HEIGHT + BOTTOM}" role="img" '
        f'aria-label="{escape(title)}. Years to the right, ages upwards." '
        'style="width:100%;height:auto" font-size="12" fill="#334155">',
        f'<image x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated" href="{picture}"/>',
    ]
    for age in range(0, ages, 20):
        parts.append(
            f'<line x1="{LEFT - 4}" x2="{LEFT}" y1="{y(age):.1f}" y2="{y(age):.1f}" '
            f'stroke="#94a3b8"/><text x="{LEFT - 7}" y="{y(age) + 4:.1f}" '
            f'text-anchor="end">{age}</text>'
        )
    for year in range(first - first % 10 + 10, last + 1, 10 if span <= 60 else 20):
        parts.append(
            f'<line x1="{x(year + 0.5):.1f}" x2="{x(year + 0.5):.1f}" y1="{TOP + HEIGHT}" '
            f'y2="{TOP + HEIGHT + 4}" stroke="#94a3b8"/><text x="{x(year + 0.5):.1f}" '
            f'y="{TOP + HEIGHT + 18}" text-anchor="middle">{year}</text>'
        )
    for born in cohorts:
        begin, end = max(first, born), min(last + 1, born + ages)
        if end - begin < 8:
            continue
        parts.append(
            f'<line x1="{x(begin):.1f}" y1="{y(begin - born):.1f}" x2="{x(end):.1f}" '
            f'y2="{y(end - born):.1f}" stroke="#1e293b" stroke-opacity="0.55" '
            'stroke-dasharray="4 3"/>'
        )
        at_top = born + ages <= last + 1
        where = (x(end), y(end - born))
        if at_top:
            parts.append(
                f'<text x="{where[0] - 4:.1f}" y="{where[1] + 13:.1f}" text-anchor="end" '
                f'font-size="11">born {born}</text>'
            )
        else:
            parts.append(
                f'<text x="{LEFT + WIDTH + 5}" y="{where[1] + 4:.1f}" font-size="11">born '
                f"{born}</text>"
            )
    parts.append("</svg>")
    legend = _legend(top, re.sub(r"\W+", "-", title.lower()))
    return Surface(title, unit, note, Markup("".join(parts) + legend))


def _legend(top: float, name: str) -> str:
    stops = "".join(
        f'<stop offset="{100 * i / (len(STOPS) - 1):.0f}%" '
        f'stop-color="rgb({r:.0f},{g:.0f},{b:.0f})"/>'
        for i, (r, g, b) in enumerate(STOPS)
    )
    labels = "".join(
        f'<text x="{40 + 240 * k / 4:.0f}" y="30" text-anchor="middle">{_label(top * k / 4)}'
        f"{' +' if k == 4 else ''}</text>"
        for k in range(5)
    )
    return (
        '<svg viewBox="0 0 556 36" aria-hidden="true" style="width:100%;height:auto" '
        'font-size="12" fill="#334155"><defs>'
        f'<linearGradient id="scale-{name}">'
        f'{stops}</linearGradient></defs><rect x="40" y="2" width="240" height="12" '
        f'fill="url(#scale-{name})"/>{labels}</svg>'
    )


def _label(value: float) -> str:
    return (f"{value:,.4g}" if value < 1e4 else f"{value:,.0f}").replace(",", "\u202f")


def _nice(x: float) -> float:
    power = 10.0 ** np.floor(np.log10(x))
    return float(
        next(
            m * power
            for m in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
            if m * power >= x * (1 - 1e-9)
        )
    )


def _png(shares: Array) -> str:
    """An RGB PNG of values between 0 and 1, as a data address."""
    position = shares * (len(STOPS) - 1)
    low = np.minimum(position.astype(int), len(STOPS) - 2)
    part = (position - low)[..., None]
    colour = np.round(STOPS[low] * (1.0 - part) + STOPS[low + 1] * part).astype(np.uint8)
    height, width = shares.shape
    rows = b"".join(b"\x00" + colour[i].tobytes() for i in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
