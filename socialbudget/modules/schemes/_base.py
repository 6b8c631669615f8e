"""What scheme kinds share: recipients, expenditure by function, base-year add-factor, index."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules import Scheme
from socialbudget.profiles import shift_along_age


class SchemeModule(Module):
    """A scheme instance whose benefits fall into its main function.

    Subclasses set `own_params`, `own_reads`, `own_lags` and `own_writes`, and implement
    `recipients_and_amount`. The base class writes recipients and expenditure by function and sex,
    and a multiplicative add-factor that reproduces the base year's expenditure exactly.
    """

    own_writes: tuple[Var, ...] = ()

    def __init__(self, scheme: Scheme):
        self.scheme = scheme
        self.name = scheme.name
        self.params = (
            *self.own_params(),
            Param(
                scheme.path("base_expenditure"),
                ("function",),
                "LCU/year",
                0,
                1e30,
                "Benefit expenditure in the base year",
                "fixed",
            ),
        )
        self._paths = {p.path.rpartition(".")[2]: p.path for p in self.params}
        self.writes = (
            Var(
                f"{self.name}.recipients",
                ("function", "sex"),
                "person",
                "flow",
                "Recipients, average of the year",
            ),
            Var(
                f"{self.name}.benefit_expenditure",
                ("function", "sex"),
                "LCU/year",
                "flow",
                "Benefit expenditure",
            ),
            Var(
                f"{self.name}.add_factor",
                (),
                "1",
                "rate",
                "Factor that reproduces the expenditure of the base year",
            ),
            *self.extra_writes(),
        )

    def own_params(self) -> tuple[Param, ...]:
        """Parameters of the kind."""
        return ()

    def extra_writes(self) -> tuple[Var, ...]:
        """Variables of the kind beyond recipients and expenditure."""
        return ()

    def param(self, y: Year, name: str) -> Array:
        """The scheme's parameter in force."""
        return y.p[self._paths[name]]

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        """Recipients ``[draw, sex]`` and mean benefit ``[draw, sex or 1]``, LCU/year."""
        raise NotImplementedError

    def before(self, y: Year) -> None:
        """Fill the kind's own variables first (indices and the like)."""

    def start(self, y: Year) -> None:
        self.before(y)
        recipients, amount = self.recipients_and_amount(y)
        computed = (recipients * amount).sum(axis=1)
        given = self.base_expenditure(y, computed)
        factor = np.where(computed > 0.0, given / np.where(computed > 0.0, computed, 1.0), 1.0)
        y[f"{self.name}.add_factor"] = factor
        self.write(y, recipients, recipients * amount * factor[:, None])

    def base_expenditure(self, y: Year, computed: Array) -> Array:
        """Expenditure of the base year's accounts, float64[draw], checked against what is computed.

        Raises
        ------
        PackError
            Expenditure outside the scheme's function, or expenditure where nothing is computed.
        """
        given = self.param(y, "base_expenditure")
        i = self.scheme.function_index
        if np.delete(given, i, axis=1).any():
            raise PackError(
                f"scheme '{self.name}'",
                [
                    f"'{self.scheme.path('base_expenditure')}' has expenditure outside the "
                    f"function '{self.scheme.instance.function}'; split the scheme or move it"
                ],
            )
        given = given[:, i]
        if ((computed <= 0.0) & (given > 0.0)).any():
            raise PackError(
                f"scheme '{self.name}'",
                [
                    f"'{self.scheme.path('base_expenditure')}' is positive, but the scheme's rates "
                    "give no recipients or no amount in the base year; correct one of them"
                ],
            )
        return given

    def step(self, y: Year) -> None:
        factor = y.lag(f"{self.name}.add_factor")
        y[f"{self.name}.add_factor"] = factor
        self.before(y)
        recipients, amount = self.recipients_and_amount(y)
        self.write(y, recipients, recipients * amount * factor[:, None])

    def write(self, y: Year, recipients: Array, expenditure: Array) -> None:
        """Fill recipients and expenditure, both ``[draw, sex]``, at the scheme's function."""
        i = self.scheme.function_index
        for name, value in (("recipients", recipients), ("benefit_expenditure", expenditure)):
            target = y[f"{self.name}.{name}"]
            target[...] = 0.0
            target[:, i] = value

    def identities(self, y: Year) -> Mapping[str, Array]:
        spending = y[f"{self.name}.benefit_expenditure"]
        total = np.maximum(np.abs(spending).sum(axis=(1, 2)), 1e-300)
        return {"no negative expenditure": np.minimum(spending, 0.0).sum(axis=(1, 2)) / total}


class IndexedScheme(SchemeModule):
    """A scheme whose amounts follow prices and wages of the year before.

    ``index = index(-1) (1 + theta CPI + (1 - theta) wage growth)``, both of the year before, as
    benefits are adjusted in practice.
    """

    lags = ("prices.inflation", "labour_market.wage_growth")

    def own_params(self) -> tuple[Param, ...]:
        return (
            Param(
                self.scheme.path("price_indexation_share"),
                (),
                "1",
                0,
                1,
                "Weight of prices in indexation; wages have the rest",
            ),
        )

    def extra_writes(self) -> tuple[Var, ...]:
        return (
            Var(f"{self.name}.index", (), "1", "index", "Index of benefit amounts, base year 1"),
        )

    def before(self, y: Year) -> None:
        if y.year == y.base_year:
            y[f"{self.name}.index"] = 1.0
            return
        weight = self.param(y, "price_indexation_share")
        growth = weight * y.lag("prices.inflation") + (1.0 - weight) * y.lag(
            "labour_market.wage_growth"
        )
        y[f"{self.name}.index"] = y.lag(f"{self.name}.index") * (1.0 + growth)


