"""Units at the edges."""

from __future__ import annotations

import pytest

from socialbudget.units import UnitError, conversion_factor, parse


@pytest.mark.parametrize(
    ("unit", "target", "factor"),
    [
        ("1", "1", 1.0),
        ("", "1", 1.0),
        ("percent", "1", 0.01),
        ("1/year", "1/month", 1 / 12),
        ("percent/year", "1/year", 0.01),
        ("thousand * person", "person", None),
        ("kiloperson", "person", 1e3),
        ("birth", "person", 1.0),
        ("deaths", "person", 1.0),
        ("LCU/month", "LCU/year", 12.0),
        ("megaLCU/year", "LCU/year", 1e6),
        ("week", "day", 7.0),
        ("LCU/person/year", "LCU/year/person", 1.0),
    ],
)
def test_conversion_factors(unit: str, target: str, factor: float | None) -> None:
    if factor is None:
        with pytest.raises(UnitError, match="unknown unit"):
            conversion_factor(unit, target)
    else:
        assert conversion_factor(unit, target) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("LCU", "LCU_real"),
        ("LCU/year", "LCU"),
        ("person", "1"),
        ("LCU", "person"),
        ("year", "1"),
        ("LCU_real/year", "LCU/year"),
    ],
)
def test_different_things_do_not_convert(unit: str, target: str) -> None:
    with pytest.raises(UnitError, match=f"unit '{unit}' does not convert to '{target}'"):
        conversion_factor(unit, target)


@pytest.mark.parametrize("unit", ["banana", "LCU//year", "3 +", "__import__('os')", "("])
def test_unreadable_units(unit: str) -> None:
    with pytest.raises(UnitError, match="unit"):
        conversion_factor(unit, "1")


@pytest.mark.parametrize("whole", range(101))
def test_percents_are_the_fractions_one_would_write(whole: int) -> None:
    assert parse(f"{whole} percent", "1") == float(f"{whole / 100:.2f}")
    assert parse(f"{whole}%", "1") == parse(f"{whole} percent", "1")


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("2 year", "year", 2.0),
        ("  18 month ", "year", 1.5),
        ("1e3 LCU/month", "LCU/year", 12_000.0),
        ("-0.5", "1", -0.5),
        ("14 week", "week", 14.0),
    ],
)
def test_numbers_with_units(text: str, target: str, value: float) -> None:
    assert parse(text, target) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["", "percent", "1,000 LCU", "5percent", "ten year", "0x10 year"])
def test_text_that_is_no_number(text: str) -> None:
    with pytest.raises(UnitError, match="is not a number followed by a unit"):
        parse(text, "1")


def test_a_number_without_unit_is_not_money() -> None:
    with pytest.raises(UnitError, match="'1' does not convert to 'LCU/year'"):
        parse("500", "LCU/year")
