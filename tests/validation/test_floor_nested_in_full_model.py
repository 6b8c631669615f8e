"""Q-4: the rapid assessment is the full model without feedback, whatever the guarantee."""

from __future__ import annotations

import numpy as np
import pytest

from socialbudget.ensemble import project
from socialbudget.floor.instances import build
from socialbudget.floor.package import Package, load_package, parse_package
from socialbudget.pack import load_pack
from socialbudget.scenario import Change, Scenario

LAST_YEAR = 2040
EVERY_KIND = """
title = "One guarantee of every kind"
first_year = 2027

[guarantee.jobless]
title = "Unemployed"
group = "working_age"
function = "unemployment"
who = "unemployed"
ages = { female = [18, 59], male = [18, 64] }
share = 0.5
amount = { of = "average_wage", share = 0.4, cap = { value = 20, currency = "USD_PPP", per = "day" } }
months = 6
take_up = 0.7
administration_share = 0.1

[guarantee.mothers]
title = "Mothers"
group = "working_age"
function = "maternity"
who = "births"
amount = { of = "sum", value = 900, currency = "LCU", per = "month" }
weeks = 14
indexation = "wages"

[guarantee.poor]
title = "Poor"
group = "children"
function = "social_assistance"
who = "population"
ages = [0, 64]
amount = { of = "poverty_line", line = "international_420", share = 0.3 }
coverage = { start = "existing", target = 0.8, ramp_years = 6 }
targeting = { mode = "poor", line = "international_830", exclusion_error = 0.3, inclusion_error = 0.1 }

[guarantee.disabled]
title = "Disabled"
group = "working_age"
function = "disability"
who = "disabled"
ages = [18, 64]
amount = { of = "gdp_per_head", share = 0.2, minimum = { value = 1000, currency = "USD", per = "year" } }
"""  # noqa: E501


def packages() -> list[Package]:
    default = load_package()
    return [default.with_variant("low"), default.with_variant("high"), parse_package(EVERY_KIND)]


@pytest.mark.parametrize("iso3", ["KOR", "USA", "ZAF", "ZZZ"])
@pytest.mark.parametrize("package", packages(), ids=lambda p: p.label)
def test_q4_rapid_run_equals_the_full_model_without_feedback(iso3: str, package: Package) -> None:
    pack = load_pack(iso3)
    rapid_plan = build(pack, package, LAST_YEAR)
    engines = ("cohort_engine", "trend_engine")
    static = tuple(Change(path=f"participation.{name}", set=0.0) for name in engines)
    rapid = project(
        rapid_plan.pack,
        Scenario("static participation", (static,)),
        to=LAST_YEAR,
        modules=rapid_plan.modules,
    )
    real = rapid["macroeconomy.gdp_real"][:, 0]
    growth = {y: float(g) for y, g in zip(rapid.years[1:], real[1:] / real[:-1] - 1, strict=True)}
    without_feedback = Scenario(
        "M0, F0, static participation, growth of the rapid run",
        (
            (
                *static,
                Change(path="participation.return_elasticity", scale=0.0),
                Change(path="macroeconomy.closure", set=0.0),
                Change(path="government.fiscal_closure", set=0.0),
                Change(path="macroeconomy.gdp_growth", set=growth),
            ),
        ),
    )
    whole = project(build(pack, package, LAST_YEAR, alone=False).pack, without_feedback,
                    to=LAST_YEAR)  # fmt: skip
    names = list(rapid.pack.schemes)
    for z in names:
        for variable in ("cost", "recipients", "target", "gap", "amount", "benefit_expenditure"):
            name = f"{z}.{variable}"
            # A gap may be the small difference of two large sums.
            size = 1e-9 * float(rapid[f"{z}.cost"].max()) if variable == "gap" else 1e-9
            np.testing.assert_allclose(whole[name], rapid[name], rtol=1e-9, atol=size, err_msg=name)
        assert (rapid[f"{z}.cost"][-1] > 0.0).all()
    # What the guarantees cost is what the social budget pays for them.
    rows = [whole.coords["scheme"].index(z) for z in names]
    paid = whole["scheme_accounts.benefits"] + whole["scheme_accounts.administration"]
    np.testing.assert_allclose(paid[..., rows].sum(axis=-1), rapid["floor.cost"], rtol=1e-9)


def test_feedback_makes_a_difference() -> None:
    """Otherwise the test above would compare nothing."""
    pack, package = load_pack("ZZZ"), load_package().with_variant("high")
    plan = build(pack, package, LAST_YEAR)
    rapid = project(plan.pack, to=LAST_YEAR, modules=plan.modules)
    whole = project(build(pack, package, LAST_YEAR, alone=False).pack, to=LAST_YEAR)
    z = "floor_health_care.cost"
    assert abs(float(whole[z][-1, 0] / rapid[z][-1, 0]) - 1.0) > 1e-4