class EligiblePopulation(Module):
    """Who is eligible for a scheme by sex: population times recipient rate by sex and age.

    It stands apart from the scheme so that the simultaneous core sweeps over money, not over ages.
    With ``age_tested``, a change of the pensionable age moves the rates along age.
    """

    reads = ("demography.population_midyear",)

    def __init__(self, scheme: Scheme):
        self.scheme = scheme
        self.name = f"{scheme.name}.eligibility"
        self.params = (
            Param(scheme.path("recipient_rate"), ("sex", "age"), "1", 0, 1,
                  "Recipients over population by sex and age"),
        )  # fmt: skip
        self.writes = (
            Var(f"{scheme.name}.eligible_population", ("sex",), "person", "flow",
                "Population times recipient rate, before coverage and means test"),
        )  # fmt: skip
        if scheme.instance.age_tested:
            self.params += (
                Param(scheme.path("pensionable_age"), ("sex",), "year", 0, 100,
                      "Age of entitlement"),
            )  # fmt: skip
            self.writes += (
                Var(f"{scheme.name}.base_pensionable_age", ("sex",), "year", "rate",
                    "Age of entitlement in the base year"),
            )  # fmt: skip

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        rate = y.p[self.scheme.path("recipient_rate")]
        if self.scheme.instance.age_tested:
            name = f"{self.scheme.name}.base_pensionable_age"
            now = y.p[self.scheme.path("pensionable_age")]
            y[name] = now if y.year == y.base_year else y.lag(name)
            rate = shift_along_age(rate, now - y[name])
        y[f"{self.scheme.name}.eligible_population"] = (
            y["demography.population_midyear"] * rate
        ).sum(axis=2)


class PopulationRateScheme(IndexedScheme):
    """Recipients are the eligible population times `coverage`; the amount is indexed."""

    def __init__(self, scheme: Scheme):
        super().__init__(scheme)
        self.reads = (*self.reads, f"{scheme.name}.eligible_population")

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            *super().own_params(),
            Param(path("coverage"), (), "1", 0, 5, "Multiplies the recipient rates; 0 is dormant"),
            Param(path("benefit_amount"), ("sex",), "LCU/year", 0, 1e30,
                  "Amount per recipient at the level of the base year"),
        )  # fmt: skip

    def eligible(self, y: Year) -> Array:
        """Recipients before `coverage`, float64[draw, sex]."""
        return y[f"{self.name}.eligible_population"]

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        recipients = self.eligible(y) * self.param(y, "coverage")[:, None]
        return recipients, self.param(y, "benefit_amount") * y[f"{self.name}.index"][:, None]


class CareScheme(SchemeModule):
    """Care in kind: a volume by sex from a module outside the core, times a unit cost.

    The unit cost of the base year is its expenditure over its volume. Care is labour: from then on
    it follows wages by `wage_share` and prices for the rest, plus `technology_growth` where the
    kind has one. Volume and users are ``<z>.care_volume`` and ``<z>.care_users`` by sex.
    """

    lags = ("labour_market.average_wage", "prices.consumer_price_index")

    def __init__(self, scheme: Scheme, *, technology: bool):
        self._technology = technology
        super().__init__(scheme)
        self.reads = (
            "labour_market.average_wage",
            "prices.consumer_price_index",
            f"{scheme.name}.care_volume",
            f"{scheme.name}.care_users",
        )
        self.writes = (
            *(var for var in self.writes if var.name != f"{self.name}.add_factor"),
            Var(f"{self.name}.unit_cost", (), "LCU/year", "rate", "Cost of a unit of care"),
        )

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        wages = Param(path("wage_share"), (), "1", 0, 1, "Weight of wages in the unit cost")
        if not self._technology:
            return (wages,)
        return (
            wages,
            Param(path("technology_growth"), (), "1/year", -0.1, 0.2,
                  "Growth of unit cost beyond wages and prices"),
        )  # fmt: skip

    def start(self, y: Year) -> None:
        volume = y[f"{self.name}.care_volume"].sum(axis=1)
        given = self.base_expenditure(y, volume)
        self._spend(y, given / np.where(volume > 0.0, volume, 1.0))

    def step(self, y: Year) -> None:
        weight = self.param(y, "wage_share")
        wages = y["labour_market.average_wage"] / y.lag("labour_market.average_wage")
        prices = y["prices.consumer_price_index"] / y.lag("prices.consumer_price_index")
        growth = weight * wages + (1.0 - weight) * prices
        if self._technology:
            growth = growth + self.param(y, "technology_growth")
        self._spend(y, y.lag(f"{self.name}.unit_cost") * growth)

    def _spend(self, y: Year, unit_cost: Array) -> None:
        y[f"{self.name}.unit_cost"] = unit_cost
        cost = y[f"{self.name}.care_volume"] * y[f"{self.name}.unit_cost"][:, None]
        self.write(y, y[f"{self.name}.care_users"], cost)


def care_variables(scheme: Scheme, users: str) -> tuple[Var, Var]:
    """The two variables that a `CareScheme` reads, for the module that computes them."""
    return (
        Var(f"{scheme.name}.care_users", ("sex",), "person", "flow", users),
        Var(f"{scheme.name}.care_volume", ("sex",), "1", "flow",
            "Care in units of the cost profile: users times relative cost"),
    )  # fmt: skip
