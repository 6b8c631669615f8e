"""Packages: what the file says, and every way of getting it wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from socialbudget.floor.package import (
    GROUPS,
    PackageError,
    load_package,
    packages_folder,
    parse_package,
    shipped_packages,
)
from socialbudget.report.floor_console import describe_package

GOOD = """
title = "Test"

[guarantee.pension]
title = "Pension"
group = "older_persons"
function = "old_age"
who = "population"
ages = [65, 100]
amount = { of = "gdp_per_head", share = 0.2 }
months = 12
coverage = { start = 0.1, target = 0.9, ramp_years = 5 }
take_up = 0.95
administration_share = 0.05
financing = { general_revenue = 0.6, payroll = 0.4 }

[guarantee.pension.reasons]
amount = "a fifth of average income"

[variant.low.guarantee.pension]
amount = { share = 0.1 }

[variant.high.guarantee.pension]
ages = { female = [60, 100], male = [65, 100] }
"""


def faults(text: str) -> str:
    with pytest.raises(PackageError) as caught:
        parse_package(text, "mine", "mine.toml")
    assert str(caught.value).startswith("package mine.toml: ")
    return str(caught.value)


def edited(old: str, new: str) -> str:
    assert GOOD.count(old) >= 1
    return GOOD.replace(old, new, 1)


def test_a_good_package_and_its_variants() -> None:
    package = parse_package(GOOD)
    pension = package.guarantees["pension"]
    assert pension.ages == {"female": (65, 100), "male": (65, 100)}
    assert pension.paid_share == 1.0
    assert pension.index == "gdp_per_head"
    assert package.variants == ("low", "high")
    low = package.with_variant("low").guarantees["pension"]
    assert (low.amount.share, low.amount.of, low.take_up) == (0.1, "gdp_per_head", 0.95)
    high = package.with_variant("high")
    assert high.guarantees["pension"].ages == {"female": (60, 100), "male": (65, 100)}
    assert high.label == "Test (high)"
    assert len({package.hash, low.model_dump_json(), high.hash}) == 3


def test_hash_is_of_what_is_guaranteed_not_of_words() -> None:
    package = parse_package(GOOD)
    assert parse_package(edited('title = "Pension"', 'title = "P"')).hash == package.hash
    assert parse_package(edited("take_up = 0.95", "take_up = 0.94")).hash != package.hash


@pytest.mark.parametrize("name", shipped_packages())
def test_shipped_packages_are_good_and_give_reasons(name: str) -> None:
    package = load_package(name)
    assert package.source
    assert package.title in describe_package(package)
    for case in (package, *(package.with_variant(v) for v in package.variants)):
        for key, g in case.guarantees.items():
            assert g.reasons.get("amount"), f"{name} {case.variant} {key}"
            assert "administration_share" in g.reasons, f"{name} {case.variant} {key}"


def test_the_default_package_has_the_four_guarantees_low_and_high() -> None:
    package = load_package()
    assert {g.group for g in package.guarantees.values()} == set(GROUPS)
    assert package.variants == ("low", "high")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # numbers
        ("take_up = 0.95", "take_up = 95", "[guarantee.pension], field 'take_up'"),
        ("take_up = 0.95", "take_up = 95", "a percent where a share is meant? Write 0.95"),
        ("take_up = 0.95", "take_up = -0.1", "-0.1 will not do: at least 0"),
        ("take_up = 0.95", 'take_up = "most"', "'most' will not do"),
        ("take_up = 0.95", "take_up = true", "true or false where a number"),
        ("take_up = 0.95", "take_up = nan", "finite"),
        ("take_up = 0.95", "take_up = inf", "finite"),
        ("share = 0.2", "share = 0", "[guarantee.pension.amount], field 'share'"),
        ("share = 0.2", "share = 2000", "2000 will not do: at most 20"),
        ("months = 12", "months = 13", "13 will not do: at most 12\n"),
        ("months = 12", "months = 0", "more than 0"),
        ("months = 12", 'months = "12"', "'12' will not do: a number is meant, without quotes"),
        ("take_up = 0.95", 'take_up = "0.95"', "a number is meant, without quotes"),
        ("ramp_years = 5", 'ramp_years = "5"', "a whole number is meant, without quotes"),
        ("ramp_years = 5", "ramp_years = 80", "80 will not do: at most 75\n"),
        ("administration_share = 0.05", "administration_share = 12", "Write 0.12"),
        ("administration_share = 0.05", "administration_share = 5",
         "a percent where a share is meant? Write 0.05"),
        # words
        ('group = "older_persons"', 'group = "old"', "'health_care', 'children'"),
        ('function = "old_age"', 'function = "oldage"', "did you mean 'old_age'?"),
        ('function = "old_age"', 'function = "pension"',
         "'pension' is no function; did you mean 'old_age'? Use one of"),
        ('function = "old_age"', 'function = "old-age pensions"', "did you mean 'old_age'?"),
        ('function = "old_age"', 'function = "xyzzy"', "'xyzzy' is no function. Use one of"),
        ('who = "population"', 'who = "widows"', "'population', 'disabled'"),
        ('who = "population"', 'who = "population"\norphans = "any"', 'write who = "orphans"'),
        (
            'who = "population"',
            'who = "population"\nchildren_per_woman_at_most = 2',
            "one span of ages for both sexes up to 24",
        ),
        ('of = "gdp_per_head"', 'of = "gdp"', "'poverty_line', 'average_wage'"),
        ('title = "Pension"', 'title = ""', "at least 1 character"),
        # fields
        ("take_up = 0.95", "takeup = 0.95", "is unknown (nearest: 'take_up')"),
        ('title = "Pension"\n', "", "field 'title': is missing; add it"),
        ('title = "Test"', "", "top of the file, field 'title': is missing"),
        ('amount = "a fifth', 'sum = "a fifth', "a reason for the unknown field 'sum'"),
        # amounts
        ('of = "gdp_per_head", share = 0.2', 'of = "gdp_per_head"', "needs 'share'"),
        ('of = "gdp_per_head", share = 0.2', 'of = "poverty_line", share = 1', "needs 'line'"),
        (
            'of = "gdp_per_head", share = 0.2',
            'of = "sum", value = 3, currency = "EUR", per = "day"',
            "'LCU', 'USD' or 'USD_PPP'",
        ),
        (
            'of = "gdp_per_head", share = 0.2',
            'of = "sum", value = 3, currency = "GHS", per = "day"',
            "; write LCU for the country's own currency",
        ),
        (
            'of = "gdp_per_head", share = 0.2',
            'of = "sum", value = "250", currency = "LCU", per = "month"',
            "[guarantee.pension.amount], field 'value': '250' will not do: a number is meant",
        ),
        (
            'amount = { of = "gdp_per_head", share = 0.2 }',
            "amount = 250",
            "field 'amount': 250 will not do: give a table: "
            '{ of = "sum", value = 250, currency = "LCU", per = "month" }',
        ),
        ("coverage = { start = 0.1, target = 0.9, ramp_years = 5 }", "coverage = 0.9",
         'give a table: { start = "existing"'),
        (
            'of = "gdp_per_head", share = 0.2',
            'of = "sum", value = 3, share = 0.2',
            "needs 'currency' where of = \"sum\"; add it; needs 'per'",
        ),
        ("share = 0.2", 'share = 0.2, line = "national"', "has 'line', which means nothing"),
        ("share = 0.2", "share = 0.2, cap = 3", "[guarantee.pension.amount], field 'cap'"),
        (
            "share = 0.2",
            'share = 0.2, cap = { value = -1, currency = "USD", per = "day" }',
            "[guarantee.pension.amount.cap], field 'value'",
        ),
        # ages
        ("ages = [65, 100]", "", "needs 'ages', such as [65, 100]"),
        ("ages = [65, 100]", "ages = [65]", "a first and a last age"),
        ("ages = [65, 100]", "ages = [100, 65]", "a first and a last age"),
        ("ages = [65, 100]", "ages = [65, 101]", "between 0 and 100"),
        ("ages = [65, 100]", "ages = [65.5, 100]", "a first and a last age"),
        ("ages = [65, 100]", "ages = { women = [65, 100] }", "names the sex 'women'"),
        ('who = "population"', 'who = "births"', "has 'ages', which births do not have"),
        # time and coverage
        ("months = 12", "months = 12\nweeks = 3", "two of 'months', 'weeks' and 'days'"),
        ("start = 0.1", 'start = "now"', 'neither "existing" nor a share'),
        ("start = 0.1", "start = 1.5", 'neither "existing" nor a share'),
        ("target = 0.9", "target = 90", "Write 0.9"),
        ("ramp_years = 5", "ramp_years = 2.5", "field 'ramp_years'"),
        ("ramp_years = 5", "ramp_years = -1", "field 'ramp_years'"),
        # targeting
        ("take_up = 0.95", 'targeting = { mode = "poor" }', "needs 'line'"),
        ("take_up = 0.95", "targeting = { exclusion_error = 0.2 }", 'only mode = "poor" has'),
        ("take_up = 0.95", 'targeting = { mode = "means" }', "'universal' or 'poor'"),
        # financing and existing
        ("payroll = 0.4", "payroll = 0.5", "add up to 1.1"),
        ("payroll = 0.4", "lottery = 0.4", "'general_revenue'"),
        ("take_up = 0.95", 'existing = "health_expenditure"', "is not health care"),
        # variants
        ("[variant.low.guarantee.pension]", "[variant.medium.guarantee.pension]", "rename it"),
        ("[variant.low.guarantee.pension]", "[variant.low.guarantee.pensions]",
         "no such guarantee (nearest: 'pension')"),
        ("amount = { share = 0.1 }", "amount = { share = -0.1 }",
         "[variant.low.guarantee.pension.amount], field 'share'"),
        ("[variant.low.guarantee.pension]", "[variant.low.pension]", "changes guarantees only"),
        # names
        ("[guarantee.pension]", '[guarantee."Old age"]', "small letters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_section_field_and_mend(old: str, new: str, words: str) -> None:
    found = faults(edited(old, new))
    assert words in f"{found}\n", found


def test_all_faults_are_reported_together() -> None:
    text = GOOD.replace("take_up = 0.95", "take_up = 95").replace("[65, 100]", "[65]")
    text = text.replace("target = 0.9", "target = 2").replace('"old_age"', '"age"')
    found = faults(text)
    assert "4 faults" in found, found
    for field in ("take_up", "ages", "target", "function"):
        assert f"field '{field}'" in found


def test_a_fault_of_the_package_is_not_repeated_for_each_variant() -> None:
    assert "1 fault\n" in faults(edited("take_up = 0.95", "take_up = 95"))


CHANGES = (
    # What the variant changes, what the package has, and what has to be gone in the variant.
    ('targeting = { mode = "universal" }',
     'targeting = { mode = "poor", line = "national", exclusion_error = 0.2, '
     "inclusion_error = 0.1 }"),
    ('amount = { of = "sum", value = 3, currency = "LCU", per = "day" }', ""),
    ("weeks = 14", ""),
    ('who = "births"', ""),
    ('who = "unemployed"', 'children_per_woman_at_most = 2\nages = [0, 13]'),
    ('amount = { of = "average_wage" }', ""),
)  # fmt: skip


@pytest.mark.parametrize(("change", "base"), CHANGES)
def test_a_variant_drops_inherited_fields_that_do_not_apply_to_it(change: str, base: str) -> None:
    text = edited("amount = { share = 0.1 }", change)
    if "ages" in base:
        text = text.replace("ages = [65, 100]", "", 1)
        text = text.replace('group = "older', f'{base}\ngroup = "older', 1)
        text = text.partition("[variant.high")[0]
    elif base:
        text = text.replace("take_up = 0.95", f"take_up = 0.95\n{base}", 1)
    package = parse_package(text)
    own = package.guarantees["pension"]
    low = package.with_variant("low").guarantees["pension"]
    assert low != own
    assert low.take_up == own.take_up == 0.95
    if "universal" in change:
        assert own.targeting.exclusion_error == 0.2
        assert low.targeting == type(low.targeting)()
    if "weeks" in change:
        assert (low.months, low.weeks, own.months) == (None, 14, 12)
    if "average_wage" in change:
        assert (low.amount.of, low.amount.share) == ("average_wage", 0.2)


def test_a_variant_may_not_name_what_does_not_apply_to_it() -> None:
    text = edited("amount = { share = 0.1 }",
                  'targeting = { mode = "universal", exclusion_error = 0.1 }')  # fmt: skip
    assert "[variant.low.guarantee.pension.targeting]" in faults(text)
    text = edited(
        "amount = { share = 0.1 }",
        'amount = { of = "sum", value = 3, share = 0.1, currency = "LCU", per = "day" }',
    )
    assert "has 'share', which means nothing where of = \"sum\"" in faults(text)


def test_no_fault_speaks_of_the_library_that_checks() -> None:
    for old, new, *_ in (
        ('amount = { of = "gdp_per_head", share = 0.2 }', "amount = []"),
        ("take_up = 0.95", "take_up = [1]"),
        ('title = "Pension"', "title = 3"),
        ("[guarantee.pension.reasons]", "reasons = 3\n[guarantee.other.reasons]"),
        ("financing = { general_revenue = 0.6, payroll = 0.4 }", "financing = 1"),
        ('who = "population"', 'who = "population"\nchildren_per_woman_at_most = "2"'),
        ('title = "Test"', 'title = "Test"\nfirst_year = 2030.5'),
        ("[guarantee.pension]", "[guarantee]\nb = 3\n[guarantee.pension]"),
    ):
        found = faults(edited(old, new)).lower()
        for word in ("input", "valid", "instance", "dictionary", "pydantic"):
            assert word not in found, found


def test_a_package_without_source_says_so() -> None:
    assert "Source: not given" in describe_package(parse_package(GOOD))
    text = describe_package(parse_package(edited('title = "Test"', 'title = "T"\nsource = "S"')))
    assert text.endswith("Source: S")


NO_PACKAGES = (
    "",
    'title = "x"',
    'title = "x"\nguarantee = 3',
    'title = "x"\n[guarantee]',
    "title = ",
    "\x00",
    GOOD + "\nvariant = 3\n",
    "variant = 3\n" + GOOD.partition("[variant")[0],
    "[[guarantee]]\n",
)


@pytest.mark.parametrize("text", NO_PACKAGES)
def test_files_that_are_no_package_are_refused(text: str) -> None:
    faults(text)


def test_unknown_names_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="did you mean 'default'"):
        load_package("defalt")
    with pytest.raises(PackageError, match="no such file"):
        load_package(tmp_path / "default.toml")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(PackageError, match="cannot be read"):
        load_package(tmp_path / "latin.toml")
    with pytest.raises(PackageError, match="no variant 'low'"):
        load_package("helpage_2011").with_variant("low")


def test_a_package_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_package(file).name == "mine"
    assert load_package(str(file)).guarantees == parse_package(GOOD).guarantees


def test_shipped_files_are_what_is_listed() -> None:
    for file in packages_folder().glob("*.toml"):
        tomllib.loads(file.read_text(encoding="utf-8"))
        assert file.stem in shipped_packages()
