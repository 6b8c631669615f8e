"""The world map of the reports: outlines of countries from Natural Earth, projected once.

``python -m calibration.world_map`` rewrites ``socialbudget/report/assets/world_map.json`` from
``calibration/sources/natural_earth_countries_50m.json.xz`` (see PROVENANCE.md there). The outlines
are simplified arc by arc, so that two neighbours keep one border, and projected with Equal Earth,
in which equal areas stay equal: on a map of shares no country may look larger than it is.
"""

from __future__ import annotations

import heapq
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from socialbudget.contract import Array

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "sources" / "natural_earth_countries_50m.json.xz"
ASSET = HERE.parent / "socialbudget" / "report" / "assets" / "world_map.json"

WIDTH = 4000.0
"""Units across the whole globe; coordinates are whole units."""
LEAST_TRIANGLE = 2.0
"""Square units: a point whose triangle with its neighbours is smaller is left out."""
LEAST_ISLAND = 6.0
"""Square units: a smaller island is left out, unless it is the largest part of its country."""
CENTRE = 11.5
"""Degrees: the meridian in the middle; the map is cut where no land is, in the Bering Strait."""
SOUTH, NORTH = -57.0, 83.7
"""Degrees: nothing south of the one is drawn (Antarctica has no residents); the other has land."""

# Not drawn at this scale, or drawn by Natural Earth as part of another country: longitude and
# latitude of the main settlement, shown as a dot.
POINTS = {
    "BES": (-68.27, 12.15),
    "GIB": (-5.35, 36.14),
    "TKL": (-171.85, -9.20),
    "TUV": (179.20, -8.52),
}
# Parts that Natural Earth draws with one country and the population data count with another or
# alone: drawn with, counted as, west, south, east, north (degrees).
PARTS = (
    ("FRA", "GUF", (-55.0, 2.0, -51.0, 6.5)),
    ("FRA", "GLP", (-62.0, 15.7, -60.9, 16.7)),
    ("FRA", "MTQ", (-61.4, 14.2, -60.7, 15.1)),
    ("FRA", "MYT", (44.8, -13.2, 45.5, -12.4)),
    ("FRA", "REU", (55.0, -21.6, 56.0, -20.7)),
    ("RUS", "UKR", (32.0, 44.0, 36.7, 46.2)),
)

Ring = Array


def equal_earth(degrees: Array) -> Array:
    """Project longitude and latitude with Equal Earth.

    Parameters
    ----------
    degrees : float64[point, 2]
        Longitude and latitude, degrees.

    Returns
    -------
    float64[point, 2]
        x to the right and y DOWN, in units of the globe's radius.

    Notes
    -----
    Šavrič, Patterson and Jenny (2018), The Equal Earth map projection, International Journal of
    Geographical Information Science 33(3), equations 5 to 10.
    """
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    longitude, latitude = np.radians(degrees).T
    theta = np.arcsin(np.sqrt(3.0) / 2.0 * np.sin(latitude))
    square = theta * theta
    slope = a1 + 3.0 * a2 * square + square**3 * (7.0 * a3 + 9.0 * a4 * square)
    x = 2.0 * np.sqrt(3.0) * longitude * np.cos(theta) / (3.0 * slope)
    y = theta * (a1 + a2 * square + square**3 * (a3 + a4 * square))
    return np.stack([x, -y], axis=1)


def simplify(points: Array, least: float) -> Array:
    """Which points of a line to keep: not those that change it least (Visvalingam and Whyatt 1993).

    Both ends are kept; of a closed line (first point = last) at least two others as well.

    Parameters
    ----------
    points : float64[point, 2]
    least : float
        Smallest triangle kept, square units of `points`.

    Returns
    -------
    bool[point]
    """
    count = len(points)
    keep = 4 if count > 3 and bool((points[0] == points[-1]).all()) else 2
    before, after = np.arange(count) - 1, np.arange(count) + 1
    alive = np.ones(count, dtype=bool)

    def triangle(i: int) -> float:
        (x0, y0), (x1, y1), (x2, y2) = points[before[i]], points[i], points[after[i]]
        return abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)) / 2.0

    area = np.full(count, np.inf)
    heap = []
    for i in range(1, count - 1):
        area[i] = triangle(i)
        heap.append((area[i], i))
    heapq.heapify(heap)
    left = count
    floor = 0.0
    while heap and left > keep:
        size, i = heapq.heappop(heap)
        if not alive[i] or size != area[i]:
            continue
        floor = max(floor, size)
        if floor >= least:
            break
        alive[i] = False
        left -= 1
        before[after[i]], after[before[i]] = before[i], after[i]
        for j in (before[i], after[i]):
            if 0 < j < count - 1:
                # never below its fallen neighbour, so that points go in one order
                area[j] = max(triangle(j), floor)
                heapq.heappush(heap, (area[j], j))
    return alive


def ring_area(ring: Ring) -> float:
    """Area of a closed ring, square units, whatever its direction."""
    x, y = ring.T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2.0


def centre(ring: Ring) -> tuple[float, float]:
    """Centroid of a closed ring; of one without area, the mean of its points."""
    x, y = (ring - ring[0]).T
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    total = float(cross.sum())
    if abs(total) < 1e-9:
        return float(ring[:, 0].mean()), float(ring[:, 1].mean())
    cx = float(((x[:-1] + x[1:]) * cross).sum()) / (3.0 * total) + float(ring[0, 0])
    cy = float(((y[:-1] + y[1:]) * cross).sum()) / (3.0 * total) + float(ring[0, 1])
    return cx, cy


