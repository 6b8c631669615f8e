"""What the tests of the floor's pages share: one assessment."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

from socialbudget.floor import Assessment, assess_variants, load_package
from socialbudget.pack import load_pack

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>=1+1"


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
