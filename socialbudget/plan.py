"""The order of computation, found from the declarations of the modules.

Writers and readers make a graph; its strongly connected components are the blocks. A block of one
module runs once a year, a block of several is the simultaneous core and is iterated. Inside a
block the modules are ordered so that as few numbers as possible feed back (the tear variables).
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from socialbudget.contract import Module, Param, Var
from socialbudget.dims import Coordinates
from socialbudget.errors import PlanError


@dataclass(frozen=True)
class Block:
    """Modules that run together; `tears` are the variables read before they are written."""

    modules: tuple[Module, ...]
    tears: tuple[str, ...]

    @property
    def simultaneous(self) -> bool:
        return len(self.modules) > 1


@dataclass(frozen=True)
class Plan:
    """Blocks in order, with every variable, its writer, and what each module reads."""

    blocks: tuple[Block, ...]
    variables: dict[str, Var]
    writer: dict[str, str]
    reads: dict[str, tuple[str, ...]]
    lags: dict[str, tuple[str, ...]]
    matches: dict[str, dict[str, tuple[str, ...]]]
    params: dict[str, Param]

    @property
    def modules(self) -> tuple[Module, ...]:
        return tuple(m for block in self.blocks for m in block.modules)


def build_plan(modules: Iterable[Module], coords: Coordinates) -> Plan:
    """Check the declarations against each other and order the modules.

    Raises
    ------
    PlanError
        Two modules of one name or two writers of one variable; a read or lag that nobody writes
        (with the nearest name); an unknown dimension; one parameter declared in two ways.
    """
    ordered = sorted(modules, key=lambda m: m.name)
    faults: list[str] = []
    names = [m.name for m in ordered]
    faults += [
        f"two modules are called '{n}'" for n in sorted({n for n in names if names.count(n) > 1})
    ]
    variables: dict[str, Var] = {}
    writer: dict[str, str] = {}
    params: dict[str, Param] = {}
    for module in ordered:
        for var in module.writes:
            if var.name in writer:
                faults.append(
                    f"'{var.name}' is written by both '{writer[var.name]}' and '{module.name}': "
                    "a variable has one writer"
                )
            variables[var.name], writer[var.name] = var, module.name
            faults += [
                f"'{var.name}' of module '{module.name}' has the unknown dimension '{d}'"
                for d in var.dims
                if d not in coords
            ]
        for param in module.params:
            known = params.setdefault(param.path, param)
            if (known.dims, known.unit, known.time) != (param.dims, param.unit, param.time):
                faults.append(
                    f"parameter '{param.path}' is declared in two ways, the second by module "
                    f"'{module.name}': {known.dims} {known.unit} {known.time} and "
                    f"{param.dims} {param.unit} {param.time}"
                )
    reads: dict[str, tuple[str, ...]] = {}
    lags: dict[str, tuple[str, ...]] = {}
    matches: dict[str, dict[str, tuple[str, ...]]] = {}
    for module in ordered:
        own = {v.name for v in module.writes}
        matches[module.name] = {}
        expanded: dict[str, list[str]] = {"reads": [], "lags": []}
        for role, declared in (("reads", module.reads), ("lags", module.lags)):
            for name in declared:
                if "*" in name:
                    hits = tuple(
                        v for v in sorted(variables) if fnmatchcase(v, name) and v not in own
                    )
                    matches[module.name][name] = hits
                    expanded[role].extend(hits)
                elif name in variables:
                    expanded[role].append(name)
                else:
                    near = difflib.get_close_matches(name, list(variables), n=1)
                    hint = f"; did you mean '{near[0]}'?" if near else ""
                    faults.append(
                        f"module '{module.name}' {role} '{name}', which nobody writes{hint}"
                    )
        reads[module.name] = tuple(dict.fromkeys(n for n in expanded["reads"] if n not in own))
        lags[module.name] = tuple(dict.fromkeys(expanded["lags"]))
    if faults:
        raise PlanError(
            "the modules do not fit together:\n" + "\n".join(f"  - {f}" for f in faults)
        )

    feeds: dict[str, set[str]] = {name: set() for name in names}
    for module in ordered:
        for name in reads[module.name]:
            feeds[writer[name]].add(module.name)
    by_name = {m.name: m for m in ordered}
    blocks = []
    for block in _blocks(feeds):
        sizes = {
            v: int(np.prod([len(coords[d]) for d in variables[v].dims], dtype=int))
            for v in variables
            if writer[v] in block
        }
        links = [
            (writer[v], reader, v) for reader in block for v in reads[reader] if writer[v] in block
        ]
        order = _order_block(block, links, sizes)
        place = {n: i for i, n in enumerate(order)}
        tears = sorted({v for w, r, v in links if place[w] >= place[r]})
        blocks.append(Block(tuple(by_name[n] for n in order), tuple(tears)))
    return Plan(tuple(blocks), variables, writer, reads, lags, matches, params)


def _blocks(feeds: Mapping[str, set[str]]) -> list[list[str]]:
    """Modules that feed each other together, in an order in which each block feeds later ones.

    Among blocks that could come next, the first by name does.
    """
    waiting = dict.fromkeys(feeds, 0)
    for readers in feeds.values():
        for name in readers:
            waiting[name] += 1
    ready = [name for name, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        name = heapq.heappop(ready)
        order.append([name])
        for reader in feeds[name]:
            waiting[reader] -= 1
            if waiting[reader] == 0:
                heapq.heappush(ready, reader)
    if len(order) == len(feeds):
        return order
    import networkx as nx  # slow to import; only plans with feedback need it

    graph = nx.DiGraph()
    graph.add_nodes_from(feeds)
    graph.add_edges_from((name, reader) for name, readers in feeds.items() for reader in readers)
    condensed = nx.condensation(graph)
    members = {n: sorted(condensed.nodes[n]["members"]) for n in condensed.nodes}
    sequence = nx.lexicographical_topological_sort(condensed, key=lambda n: members[n][0])
    return [members[node] for node in sequence]


def _order_block(
    block: Sequence[str], links: Sequence[tuple[str, str, str]], sizes: dict[str, int]
) -> list[str]:
    """Order with few numbers fed back: local search over single moves, deterministic."""
    order = list(block)
    if len(order) < 2:
        return order

    def cost(candidate: list[str]) -> int:
        place = {n: i for i, n in enumerate(candidate)}
        return sum(sizes[v] for v in {v for w, r, v in links if place[w] >= place[r]})

    best = cost(order)
    improved = True
    while improved:
        improved = False
        for name in block:
            rest = [n for n in order if n != name]
            for i in range(len(order)):
                candidate = [*rest[:i], name, *rest[i:]]
                value = cost(candidate)
                if value < best:
                    best, order, improved = value, candidate, True
                    rest = [n for n in order if n != name]
    return order


def plan_text(plan: Plan) -> str:
    """The plan as text: blocks in order, what each module writes, and what feeds back."""
    lines = []
    for number, block in enumerate(plan.blocks, start=1):
        if block.simultaneous:
            lines.append(f"{number:3d}. solved together each year ({len(block.modules)} modules)")
            lines += [f"       {m.name}: {_written(m)}" for m in block.modules]
            lines.append(f"       feeds back: {', '.join(block.tears)}")
        else:
            module = block.modules[0]
            lines.append(f"{number:3d}. {module.name}: {_written(module)}")
    return "\n".join(lines)


def _written(module: Module) -> str:
    prefix = module.name + "."
    return ", ".join(v.name.removeprefix(prefix) for v in module.writes) or "(nothing)"
