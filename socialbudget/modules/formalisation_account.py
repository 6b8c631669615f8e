"""The account of formalisation programmes: revenue, relief, costs and liability (method 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import FUNCTIONS
from socialbudget.kernels.formalisation import career_values
from socialbudget.modules import Scheme, schemes_of
from socialbudget.modules._shared import (
    INFORMAL_STATUSES,
    PENSIONABLE_AGE,
    RETENTION,
    income_elasticity,
)
from socialbudget.pack import Pack

PENSION, MEANS_TESTED = "earnings_related_pension", "means_tested_benefit"
ORIGIN = tuple(INFORMAL_STATUSES)
TARGET = tuple(INFORMAL_STATUSES.values())
SELF_EMPLOYED = np.array([target == 2 for target in TARGET])
OLD_AGE = FUNCTIONS.index("old_age")
MONEY = "LCU/year"


def _own_params() -> tuple[Param, ...]:
    def p(name: str, unit: str, low: float, high: float, doc: str, dims: str = "") -> Param:
        return Param(f"formalisation.{name}", tuple(dims.split()), unit, low, high, doc)

    return (
        RETENTION,
        p("relative_earnings", "1", 0, 2, "Earnings on which the formalised contribute over mean "
          "earnings of the formal workers whom they join", "sex status"),
        p("relative_tax_rate", "1", 0, 2, "Income tax rate on the earnings of the formalised over "
          "the effective rate on household income"),
        p("subsidy_rate", "1", 0, 1, "Share of the contributions of the formalised that the state "
          "pays (matching contributions)"),
        p("administration_cost", MONEY, 0, 1e15, "Cost of moving one person, at the level of the "
          "base year; follows wages"),
        p("discount_rate", "1/year", 0, 0.2, "Real discount rate of present values"),
        p("earnings_growth", "1/year", -0.05, 0.1, "Real growth of earnings in present values"),
    )  # fmt: skip


def _pension_params(scheme: Scheme) -> tuple[Param, ...]:
    """Rules of an earnings-related pension that decide what a year of contributions earns."""

    def p(name: str, dims: str, unit: str, low: float, high: float, doc: str) -> Param:
        return Param(scheme.path(name), tuple(dims.split()), unit, low, high, doc)

    return (
        p("accrual_rate", "band", "1/year", 0, 1, "Pension per year of service, by earnings band"),
        p("benefit_factor", "band", "1", 0, 5, "Pension per unit of earnings, whatever the "
          "service"),
        p("bend_point", "band", MONEY, 0, 1e15, "Lower bound of the earnings band"),
        p("average_wage_accrual", "", "1/year", 0, 1, "Share of mean earnings per year of "
          "service"),
        p("accrual_scale", "", "1", 0, 10, "Weight of the service earned in the year"),
        p("averaging_years", "", "year", 1, 51, "Averaging period of the reference earnings"),
        p("award_factor", "pension_type", "1", 0, 10, "Observed new awards / formula"),
        p("pensionable_age", "sex", "year", 40, 80, "Age of the full pension"),
        p("revaluation_wage_share", "", "1", 0, 1, "Past earnings follow wages (1) or prices "
          "(0)"),
        p("price_indexation_share", "", "1", 0, 1, "Indexation: prices (1) or wages (0)"),
    )  # fmt: skip


class FormalisationAccount(Module):
    """What the persons moved into formal work pay, receive and cost; a satellite account.

    *Yearly.* All who are in formal work because of programmes contribute to the public schemes
    that formal workers of their sex and status belong to (not to those of an occupation), at the
    rates that those pay on their earnings, less what informal workers pay already. They pay some
    income tax. Means-tested benefits are what they would be, had the persons remained without
    formal work, less what they are. The state pays part of the contributions and the cost of
    moving people.

    *Cohort of the year.* Present values, for those moved in the year, of their contributions and
    tax and of the benefits they earn: in pension insurance a year of contributions earns a pension
    by the scheme's formula, paid by the mortality of the year, with disability and survivors'
    pensions in the proportion they bear to old-age pensions; in other schemes benefits are to
    contributions as they are for all members in the year.
    """

    name = "formalisation_account"

    def __init__(self, insurances: Sequence[Scheme], assistance: Sequence[Scheme]):
        self._insurances = insurances
        self._rows = [s.insurance_index for s in insurances if s.insurance_index is not None]
        self._assistance = assistance
        self._pensions = [s for s in insurances if s.instance.kind == PENSION]
        self.params = (
            *_own_params(),
            PENSIONABLE_AGE,
            *(param for s in self._pensions for param in _pension_params(s)),
            *(income_elasticity(s.name) for s in assistance),
        )  # fmt: skip

        def v(name: str, doc: str, dims: tuple[str, ...] = ("sex",)) -> Var:
            share = name.endswith("_share")
            return Var(f"{self.name}.{name}", dims, "1" if share else MONEY,
                       "rate" if share else "flow", doc)  # fmt: skip

        self.writes = (
            v("earnings", "Earnings of the formalised on which they contribute"),
            v("contributions_by_scheme", "Contributions of the formalised, by scheme",
              ("insurance",)),
            v("contributions", "Contributions of the formalised, all payers"),
            v("direct_tax", "Income tax of the formalised"),
            v("relief", "Means-tested benefits no longer paid because of formal work"),
            v("subsidy", "Contributions of the formalised that the state pays"),
            v("administration", "Cost of moving persons into formal work"),
            v("net_fiscal", "Contributions, tax and relief less subsidy and administration"),
            v("net_fiscal_share", "Net fiscal balance of the programme over GDP", ()),
            v("revenue_share", "Contributions and tax of the formalised over GDP", ()),
            v("present_value_of_contributions",
              "Present value of the contributions of those moved in the year"),
            v("present_value_of_tax", "Present value of the tax of those moved in the year"),
            v("liability", "Present value of the benefits earned by those moved in the year"),
            v("net_actuarial", "Present value of contributions and tax of those moved in the year "
              "less that of the benefits they earn"),
            v("net_actuarial_share", "Net actuarial balance of those moved in the year over GDP",
              ()),
        )  # fmt: skip
        self.reads = (
            "demography.death_probability",
            "demography.population_midyear",
            "formalisation.moved",
            "formalisation.formalised",
            "labour_market.employment_by_status",
            "labour_market.gross_wage",
            "labour_market.employment_ratio",
            "contribution_rules.coverage_rate",
            "contribution_rules.wage_index",
            "contributions.revenue",
            "contributions.earnings_by_payer",
            "work_incentives.income_tax_rate",
            "macroeconomy.gdp",
            *(f"{s.name}.benefit_expenditure" for s in (*insurances, *assistance)),
            *(f"{s.name}.{n}" for s in self._pensions
              for n in ("wage_index", "mean_insured_earnings")),
        )  # fmt: skip

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        p = {param.path.removeprefix("formalisation."): y.p[param.path] for param in self.params}
        moved = y["formalisation.moved"][:, :, ORIGIN]
        formalised = y["formalisation.formalised"][:, :, ORIGIN]
        if not formalised.any():
            for var in self.writes:
                y[var.name] = 0.0
            return
        persons = y["labour_market.employment_by_status"]
        bill = (persons * y["labour_market.gross_wage"]).sum(axis=2)  # [draw, sex, status]
        mean = ratio(bill, persons.sum(axis=2))[:, :, TARGET]
        each = p["relative_earnings"][:, :, ORIGIN] * mean
        rate, insured = self._rates(y, bill)  # [draw, insurance, sex, origin]

        def put(name: str, value: Array) -> None:
            y[f"{self.name}.{name}"] = value

        earnings = formalised * each
        by_scheme = rate * earnings[:, None]
        whole = np.zeros((y.draws, y[f"{self.name}.contributions_by_scheme"].shape[1]))
        whole[:, self._rows] = by_scheme.sum(axis=(2, 3))
        contributions = by_scheme.sum(axis=(1, 3))
        tax_rate = y["work_incentives.income_tax_rate"] * p["relative_tax_rate"]
        tax = tax_rate[:, None] * earnings.sum(axis=2)
        relief = self._relief(y, p, formalised.sum(axis=2))
        subsidy = p["subsidy_rate"][:, None] * contributions
        cost = p["administration_cost"] * y["contribution_rules.wage_index"]
        administration = cost[:, None] * moved.sum(axis=2)
        net = contributions + tax + relief - subsidy - administration
        put("earnings", earnings.sum(axis=2))
        put("contributions_by_scheme", whole)
        put("contributions", contributions)
        put("direct_tax", tax)
        put("relief", relief)
        put("subsidy", subsidy)
        put("administration", administration)
        put("net_fiscal", net)

        # The cohort moved this year, by the ages of those who are still in its former statuses.
        origin = np.moveaxis(persons[..., ORIGIN], 2, 3)  # [draw, sex, origin, age]
        ages = ratio(origin, origin.sum(axis=3, keepdims=True))
        paid = moved * each
        years, _ = self._careers(y, p, None)
        stretch = np.einsum("dsjx,dsx->dsj", ages, years)
        first = rate * paid[:, None]
        value = first * stretch[:, None]
        present = value.sum(axis=(1, 3))
        present_tax = tax_rate[:, None] * (paid * stretch).sum(axis=2)
        liability = np.zeros_like(present)
        for i, scheme in enumerate(self._insurances):
            if scheme.instance.kind == PENSION:
                _, pension = self._careers(y, p, scheme)
                worth = np.einsum("dsjx,dsx->dsj", ages, pension)
                accrued = insured[:, i] * moved * self._accrual(y, p, scheme, each)
                liability += (accrued * worth).sum(axis=2) * self._loading(y, scheme)[:, None]
            else:
                benefits = y[f"{scheme.name}.benefit_expenditure"].sum(axis=(1, 2))
                received = y["contributions.revenue"][:, self._rows[i]].sum(axis=1)
                liability += value[:, i].sum(axis=2) * ratio(benefits, received)[:, None]
        put("present_value_of_contributions", present)
        put("present_value_of_tax", present_tax)
        put("liability", liability)
        put("net_actuarial", present + present_tax - liability)

        gdp = y["macroeconomy.gdp"]
        put("revenue_share", (contributions + tax).sum(axis=1) / gdp)
        put("net_fiscal_share", net.sum(axis=1) / gdp)
        put("net_actuarial_share", (present + present_tax - liability).sum(axis=1) / gdp)

    def _rates(self, y: Year, bill: Array) -> tuple[Array, Array]:
        """Contributions, and insured earnings, gained over earnings, by scheme, sex and status.

        A scheme receives so much of the earnings of those it covers; the formalised are covered as
        the formal workers they join, less the coverage they had before.
        """
        coverage = y["contribution_rules.coverage_rate"][:, self._rows]
        covered = coverage * bill[:, None]
        group = np.stack(
            [covered[..., :2].sum(axis=(2, 3)), covered[..., 2:].sum(axis=(2, 3))], axis=2
        )
        revenue = y["contributions.revenue"][:, self._rows]
        paid = ratio(np.stack([revenue[..., :2].sum(axis=2), revenue[..., 2]], axis=2), group)
        insured = ratio(y["contributions.earnings_by_payer"][:, self._rows][..., 1:], group)
        gained = np.maximum(coverage[..., TARGET] - coverage[..., ORIGIN], 0.0)
        at = SELF_EMPLOYED.astype(int)
        return gained * paid[:, :, at][:, :, None], gained * insured[:, :, at][:, :, None]

    def _relief(self, y: Year, p: Mapping[str, Array], persons: Array) -> Array:
        """Means-tested benefits without the formalised in formal work, less what they are."""
        total = persons.sum(axis=1)
        adults = y["demography.population_midyear"][:, :, 15:65].sum(axis=(1, 2))
        without = np.maximum(1.0 - y["labour_market.employment_ratio"], 1e-12)
        more = np.minimum(without + total / adults, 1.0) / without
        saved = np.zeros(y.draws)
        for scheme in self._assistance:
            benefits = y[f"{scheme.name}.benefit_expenditure"].sum(axis=(1, 2))
            saved += benefits * (more ** p[scheme.path("income_elasticity")] - 1.0)
        return saved[:, None] * ratio(persons, total[:, None])

    def _careers(
        self, y: Year, p: Mapping[str, Array], scheme: Scheme | None
    ) -> tuple[Array, Array]:
        death = y["demography.death_probability"]
        years, pension = np.empty_like(death), np.empty_like(death)
        retirement = p["labour_market.pensionable_age"]
        one = np.ones(1)
        career_values(
            death,
            retirement,
            retirement if scheme is None else p[scheme.path("pensionable_age")],
            p["retention"],
            p["earnings_growth"],
            p["discount_rate"],
            one if scheme is None else p[scheme.path("revaluation_wage_share")],
            one if scheme is None else p[scheme.path("price_indexation_share")],
            years,
            pension,
        )
        return years, pension

    @staticmethod
    def _accrual(y: Year, p: Mapping[str, Array], scheme: Scheme, wage: Array) -> Array:
        """Yearly pension earned by a year on `wage` ``[draw, sex, origin]``, by the formula."""
        z = scheme.name
        low = p[scheme.path("bend_point")] * y[f"{z}.wage_index"][:, None]
        high = np.concatenate([low[:, 1:], np.full_like(low[:, :1], np.inf)], axis=1)
        low, high = low[:, None, None], high[:, None, None]
        slices = np.clip(wage[..., None], low, high) - low
        factor = (
            p[scheme.path("accrual_rate")]
            + p[scheme.path("benefit_factor")] / p[scheme.path("averaging_years")][:, None]
        )
        common = p[scheme.path("average_wage_accrual")] * y[f"{z}.mean_insured_earnings"]
        scale = p[scheme.path("accrual_scale")] * p[scheme.path("award_factor")][:, 0]
        own = (slices * factor[:, None, None]).sum(axis=3)
        return np.asarray((own + common[:, None, None]) * scale[:, None, None])

    @staticmethod
    def _loading(y: Year, scheme: Scheme) -> Array:
        """All pensions over old-age pensions."""
        benefits = y[f"{scheme.name}.benefit_expenditure"].sum(axis=2)
        return ratio(benefits.sum(axis=1), benefits[:, OLD_AGE])

    def identities(self, y: Year) -> Mapping[str, Array]:
        def total(name: str) -> Array:
            return y[f"{self.name}.{name}"].sum(axis=1)

        gdp = y["macroeconomy.gdp"]
        income = total("contributions_by_scheme") + total("direct_tax") + total("relief")
        costs = total("subsidy") + total("administration")
        share = y[f"{self.name}.net_fiscal_share"]
        value = total("present_value_of_contributions") + total("present_value_of_tax")
        gap = y[f"{self.name}.net_actuarial_share"] - (value - total("liability")) / gdp
        return {
            "G-2 net fiscal balance = contributions of all schemes + tax + relief - costs": share
            - (income - costs) / gdp,
            "G-3 net actuarial balance = value of contributions and tax - liability": gap,
        }


def modules(pack: Pack) -> Sequence[Module]:
    """The account over public insurances open to all workers and means-tested benefits."""
    schemes = [s for s in schemes_of(pack) if s.instance.sector == "government"]
    return [
        FormalisationAccount(
            [s for s in schemes if s.instance.contributory and not s.instance.occupational],
            [s for s in schemes if s.instance.kind == MEANS_TESTED],
        )
    ]
