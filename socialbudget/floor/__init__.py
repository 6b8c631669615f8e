"""The rapid assessment of a social protection floor (method 8).

``assess(load_pack("ETH"), load_package())`` costs a package in a country; ``assess_variants`` does
so for its low and its high variant.
"""

from __future__ import annotations

from socialbudget.floor.assessment import Assessment, assess, assess_variants
from socialbudget.floor.package import Package, PackageError, load_package, shipped_packages
from socialbudget.floor.world import assess_world, world_table

__all__ = [
    "Assessment",
    "Package",
    "PackageError",
    "assess",
    "assess_variants",
    "assess_world",
    "load_package",
    "shipped_packages",
    "world_table",
]
