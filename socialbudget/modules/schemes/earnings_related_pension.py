"""Earnings-related pensions: a defined-benefit scheme with its insured and its pensioners.

Two modules make one scheme ``<z>``:

``<z>``
    Runs before the simultaneous core. Awards of year t come from last year's insured persons,
    this year's mortality and last year's wages and prices; pensions in force are carried on.
``<z>.insured``
    Runs after the core. Moves the insured persons by sex, age and past service one year on, to
    meet the contributors of the year.

The clock. All heads of a year are its mean, taken at mid-year with age last birthday, as
`contributions.contributors` and `demography.population_midyear` are. One step goes from mid-year
to mid-year, so a pension in force in year t is paid for twelve months at the rate of year t, and
whoever reaches age x between two mid-years retires, if at all, on the birthday.

Parameters, all under ``schemes.<z>.`` (dims in brackets; "neutral" switches the rule off)
----------------------------------------------------------------------------------------
Base year (fixed)
    base_expenditure [function]  LCU/year  accounts; only old_age, disability, survivors > 0
    pensioners [pension_type, sex, age]  person  in payment, orphans among the survivors below
        `orphan_age_limit`
    average_pension [pension_type, sex, age]  LCU/year  > 0 wherever pensioners > 0. Levels are
        scaled to the accounts by the add-factor of the function, so ratios matter most
Who retires
    pensionable_age [sex]  year, step, fractions allowed (66.67)
    early_age [sex]  year, step: no retirement before it
    latest_age []  year, step: all who qualify have retired by it, and increments stop there
    retirement_probability [sex, age]  1, fixed: probability that an insured person (active or
        inactive) who qualifies and has not retired does so on reaching the age, under the rules
        of the base year. A later change of `pensionable_age` moves it along the age axis. Write 1
        from the age at which nobody waits any longer up to 100
    qualifying_service [], disability_qualifying_service []  year, step (the latter for survivors
        too)
Formula, in LCU a year at award:
    sum over bands k of slice_k(w) * (accrual_rate_k * n * m + benefit_factor_k)
    + average_wage_accrual * A * n * m  +  flat_amount;   times the early or late factor;
    at most maximum_share * w;  at least minimum_pension.
    w = reference earnings, A = mean insured earnings of the scheme, n = years of service counted
    (at most service_maximum), m = mean of accrual_scale over the years served.
    accrual_rate [band]  1/year, step: linear accrual. benefit_factor [band]  1, step: applied once
        whatever the service (United States: .9, .32, .15, .15). For either kind write 0 for the
        other. With a single rate write it in all four bands
    bend_point [band]  LCU/year, step: LOWER bound of each band (the first is 0), at the wage level
        of the base year; follows wages. Unused bands repeat the last bound and factor
    average_wage_accrual []  1/year, step (Korea: half of the replacement rate / 40; neutral 0)
    flat_amount []  LCU/year, step, at base-year wages; follows wages (neutral 0)
    accrual_scale []  1, step: weight of the service earned in a year (neutral 1).
    accrual_history [service]  1, fixed: the same k years before the base year, k = 0..50; k = 0 is
        the base year itself and must equal accrual_scale there
    care_credit [sex]  year, step: service added at retirement for the care of children or old
        persons (neutral 0); raises the pension where the formula counts years, not the claim to one
    service_maximum []  year, step (neutral 51)
    averaging_years []  year, step: length of the averaging period (neutral 51 = whole career)
    averaging_best []  1, step: 1 = the best years, 0 = the last years
    averaging_fixed []  1, step: 1 = old-age awards divide by averaging_years even if fewer were
        served (United States), 0 = divide by the years served
    revaluation_wage_share []  1, step: past earnings follow wages (1) or prices (0)
    revaluation_age []  year, step: after this age a cohort's earnings, bend points, flat amount and
        A follow the indexation of pensions instead (United States 62; neutral 101)
    early_reduction [], late_increment []  1/year, step: per year before or after pensionable_age
    minimum_pension []  LCU/year, step, at base-year level; follows the indexation of pensions
    maximum_share []  1, step: cap as a share of w (neutral 10)
    earnings_cv [sex]  1, step: the same path as the contributions use; the formula is applied
        inside seven lognormal classes of earnings, cut at the ceiling of contributions, if any
    award_factor [pension_type]  1, step: calibrates new awards to the observed ones; also covers
        supplements for dependants (neutral 1)
In force
    price_indexation_share []  1, step: theta; pensions follow theta * CPI + (1 - theta) * wages,
        both of the year before
    mortality_multiplier [pension_type]  1, step: pensioners' to national mortality
    insured_mortality_multiplier []  1, step
Disability
    invalidity_rate [sex, age]  1/year, step: awards per active contributor, below pensionable age
    disability_share []  1, step: of the formula pension
    credited_service_share []  1, step: share of the years from award (or death) to pensionable_age
        that counts as service. credited_service_minimum [] year, step: service at least counted
    disability_exit_rate []  1/year, step: recoveries
    disability_conversion []  1, step: 1 = becomes an old-age pension at pensionable_age
Survivors
    married_share [sex, age]  1, fixed: insured or pensioner with an eligible spouse, by own sex
    spouse_age_difference [sex]  year, fixed: age of the spouse minus own age, by own sex
    spouse_age_spread []  year, fixed: standard deviation of it
    survivor_share []  1, step: spouse's pension / pension of the deceased
    survivor_takeup [sex]  1, step: share of widows (widowers) who draw it, by sex of the survivor
    survivor_age []  year, step: not payable to a spouse below it (neutral 0); nobody aged under 26
        draws a spouse's pension for longer than a year
    children_per_insured [sex]  1, fixed: children ever had
    child_age_difference [sex]  year, fixed: mean age at a birth (standard deviation 6 years)
    orphan_share []  1, step: of the pension of the deceased, per child
    orphan_age_limit []  year, step: age at which it ends
Insured persons (contributors are full-year equivalents)
    service_density []  1, step: years of service credited in a contributor's year (neutral 1)
    exit_rate [sex]  1/year, step: actives who pause in a year (become inactive)
    reentry_share []  1, step: share of newly needed contributors who come from the inactive
The insured persons of the base year are not read from the pack but made, and are as good as this
rule: the contributors of the base year per head of the population at each age are held for as
many years as the scheme is old (`since`), starting without any service, and the shares by service
that result are applied to the contributors and the population of the base year. The earnings
history of a cohort starts as the age profile of the base year. Results that rest on it carry the
flag `imputed`.

Source: Iyer (1999), Actuarial mathematics of social security pensions, ILO/ISSA; the methods of
the ILO pension model in its open literature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import FUNCTIONS, STANDARD
from socialbudget.errors import PackError
from socialbudget.kernels.pensions import (
    award_pensions,
    insured_entries,
    insured_exits,
    pensions_in_force,
    survivor_awards,
)
from socialbudget.modules import Scheme

KIND = "earnings_related_pension"
METHOD = (
    "Defined-benefit pension: insured persons by sex, age and past service are carried forward, "
    "new awards follow the statutory formula on reference earnings, pensions in force follow "
    "mortality and indexation."
)
TYPES = tuple(str(t) for t in STANDARD["pension_type"])
OLD_AGE, DISABILITY, SURVIVORS = range(3)
ROWS = [FUNCTIONS.index(t) for t in TYPES]  # place of each pension type among the functions
AGES = np.arange(len(STANDARD["age"]), dtype=float)
POINTS = len(STANDARD["service"])
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
WEIGHTS /= WEIGHTS.sum()
LONGEST_HISTORY = 75  # years after which a scheme's insured persons forget how it began
CHILD_AGE_SPREAD = 6.0  # years, standard deviation of a parent's age at a birth
LAST_ORPHAN_AGE = 25  # no spouse's pension goes on below this age, no orphan's beyond it
CEILING = "contribution_rules.earnings_ceiling"
SPOUSE_LAGS = np.arange(-30.0, 31.0)
CHILD_LAGS = np.arange(15.0, 60.0)


def parameters(z: str) -> tuple[Param, ...]:
    """Parameters of the scheme instance `z` (see the module's docstring)."""
    base = f"schemes.{z}."

    def p(name: str, dims: str, unit: str, low: float, high: float, doc: str, *fixed: str) -> Param:
        time = "fixed" if fixed else "step"
        return Param(base + name, tuple(dims.split()), unit, low, high, doc, time)  # type: ignore[arg-type]

    amount = 1e15
    stock = "pension_type sex age"
    declared = [
        p("base_expenditure", "function", "LCU/year", 0, amount, "Benefits, accounts", "fixed"),
        p("pensioners", stock, "person", 0, 1e10, "Pensions in payment", "fixed"),
        p("average_pension", stock, "LCU/year", 0, amount, "Mean pension in payment", "fixed"),
        p("pensionable_age", "sex", "year", 40, 80, "Age of the full pension"),
        p("early_age", "sex", "year", 40, 80, "Earliest age of a pension"),
        p("latest_age", "", "year", 40, 100, "Age by which all entitled have retired"),
        p("retirement_probability", "sex age", "1", 0, 1, "Retirement on reaching an age", "fixed"),
        p("qualifying_service", "", "year", 0, 50, "Service needed for an old-age pension"),
        p("disability_qualifying_service", "", "year", 0, 50, "The same, disability, survivors"),
        p("accrual_rate", "band", "1/year", 0, 1, "Pension per year of service, by earnings band"),
        p(
            "benefit_factor",
            "band",
            "1",
            0,
            5,
            "Pension per unit of earnings, whatever the service",
        ),
        p("bend_point", "band", "LCU/year", 0, amount, "Lower bound of the earnings band"),
        p("average_wage_accrual", "", "1/year", 0, 1, "Share of mean earnings per year of service"),
        p("flat_amount", "", "LCU/year", 0, amount, "Flat part of the pension"),
        p("accrual_scale", "", "1", 0, 10, "Weight of the service earned in the year"),
        p(
            "accrual_history",
            "service",
            "1",
            0,
            10,
            "The same, years before base year",
            "fixed",
        ),
        p("service_maximum", "", "year", 0, 51, "Years of service counted at most"),
        p("averaging_years", "", "year", 1, 51, "Averaging period of the reference earnings"),
        p("averaging_best", "", "1", 0, 1, "1 = best years, 0 = last years"),
        p("averaging_fixed", "", "1", 0, 1, "1 = the divisor is the averaging period itself"),
        p("revaluation_wage_share", "", "1", 0, 1, "Past earnings follow wages (1) or prices (0)"),
        p("revaluation_age", "", "year", 15, 101, "Age from which they follow pensions"),
        p("early_reduction", "", "1/year", 0, 0.5, "Reduction per year of early retirement"),
        p("late_increment", "", "1/year", 0, 0.5, "Increment per year of late retirement"),
        p("minimum_pension", "", "LCU/year", 0, amount, "Minimum pension"),
        p("maximum_share", "", "1", 0, 10, "Largest pension as a share of reference earnings"),
        p("earnings_cv", "sex", "1", 0, 5, "Coefficient of variation of covered earnings"),
        p("award_factor", "pension_type", "1", 0, 10, "Observed new awards / formula"),
        p("price_indexation_share", "", "1", 0, 1, "Indexation: prices (1) or wages (0)"),
        p("mortality_multiplier", "pension_type", "1", 0, 20, "Pensioners' / national mortality"),
        p("insured_mortality_multiplier", "", "1", 0, 5, "Insured persons' / national mortality"),
        p("invalidity_rate", "sex age", "1/year", 0, 1, "Disability awards per contributor"),
        p("disability_share", "", "1", 0, 5, "Disability pension / formula pension"),
        p("credited_service_share", "", "1", 0, 1, "Future service credited on disability, death"),
        p("credited_service_minimum", "", "year", 0, 51, "Service counted at least, likewise"),
        p("disability_exit_rate", "", "1/year", 0, 1, "Recoveries"),
        p("disability_conversion", "", "1", 0, 1, "Conversion to old age at pensionable age"),
        p("married_share", "sex age", "1", 0, 1, "Persons with an eligible spouse", "fixed"),
        p("spouse_age_difference", "sex", "year", -20, 20, "Age of spouse minus own", "fixed"),
        p("spouse_age_spread", "", "year", 0, 15, "Standard deviation of it", "fixed"),
        p("survivor_share", "", "1", 0, 2, "Spouse's pension / pension of the deceased"),
        p("survivor_takeup", "sex", "1", 0, 1, "Eligible survivors who draw it, by their sex"),
        p("survivor_age", "", "year", 0, 80, "Age from which a spouse's pension is payable"),
        p("children_per_insured", "sex", "1", 0, 12, "Children ever had", "fixed"),
        p("child_age_difference", "sex", "year", 15, 50, "Mean age at a birth", "fixed"),
        p("orphan_share", "", "1", 0, 2, "Orphan's pension / pension of the deceased"),
        p("orphan_age_limit", "", "year", 0, 30, "Age at which an orphan's pension ends"),
        p("care_credit", "sex", "year", 0, 20, "Years of service credited for care at retirement"),
        p("service_density", "", "1", 0, 1, "Service credited in a contributor's year"),
        p("exit_rate", "sex", "1/year", 0, 1, "Actives who become inactive in a year"),
        p("reentry_share", "", "1", 0, 1, "New contributors who come from the inactive"),
    ]
    return tuple(declared)


class Pensions(Module):
    """Awards and pensions in force of one scheme; before the simultaneous core."""

    def __init__(self, scheme: Scheme):
        z = scheme.name
        self.name = z
        self._scheme = scheme
        elsewhere = ("reentry_share", "revaluation_wage_share")  # of the insured alone
        self.params = tuple(q for q in parameters(z) if not q.path.endswith(elsewhere))
        stock, cells = ("pension_type", "sex", "age"), ("sex", "age", "service")
        by_type = ("pension_type", "sex")

        def v(name: str, dims: tuple[str, ...], unit: str, kind: str, doc: str) -> Var:
            return Var(f"{z}.{name}", dims, unit, kind, doc)  # type: ignore[arg-type]

        def hidden(name: str, dims: tuple[str, ...], unit: str, doc: str) -> Var:
            return Var(f"{z}.{name}", dims, unit, "stock", doc, history=False)

        self.writes = (
            v("recipients", ("function", "sex"), "person", "stock", "Pensioners, mean of the year"),
            v("benefit_expenditure", ("function", "sex"), "LCU/year", "flow", "Pensions paid"),
            v("add_factor", ("function",), "1", "rate", "Base-year accounts over pensions in pay"),
            v("average_pension", by_type, "LCU/year", "rate", "Mean pension in payment"),
            v(
                "new_awards",
                by_type,
                "person/year",
                "flow",
                "New pensions, without disability pensions turned into old-age pensions; not "
                "observed, hence 0, in the base year",
            ),
            v(
                "new_award_pension",
                by_type,
                "LCU/year",
                "rate",
                "Mean new pension; 0 without new awards and in the base year",
            ),
            v(
                "pensions_ended",
                by_type,
                "person/year",
                "flow",
                "Pensions ended by death, recovery or age limit; 0 in the base year",
            ),
            v("indexation", (), "1", "rate", "Rise of pensions in force; 0 in the base year"),
            v("benefit_index", (), "1", "index", "Level of pensions in force, base year = 1"),
            v("wage_index", (), "1", "index", "Wages the formula knows (last year's), base = 1"),
            v(
                "insured_exits",
                ("sex",),
                "person/year",
                "flow",
                "Insured persons who retired, became invalid or died; 0 in the base year",
            ),
            hidden(
                "pensioners",
                stock,
                "person",
                "Pensions in force, with spouses still too young to draw theirs",
            ),
            hidden("pension_sum", stock, "LCU/year", "Their sum before the add-factor"),
            hidden("remaining_active", cells, "person", "Last year's actives who remain insured"),
            hidden("remaining_inactive", cells, "person", "Insured persons who do not contribute"),
            hidden("formula_index", ("age",), "1", "Level of bend points by cohort"),
            hidden("accrual_path", ("service",), "1", "Weight of service k years ago"),
            hidden("base_pensionable_age", ("sex",), "year", "Pensionable age of the base year"),
        )
        self.reads = ("demography.death_probability",)
        self.lags = (
            "prices.inflation",
            "labour_market.wage_growth",
            f"{z}.insured_population",
            f"{z}.inactive_population",
            f"{z}.earnings_path",
            f"{z}.mean_insured_earnings",
            *([CEILING] if scheme.instance.has_ceiling else []),
        )

    def _p(self, y: Year, name: str) -> Array:
        return y.p[self._scheme.path(name)]

    def start(self, y: Year) -> None:
        z = self.name
        accounts = self._p(y, "base_expenditure")
        stray = [f for k, f in enumerate(FUNCTIONS) if k not in ROWS and accounts[:, k].any()]
        faults = [
            f"'{self._scheme.path('base_expenditure')}' has an amount for {f}; this kind pays "
            f"{', '.join(TYPES)} pensions: move it there or to another scheme"
            for f in stray
        ]
        count = self._p(y, "pensioners")
        amount = count * self._p(y, "average_pension")
        payable = self._payable(y)
        paid = (amount * payable).sum(axis=(2, 3))
        given = accounts[:, ROWS]
        faults += [
            f"'{self._scheme.path('base_expenditure')}' has {given[:, k].max():g} LCU for {t}, but "
            "pensioners and average_pension give none; correct one of them"
            for k, t in enumerate(TYPES)
            if ((paid[:, k] <= 0.0) & (given[:, k] > 0.0)).any()
        ]
        if faults:
            raise PackError(f"scheme '{z}'", faults)
        factor = np.ones((len(given), len(FUNCTIONS)))
        factor[:, ROWS] = np.where(paid > 0.0, given / np.where(paid > 0.0, paid, 1.0), 1.0)
        y[f"{z}.add_factor"] = factor
        y[f"{z}.pensioners"] = count
        y[f"{z}.pension_sum"] = amount
        y[f"{z}.formula_index"] = 1.0
        y[f"{z}.benefit_index"] = 1.0
        y[f"{z}.wage_index"] = 1.0
        y[f"{z}.accrual_path"] = self._p(y, "accrual_history")
        y[f"{z}.base_pensionable_age"] = self._p(y, "pensionable_age")
        for name in (
            "new_awards",
            "new_award_pension",
            "pensions_ended",
            "indexation",
            "insured_exits",
            "remaining_active",
            "remaining_inactive",
        ):
            y[f"{z}.{name}"] = 0.0
        self._account(y)

    def step(self, y: Year) -> None:
        z, p = self.name, self._p
        draws = y.draws
        wages, prices = y.lag("labour_market.wage_growth"), y.lag("prices.inflation")
        theta = p(y, "price_indexation_share")
        rise = theta * prices + (1.0 - theta) * wages
        y[f"{z}.indexation"] = rise
        y[f"{z}.benefit_index"] = y.lag(f"{z}.benefit_index") * (1.0 + rise)
        y[f"{z}.add_factor"] = y.lag(f"{z}.add_factor")
        y[f"{z}.base_pensionable_age"] = y.lag(f"{z}.base_pensionable_age")
        path = y[f"{z}.accrual_path"]
        path[:, 1:] = y.lag(f"{z}.accrual_path")[:, :-1]
        path[:, 0] = p(y, "accrual_scale")

        # The formula is evaluated at last year's wages and the result brought to this year's.
        wage_index = y.lag(f"{z}.wage_index") * (1.0 if y.first else 1.0 + wages)
        y[f"{z}.wage_index"] = wage_index
        # Last year the cohort was a year younger, which decides whether it was frozen by then.
        frozen = p(y, "revaluation_age")[:, None] < AGES
        index = y[f"{z}.formula_index"]
        index[:, 1:] = y.lag(f"{z}.formula_index")[:, :-1]
        index *= 1.0 + y.lag(f"{z}.indexation")[:, None]
        was_frozen = p(y, "revaluation_age")[:, None] < AGES - 1.0
        index[...] = np.where(was_frozen, index, wage_index[:, None])
        level = 1.0 + np.where(frozen, rise[:, None], wages[:, None])

        national = cohort_death_probability(y["demography.death_probability"])
        insured_death = np.minimum(
            national * p(y, "insured_mortality_multiplier")[:, None, None], 1.0
        )
        multiplier = p(y, "mortality_multiplier")
        death = [np.minimum(national * multiplier[:, k, None, None], 1.0) for k in range(3)]
        pensionable = p(y, "pensionable_age")
        above = np.clip(AGES + 1.0 - pensionable[:, :, None], 0.0, 1.0)
        retired = np.empty((1, draws, 2, len(AGES), POINTS))
        lost = np.empty((2, draws, 2, len(AGES), POINTS))
        invalid, dead = lost
        insured_exits(
            y.lag(f"{z}.insured_population"),
            y.lag(f"{z}.inactive_population"),
            insured_death,
            invalidity(p(y, "invalidity_rate"), insured_death, above),
            retirement_probability(
                p(y, "retirement_probability"),
                pensionable - y[f"{z}.base_pensionable_age"],
                p(y, "early_age"),
                p(y, "latest_age"),
            ),
            p(y, "qualifying_service"),
            p(y, "disability_qualifying_service"),
            p(y, "service_density"),
            p(y, "exit_rate"),
            np.zeros(POINTS + 1),
            y[f"{z}.remaining_active"],
            y[f"{z}.remaining_inactive"],
            retired[0],
            invalid,
            dead,
        )
        y[f"{z}.insured_exits"] = sum(a.sum(axis=(2, 3)) for a in (retired[0], invalid, dead))

        entitled = np.arange(POINTS) >= p(y, "disability_qualifying_service")[:, None]
        dead *= entitled[:, None, None, :]
        factor = p(y, "award_factor")[:, :, None, None]
        counts, amounts = self._awards(y, retired, index, level, old_age=True)
        old = (counts[0], amounts[0] * factor[:, OLD_AGE])
        counts, amounts = self._awards(y, lost, index, level, old_age=False)
        (sick, insured_dead), (sick_sum, insured_dead_sum) = counts, amounts
        disabled_amount = sick_sum * (
            factor[:, DISABILITY] * p(y, "disability_share")[:, None, None]
        )
        # Some new invalids die in the year of award: half a year's mortality of invalids.
        early_death = np.zeros_like(sick)
        early_death[..., 1:] = 0.5 * death[DISABILITY][..., :-1]
        begun = {
            OLD_AGE: old,
            DISABILITY: (sick * (1.0 - early_death), disabled_amount * (1.0 - early_death)),
        }

        converted = p(y, "disability_conversion")[:, None, None] * above
        recovered = p(y, "disability_exit_rate")[:, None, None] * np.ones_like(above)
        leaving = converted + (1.0 - converted) * recovered
        d_dead, d_dead_sum, d_left, d_left_sum = self._carry(
            y, DISABILITY, death[DISABILITY], leaving, rise, *begun[DISABILITY]
        )
        turned = converted / np.where(leaving > 0.0, leaving, 1.0)
        o_dead, o_dead_sum, _, _ = self._carry(
            y,
            OLD_AGE,
            death[OLD_AGE],
            np.zeros((1, 2, len(AGES))),
            rise,
            old[0] + turned * d_left,
            old[1] + turned * d_left_sum,
        )
        deaths = o_dead + d_dead + early_death * sick + insured_dead
        death_sum = o_dead_sum + d_dead_sum + early_death * disabled_amount + insured_dead_sum
        new, new_sum = np.empty_like(deaths), np.empty_like(deaths)
        limit = p(y, "orphan_age_limit")
        survivor_awards(
            deaths,
            death_sum,
            p(y, "married_share"),
            lag_distribution(
                SPOUSE_LAGS, p(y, "spouse_age_difference"), p(y, "spouse_age_spread")[:, None]
            ),
            int(SPOUSE_LAGS[0]),
            death[SURVIVORS],
            p(y, "survivor_share"),
            p(y, "survivor_takeup"),
            p(y, "children_per_insured")[:, :, None]
            * lag_distribution(
                CHILD_LAGS, p(y, "child_age_difference"), np.full((1, 1), CHILD_AGE_SPREAD)
            ),
            int(CHILD_LAGS[0]),
            p(y, "orphan_share"),
            limit,
            new,
            new_sum,
        )
        begun[SURVIVORS] = (new, new_sum * factor[:, SURVIVORS])
        outgrown = (limit[:, None] <= AGES) & (
            np.maximum(np.ceil(limit), LAST_ORPHAN_AGE)[:, None] >= AGES
        )
        s_dead, _, s_left, _ = self._carry(
            y,
            SURVIVORS,
            death[SURVIVORS],
            np.repeat(outgrown.astype(float)[:, None, :], 2, axis=1),
            rise,
            *begun[SURVIVORS],
        )

        ended = y[f"{z}.pensions_ended"]
        ended[:, OLD_AGE] = o_dead.sum(axis=2)
        ended[:, DISABILITY] = (d_dead + (1.0 - turned) * d_left).sum(axis=2)
        ended[:, SURVIVORS] = (s_dead + s_left).sum(axis=2)
        heads = np.stack([begun[k][0].sum(axis=2) for k in range(3)], axis=1)
        money = np.stack([begun[k][1].sum(axis=2) for k in range(3)], axis=1)
        y[f"{z}.new_awards"] = heads
        y[f"{z}.new_award_pension"] = (
            money / np.where(heads > 0.0, heads, 1.0) * y[f"{z}.add_factor"][:, ROWS, None]
        )
        self._account(y)

    def _awards(
        self, y: Year, persons: Array, index: Array, level: Array, old_age: bool
    ) -> tuple[Array, Array]:
        """Number and sum of pensions of new awards, [flow, draw, sex, age] (before `award_factor`).

        `persons` is [flow, draw, sex, age, service]: one flow of retired, or invalid and dead.
        """
        z, p = self.name, self._p
        draws = y.draws
        count, amount = np.empty(persons.shape[:4]), np.empty(persons.shape[:4])
        wage_index = y[f"{z}.wage_index"]
        mean = y.lag(f"{z}.mean_insured_earnings")[:, None] * (index / wage_index[:, None])
        scale = np.zeros((draws, POINTS))
        scale[:, 1:] = y.lag(f"{z}.accrual_path")[:, :-1].cumsum(axis=1)
        pensionable = p(y, "pensionable_age")[:, :, None]
        if old_age:
            early = np.maximum(pensionable - AGES, 0.0)
            late = np.maximum(
                np.minimum(AGES, p(y, "latest_age")[:, None, None]) - pensionable, 0.0
            )
            age_factor = np.maximum(
                1.0
                - p(y, "early_reduction")[:, None, None] * early
                + p(y, "late_increment")[:, None, None] * late,
                0.0,
            )
            credit = p(y, "care_credit")
            credited = np.repeat(credit[:, :, None], len(AGES), axis=2)
            least = np.zeros(1)
            fixed = p(y, "averaging_fixed")
        else:
            age_factor = np.ones((1, 2, len(AGES)))
            credited = p(y, "credited_service_share")[:, None, None] * np.maximum(
                pensionable - AGES, 0.0
            )
            least = p(y, "credited_service_minimum").copy()
            fixed = np.zeros(1)
        nodes, weights = earnings_classes(p(y, "earnings_cv"))
        ceiling = np.full(draws, np.inf)
        if self._scheme.instance.has_ceiling:
            ceiling[...] = y.lag(CEILING)[:, self._scheme.insurance_index]
        award_pensions(
            persons,
            y.lag(f"{z}.earnings_path"),
            level,
            nodes,
            weights,
            ceiling,
            p(y, "bend_point")[:, None, :] * index[:, :, None],
            p(y, "accrual_rate"),
            p(y, "benefit_factor"),
            p(y, "average_wage_accrual")[:, None] * mean,
            p(y, "flat_amount")[:, None] * index,
            scale,
            p(y, "service_maximum"),
            p(y, "averaging_years"),
            p(y, "averaging_best"),
            fixed.copy(),
            age_factor,
            credited,
            least,
            p(y, "minimum_pension") * y[f"{z}.benefit_index"],
            p(y, "maximum_share"),
            np.empty(POINTS + len(WEIGHTS)),
            count,
            amount,
        )
        return count, amount

    def _carry(
        self,
        y: Year,
        kind: int,
        death: Array,
        leaving: Array,
        rise: Array,
        new: Array,
        new_sum: Array,
    ) -> tuple[Array, Array, Array, Array]:
        """Pensions of one type one year on; returns what ended by death and otherwise."""
        z = self.name
        count = np.array(y.lag(f"{z}.pensioners")[:, kind])
        amount = np.array(y.lag(f"{z}.pension_sum")[:, kind])
        out = np.empty((6, *count.shape))
        pensions_in_force(count, amount, death, leaving, rise, new, new_sum, *out)
        y[f"{z}.pensioners"][:, kind], y[f"{z}.pension_sum"][:, kind] = out[0], out[1]
        return out[2], out[3], out[4], out[5]

    def _payable(self, y: Year) -> Array:
        """1 where a pension is paid, [1|draw, pension_type, sex, age]."""
        orphan = self._p(y, "orphan_age_limit")[:, None] > AGES
        spouse = self._p(y, "survivor_age")[:, None] <= AGES
        out = np.ones((len(spouse), 3, 2, len(AGES)))
        out[:, SURVIVORS] = (orphan | spouse)[:, None, :]
        return out

    def _account(self, y: Year) -> None:
        """Recipients, expenditure and mean pensions from the pensions in force."""
        z = self.name
        payable = self._payable(y)
        heads = (y[f"{z}.pensioners"] * payable).sum(axis=3)
        money = (y[f"{z}.pension_sum"] * payable).sum(axis=3)
        money *= y[f"{z}.add_factor"][:, ROWS, None]
        y[f"{z}.recipients"] = 0.0
        y[f"{z}.benefit_expenditure"] = 0.0
        y[f"{z}.recipients"][:, ROWS] = heads
        y[f"{z}.benefit_expenditure"][:, ROWS] = money
        y[f"{z}.average_pension"] = money / np.where(heads > 0.0, heads, 1.0)

    def identities(self, y: Year) -> Mapping[str, Array]:
        """S-3 persons leave the insured only by a stated way; P-2 pensions likewise."""
        z = self.name
        if y.year == y.base_year:
            accounts = self._p(y, "base_expenditure")
            error = y[f"{z}.benefit_expenditure"].sum(axis=2) - accounts
            return {
                "P-3 base-year accounts are reproduced": error / max(float(accounts.max()), 1.0)
            }
        everyone = (1, 2, 3)
        before = y.lag(f"{z}.insured_population") + y.lag(f"{z}.inactive_population")
        after = y[f"{z}.remaining_active"] + y[f"{z}.remaining_inactive"]
        opening = before.sum(axis=everyone)
        left = y[f"{z}.insured_exits"].sum(axis=1)
        stock, last = y[f"{z}.pensioners"], y.lag(f"{z}.pensioners")
        flow = y[f"{z}.new_awards"] - y[f"{z}.pensions_ended"]
        closing = stock.sum(axis=everyone)
        change = closing - last.sum(axis=everyone) - flow.sum(axis=(1, 2))
        return {
            "S-3 insured of the year before = remaining + exits": (
                after.sum(axis=everyone) + left - opening
            )
            / np.maximum(opening, 1.0),
            "P-2 pensions = pensions of the year before + awards - ended": change
            / np.maximum(closing, 1.0),
        }


class Insured(Module):
    """Insured persons of one scheme by sex, age and past service; after the core."""

    def __init__(self, scheme: Scheme):
        z = scheme.name
        if scheme.insurance_index is None:
            raise PackError(
                f"scheme '{z}'",
                [f"pack.toml: schemes.{z}: kind '{KIND}' needs contributory = true"],
            )
        self.name = f"{z}.insured"
        self._z, self._scheme, self._row = z, scheme, scheme.insurance_index
        needed = {
            "pensionable_age", "early_age", "latest_age", "retirement_probability",
            "qualifying_service", "disability_qualifying_service", "invalidity_rate",
            "insured_mortality_multiplier", "service_density", "exit_rate", "reentry_share",
            "revaluation_wage_share", "revaluation_age",
        }  # fmt: skip
        self.params = tuple(q for q in parameters(z) if q.path.rsplit(".", 1)[1] in needed)
        cells = ("sex", "age", "service")
        self.writes = (
            Var(
                f"{z}.insured_population",
                cells,
                "person",
                "stock",
                "Contributors by past service",
                history=False,
            ),
            Var(
                f"{z}.inactive_population",
                cells,
                "person",
                "stock",
                "Former contributors by past service",
                history=False,
            ),
            Var(
                f"{z}.earnings_path",
                cells,
                "LCU/year",
                "rate",
                "Revalued insured earnings of the cohort k years ago",
                history=False,
            ),
            Var(
                f"{z}.mean_insured_earnings",
                (),
                "LCU/year",
                "rate",
                "Insured earnings per contributor",
            ),
            Var(
                f"{z}.active_insured", ("sex",), "person", "stock", "Insured persons who contribute"
            ),
            Var(
                f"{z}.inactive_insured",
                ("sex",),
                "person",
                "stock",
                "Insured persons who do not contribute",
            ),
            Var(
                f"{z}.entrants",
                ("sex",),
                "person/year",
                "flow",
                "New insured persons; 0 in the base year",
            ),
            Var(
                f"{z}.working_pensioners",
                ("sex",),
                "person",
                "stock",
                "Contributors who are not counted among the insured: at ages of retirement",
            ),
            Var(f"{z}.dependency_ratio", (), "1", "rate", "Pensioners per contributor"),
            Var(f"{z}.benefit_ratio", (), "1", "rate", "Mean pension over mean insured earnings"),
            Var(
                f"{z}.replacement_rate",
                (),
                "1",
                "rate",
                "Mean old-age pension over mean insured earnings",
            ),
            Var(f"{z}.payg_rate", (), "1", "rate", "Pensions over insured earnings"),
        )
        self.reads = (
            "contributions.contributors",
            "contributions.insured_earnings",
            "demography.population_midyear",
            "demography.death_probability",
            "labour_market.wage_growth",
            "prices.inflation",
            f"{z}.remaining_active",
            f"{z}.remaining_inactive",
            f"{z}.indexation",
            f"{z}.recipients",
            f"{z}.benefit_expenditure",
        )

    def _p(self, y: Year, name: str) -> Array:
        return y.p[self._scheme.path(name)]

    def start(self, y: Year) -> None:
        """Make the insured persons of the base year (see the module's docstring)."""
        z, p = self._z, self._p
        contributors, earnings = self._contributors(y)
        population = y["demography.population_midyear"]
        death = cohort_death_probability(y["demography.death_probability"])
        death = np.minimum(death * p(y, "insured_mortality_multiplier")[:, None, None], 1.0)
        alive = np.ones_like(population)
        alive[..., 1:] = np.cumprod(1.0 - death[..., :-1], axis=2)
        alive = np.maximum(alive, 1e-12)
        heads = np.where(population > 0.0, population, 1.0)
        contributors_of_cohort = contributors / heads * alive

        pensionable = p(y, "pensionable_age")
        above = np.clip(AGES + 1.0 - pensionable[:, :, None], 0.0, 1.0)
        rates = (
            death,
            invalidity(p(y, "invalidity_rate"), death, above),
            retirement_probability(
                p(y, "retirement_probability"),
                np.zeros_like(pensionable),
                p(y, "early_age"),
                p(y, "latest_age"),
            ),
            p(y, "qualifying_service"),
            p(y, "disability_qualifying_service"),
            p(y, "service_density"),
            p(y, "exit_rate"),
            np.zeros(POINTS + 1),
        )
        shape = y[f"{z}.insured_population"].shape
        active, inactive, rest, idle, *gone = (np.zeros(shape) for _ in range(7))
        entrants = np.empty(shape[:3])
        credit = np.zeros(1)
        for year in range(1 + min(LONGEST_HISTORY, y.base_year - self._scheme.instance.since)):
            if year > 0:
                insured_exits(_read_only(active), _read_only(inactive), *rates, rest, idle, *gone)
                credit = 0.5 * p(y, "service_density")
            insured_entries(
                _read_only(rest),
                _read_only(idle),
                contributors_of_cohort,
                p(y, "reentry_share"),
                credit,
                p(y, "early_age"),
                active,
                inactive,
                entrants,
            )
        weight = (population / alive)[..., None]
        y[f"{z}.insured_population"] = active * weight
        y[f"{z}.inactive_population"] = inactive * weight

        # The age profile of today, as if every cohort had climbed it; earlier years are worth
        # less by the base year's difference between wages and revaluation.
        profile = own_earnings(contributors, earnings, np.zeros_like(earnings))
        path = y[f"{z}.earnings_path"]
        share = p(y, "revaluation_wage_share")
        wages, prices = y["labour_market.wage_growth"], y["prices.inflation"]
        growth = (1.0 + share * wages + (1.0 - share) * prices) / (1.0 + wages)
        for k in range(POINTS):
            path[..., k] = 0.0
            path[..., k:, k] = profile[..., : len(AGES) - k] * growth[:, None, None] ** k
        y[f"{z}.entrants"] = 0.0
        self._report(y, contributors, earnings)

    def step(self, y: Year) -> None:
        z, p = self._z, self._p
        contributors, earnings = self._contributors(y)
        entrants = np.empty(contributors.shape)
        insured_entries(
            y[f"{z}.remaining_active"],
            y[f"{z}.remaining_inactive"],
            contributors,
            p(y, "reentry_share"),
            0.5 * p(y, "service_density"),
            p(y, "early_age"),
            y[f"{z}.insured_population"],
            y[f"{z}.inactive_population"],
            entrants,
        )
        y[f"{z}.entrants"] = entrants.sum(axis=2)
        share = p(y, "revaluation_wage_share")
        growth = share * y["labour_market.wage_growth"] + (1.0 - share) * y["prices.inflation"]
        frozen = p(y, "revaluation_age")[:, None] < AGES
        rise = 1.0 + np.where(frozen, y[f"{z}.indexation"][:, None], growth[:, None])
        path, before = y[f"{z}.earnings_path"], y.lag(f"{z}.earnings_path")
        path[:, :, 0] = 0.0
        path[:, :, 1:, 1:] = before[:, :, :-1, :-1] * rise[:, None, 1:, None]
        path[..., 0] = own_earnings(contributors, earnings, path[..., 1])
        self._report(y, contributors, earnings)

    def _contributors(self, y: Year) -> tuple[Array, Array]:
        return (
            np.array(y["contributions.contributors"][:, self._row]),
            np.array(y["contributions.insured_earnings"][:, self._row]),
        )

    def _report(self, y: Year, contributors: Array, earnings: Array) -> None:
        z = self._z
        heads, wages = contributors.sum(axis=(1, 2)), earnings.sum(axis=(1, 2))
        active = y[f"{z}.insured_population"].sum(axis=(2, 3))
        y[f"{z}.active_insured"] = active
        y[f"{z}.inactive_insured"] = y[f"{z}.inactive_population"].sum(axis=(2, 3))
        y[f"{z}.working_pensioners"] = contributors.sum(axis=2) - active
        mean = wages / np.where(heads > 0.0, heads, 1.0)
        y[f"{z}.mean_insured_earnings"] = mean
        recipients = y[f"{z}.recipients"].sum(axis=2)
        spending = y[f"{z}.benefit_expenditure"].sum(axis=2)
        total, paid = recipients.sum(axis=1), spending.sum(axis=1)
        y[f"{z}.dependency_ratio"] = _ratio(total, heads)
        y[f"{z}.benefit_ratio"] = _ratio(_ratio(paid, total), mean)
        y[f"{z}.payg_rate"] = _ratio(paid, wages)
        old = ROWS[OLD_AGE]
        y[f"{z}.replacement_rate"] = _ratio(_ratio(spending[:, old], recipients[:, old]), mean)

    def identities(self, y: Year) -> Mapping[str, Array]:
        """S-3 the insured of the year are those who remain and the new ones; PAYG in factors."""
        z = self._z
        factors = y[f"{z}.dependency_ratio"] * y[f"{z}.benefit_ratio"]
        rate = y[f"{z}.payg_rate"]
        out = {
            "I-2 cost rate = dependency x benefit ratio": (factors - rate) / np.maximum(rate, 1.0)
        }
        if y.year > y.base_year:
            everyone = (1, 2, 3)
            before = y[f"{z}.remaining_active"] + y[f"{z}.remaining_inactive"]
            after = y[f"{z}.insured_population"] + y[f"{z}.inactive_population"]
            total = after.sum(axis=everyone)
            change = total - before.sum(axis=everyone) - y[f"{z}.entrants"].sum(axis=1)
            out["S-3 insured = remaining + entrants"] = change / np.maximum(total, 1.0)
        return out


def cohort_death_probability(death_probability: Array) -> Array:
    """Probability of dying on the way from age x last birthday to x + 1, [1|draw, sex, age].

    ``1 - L(x+1)/L(x)`` with deaths spread evenly between birthdays. The last age is open; where
    its table is closed by q = 1, which is a convention and no mortality, the age before serves.
    """
    q = np.array(death_probability)
    q[..., -1] = np.where(q[..., -1] >= 1.0, q[..., -2], q[..., -1])
    out = q.copy()
    out[..., :-1] = 1.0 - (1.0 - q[..., :-1]) * (2.0 - q[..., 1:]) / (2.0 - q[..., :-1])
    return out


def invalidity(rate: Array, death: Array, above: Array) -> Array:
    """Probability that an active aged x becomes invalid, [1|draw, sex, age].

    No award at or above the pensionable age (`above`: share of an age that has reached it), and
    nobody both dies and becomes invalid.
    """
    reached = np.concatenate([above[..., 1:], above[..., -1:]], axis=2)
    return np.minimum(rate * (1.0 - reached), 1.0 - death)


def retirement_probability(profile: Array, shift: Array, early: Array, latest: Array) -> Array:
    """Probability of retiring on reaching an age, [1|draw, sex, age].

    Parameters
    ----------
    profile : array [1|draw, sex, age]
        Under the rules of the base year.
    shift : array [1|draw, sex]
        Change of the pensionable age since (years): moves the profile along the age axis.
    early, latest : array [1|draw, sex], [1|draw]
        Nobody retires before the one; all retire from the other on.
    """
    origin = AGES - shift[:, :, None]
    low = np.floor(origin).astype(int)
    part = origin - low
    full = (max(len(profile), len(shift)), *profile.shape[1:])
    profile = np.broadcast_to(profile, full)
    last = len(AGES) - 1

    def at(place: Array) -> Array:
        place = np.broadcast_to(place, full)
        value = np.take_along_axis(profile, np.clip(place, 0, last), axis=2)
        return np.where(place < 0, 0.0, value)

    out = (1.0 - part) * at(low) + part * at(low + 1)
    out = np.where(early[:, :, None] > AGES, 0.0, out)
    return np.ascontiguousarray(np.where(latest[:, None, None] <= AGES, 1.0, out))


def earnings_classes(cv: Array) -> tuple[Array, Array]:
    """Lognormal classes of earnings: factors of the mean [1|draw, sex, class], weights [class].

    Seven Gauss-Hermite nodes; the weighted mean of the factors is one.
    """
    sigma = np.sqrt(np.log1p(cv**2))[:, :, None]
    factor = np.exp(sigma * NODES)
    return factor / (factor * WEIGHTS).sum(axis=2, keepdims=True), WEIGHTS


def lag_distribution(lags: Array, mean: Array, spread: Array) -> Array:
    """Normal shares of whole-year age differences, [1|draw, sex, lag].

    A spread below a third of a year is taken as that, so that a mean between two whole years is
    spread over both.
    """
    deviation = (lags - mean[:, :, None]) / np.maximum(spread, 1.0 / 3.0)[:, :, None]
    share = np.exp(-0.5 * deviation**2)
    return np.ascontiguousarray(share / share.sum(axis=2, keepdims=True))


def own_earnings(contributors: Array, earnings: Array, otherwise: Array) -> Array:
    """Insured earnings per contributor, [draw, sex, age]; `otherwise` where there is none.

    Without a contributor and without a past (`otherwise` zero) an age takes the nearest younger.
    """
    mean = np.where(contributors > 0.0, _ratio(earnings, contributors), otherwise)
    if not otherwise.any():
        for age in range(1, mean.shape[2]):
            mean[..., age] = np.where(mean[..., age] > 0.0, mean[..., age], mean[..., age - 1])
    return mean


def _ratio(a: Array, b: Array) -> Array:
    return a / np.where(b > 0.0, b, 1.0)


def _read_only(array: Array) -> Array:
    # The kernels are compiled once, for the read-only state of the projection loop.
    view = array.view()
    view.flags.writeable = False
    return view


def modules(scheme: Scheme) -> Sequence[Module]:
    """The two modules of a scheme."""
    return [Pensions(scheme), Insured(scheme)]
