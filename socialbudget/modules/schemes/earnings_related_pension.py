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
    bend_point [band]  LCU/year, step: LOWER bound of each band (the first is 0), at base-year
        wages; follows wages. Unused bands repeat the last bound and factor
    average_wage_accrual []  1/year, step (Korea: half of the replacement rate / 40; neutral 0)
    flat_amount []  LCU/year, step, at base-year wages; follows wages (neutral 0)
    accrual_scale []  1, step: weight of the service earned in a year (neutral 1).
    accrual_history [service]  1, fixed: the same k years before the base year, k = 0..50; k = 0 is
        the base year itself and must equal accrual_scale there
    service_maximum []  year, step (neutral 51)
    averaging_years []  year, step: length of the averaging period (neutral 51 = whole career)
    averaging_best []  1, step: 1 = the best years, 0 = the last years
    averaging_fixed []  1, step: 1 = old-age awards divide by averaging_years even if fewer were
        served (United States), 0 = divide by the years served
    revaluation_wage_share []  1, step: past earnings follow wages (1) or prices (0)
    revaluation_age []  year, step: from this age a cohort's earnings, bend points, flat amount and
        A follow the indexation of pensions instead (United States 62; neutral 101)
    early_reduction [], late_increment []  1/year, step: per year before or after pensionable_age
    minimum_pension []  LCU/year, step, at base-year level; follows the indexation of pensions
    maximum_share []  1, step: cap as a share of w (neutral 10)
    earnings_cv [sex]  1: dispersion of insured earnings around their mean at an age; the formula
        is applied inside seven lognormal classes
    earnings_ceiling []  LCU/year: only with has_ceiling; classes are cut there
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
    survivor_age []  year, step: not payable to a spouse below it (neutral 0)
    children_per_insured [sex]  1, fixed: children ever had
    child_age_difference [sex]  year, fixed: mean age at a birth (standard deviation 6 years)
    orphan_share []  1, step: of the pension of the deceased, per child
    orphan_age_limit []  year, step: age at which it ends
Insured persons
    service_density []  1, step: years of service credited in a contributor's year
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

from socialbudget.contract import Param

KIND = "earnings_related_pension"


def parameters(z: str, has_ceiling: bool = False) -> tuple[Param, ...]:
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
            "The same, years before the base year",
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
        p("earnings_cv", "sex", "1", 0, 5, "Coefficient of variation of insured earnings"),
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
        p("service_density", "", "1", 0, 1, "Service credited in a contributor's year"),
        p("exit_rate", "sex", "1/year", 0, 1, "Actives who become inactive in a year"),
        p("reentry_share", "", "1", 0, 1, "New contributors who come from the inactive"),
    ]
    if has_ceiling:
        declared.append(
            p("earnings_ceiling", "", "LCU/year", 0, amount, "Ceiling of insured earnings")
        )
    return tuple(declared)