def unbroken(degrees: Array) -> Array:
    """A line whose longitudes go on beyond 180 degrees, its mean within 180 of `CENTRE`."""
    longitude = np.unwrap(degrees[:, 0], period=360.0)
    turns = np.round((longitude.mean() - CENTRE) / 360.0)
    return np.stack([longitude - 360.0 * turns, degrees[:, 1]], axis=1)


def _arcs(topology: dict[str, Any]) -> list[Array]:
    """Arcs in degrees: the file stores differences in whole steps of a grid."""
    scale, shift = (np.array(topology["transform"][k]) for k in ("scale", "translate"))
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def _polygons(geometry: dict[str, Any]) -> Iterator[list[list[int]]]:
    if geometry["type"] == "Polygon":
        yield geometry["arcs"]
    else:
        yield from geometry["arcs"]


def _ring(indices: list[int], arcs: list[Array]) -> Ring:
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([pieces[0], *(p[1:] for p in pieces[1:])])


def _within(ring: Ring, box: tuple[float, float, float, float]) -> bool:
    x, y = ring.mean(axis=0)
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _path(rings: list[Ring]) -> str:
    """Rings in whole units as an SVG path of relative steps."""
    parts = []
    for ring in rings:
        whole = np.rint(ring).astype(int)
        steps = np.diff(whole, axis=0)
        steps = steps[(steps != 0).any(axis=1)][:-1]
        numbers = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
        parts.append(f"M{whole[0, 0]} {whole[0, 1]}l{numbers}z".replace(" -", "-"))
    return "".join(parts)


def build(topology: dict[str, Any]) -> dict[str, Any]:
    """The asset: size, outline of the globe, one shape by country or area.

    Parameters
    ----------
    topology : dict
        TopoJSON with object ``countries``; the id of a geometry is the ISO 3166-1 alpha-3 code, or
        "" where nobody is counted.

    Returns
    -------
    dict
        ``width``, ``height`` (units), ``sphere`` (SVG path), ``shapes``: code -> [path, x, y,
        area], `x` and `y` the centre of the largest part, `area` of all parts (square units);
        ``rest``: path of the land without a code.
    """
    edge = equal_earth(np.array([[180.0, 0.0], [0.0, NORTH], [0.0, SOUTH]]))
    factor = WIDTH / (2.0 * edge[0, 0])
    shift = np.array([edge[0, 0], -edge[1, 1]])

    def project(points: Array) -> Array:
        return (equal_earth(points - [CENTRE, 0.0]) + shift) * factor

    arcs = []
    for arc in _arcs(topology):
        line = unbroken(arc)
        arcs.append(line[simplify(project(line), LEAST_TRIANGLE)])
    found: dict[str, list[tuple[float, Ring]]] = {}
    met: set[int] = set()
    for geometry in topology["objects"]["countries"]["geometries"]:
        for polygon in _polygons(geometry):
            code = geometry["id"]
            rings = [unbroken(_ring(indices, arcs)) for indices in polygon]
            if rings[0][:, 1].max() < SOUTH:
                continue
            for k, (drawn_with, counted_as, box) in enumerate(PARTS):
                if code == drawn_with and _within(rings[0], box):
                    code = counted_as
                    met.add(k)
                    break
            for ring in map(project, rings):
                found.setdefault(code, []).append((ring_area(ring), ring))
    missing = [part for k, part in enumerate(PARTS) if k not in met]
    if missing:
        raise ValueError(f"{SOURCE.name}: no outline lies within the box of {missing[0]}")
    shapes: dict[str, list[Any]] = {}
    rest = ""
    for code in sorted(found):
        parts = sorted(found[code], key=lambda p: -p[0])
        drawn = [r for k, (area, r) in enumerate(parts) if k == 0 or area >= LEAST_ISLAND]
        if not code:
            rest = _path(drawn)
            continue
        x, y = centre(drawn[0])
        shapes[code] = [_path(drawn), round(x), round(y), round(sum(a for a, _ in parts))]
    for code, place in POINTS.items():
        ((x, y),) = project(unbroken(np.array([place])))
        shapes[code] = ["", round(x), round(y), 0]
    side = np.linspace(NORTH, SOUTH, 60)
    east = np.stack([np.full(60, CENTRE + 180.0), side], axis=1)
    west = np.stack([np.full(60, CENTRE - 180.0), side[::-1]], axis=1)
    border = np.concatenate([east, west, east[:1]])
    return {
        "source": "Natural Earth, 1:50m cultural vectors, Admin 0 countries; public domain",
        "projection": f"Equal Earth, centred on {CENTRE} degrees east",
        "width": round(WIDTH),
        "height": round(float((edge[2, 1] + shift[1]) * factor)),
        "sphere": _path([project(border)]),
        "rest": rest,
        "shapes": dict(sorted(shapes.items())),
    }


def main() -> None:
    """Rebuild the asset."""
    topology = json.loads(lzma.decompress(SOURCE.read_bytes()))
    text = json.dumps(build(topology), ensure_ascii=False, separators=(",", ":"))
    ASSET.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
