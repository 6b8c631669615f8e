"""Migrant workers by corridor: work, cover, contributions, remittances (method 4.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.pack import Pack

BY_SEX = ("corridor", "sex")
ONLY = ("corridor",)
ADULT, OLDEST_WORKER = 15, 65
MONEY = "LCU/year"


def _params() -> tuple[Param, ...]:
    def p(name: str, dims: tuple[str, ...], doc: str, high: float = 1.0, unit: str = "1",
          time: str = "step") -> Param:  # fmt: skip
        return Param(f"migrants.{name}", dims, unit, 0, high, doc, time)  # type: ignore[arg-type]

    return (
        p("stock", BY_SEX, "Migrants aged 15 and over of the corridor at the end of the base year",
          1e10, "person", "fixed"),
        p("net_flow_share", ONLY, "Share of the country's net migration that falls on the "
          "corridor"),
        p("replacement_share", ONLY, "Share of the migrants who die that new arrivals beside net "
          "migration replace"),
        p("employment_rate", BY_SEX, "Employed over migrants"),
        p("agreement_coverage", ONLY, "Share of migrants under a social security agreement"),
        p("contributor_share", BY_SEX, "Contributors to schemes of this country over employed "
          "migrants"),
        p("relative_earnings", ONLY, "Earnings of employed migrants over the average wage of this "
          "country", 20.0),
        p("remittance_rate", ONLY, "Share of earnings sent home"),
        p("beneficiary_rate", ONLY, "Beneficiaries under agreements who are paid across the border "
          "over migrants under agreements"),
        p("exported_benefit", ONLY, "Benefit paid across the border per beneficiary, at the level "
          "of the base year; follows wages", 1e15, MONEY),
    )  # fmt: skip


class Migrants(Module):
    """Migrant workers of the corridors that the pack declares; a satellite that alters no total.

    Migrants from a partner country here (``in``) are part of the population and of employment;
    those from here who live there (``out``) are not. A corridor has a share of the country's net
    migration of adults, of opposite sign for those abroad, and adults' mortality, replaced by new
    arrivals to a share. Those abroad may contribute here, send money here and draw benefits of the
    partner; those here contribute here, send money home and draw benefits of this country at home.
    Contributions are at the effective rate of all formal employees.
    """

    name = "migrants"
    params = _params()
    reads = (
        "demography.population",
        "demography.net_migration",
        "demography.death_probability",
        "labour_market.average_wage",
        "labour_market.total_employment",
        "contribution_rules.wage_index",
        "contributions.wedge",
        "contributions.employer_rate_effective",
        "household.remittances",
        "macroeconomy.gdp",
    )

    def __init__(self, inward: Array):
        self._in = inward
        self._sign = 2.0 * inward - 1.0

        def v(name: str, dims: tuple[str, ...], unit: str, kind: str, doc: str) -> Var:
            return Var(f"migrants.{name}", dims, unit, kind, doc)  # type: ignore[arg-type]

        self.writes = (
            v("stock", BY_SEX, "person", "stock", "Migrants aged 15 and over"),
            v("net_flow", BY_SEX, "person/year", "flow", "Arrivals less departures; 0 in the base "
              "year"),
            v("deaths", BY_SEX, "person/year", "flow", "Deaths that no arrival replaces; 0 in the "
              "base year"),
            v("employed", BY_SEX, "person", "flow", "Employed migrants"),
            v("under_agreement", ONLY, "person", "flow", "Migrants under a social security "
              "agreement"),
            v("contributors", BY_SEX, "person", "flow", "Migrants who contribute to schemes of "
              "this country"),
            v("contributions", ONLY, MONEY, "flow", "Contributions paid to schemes of this "
              "country"),
            v("remittances", ONLY, MONEY, "flow", "Money sent home by migrants: out of this "
              "country by those here, into it by those abroad"),
            v("exported_benefits", ONLY, MONEY, "flow", "Benefits paid across the border under "
              "agreements"),
            v("employment_share", (), "1", "rate", "Migrants employed here over employment"),
            v("remittances_sent", (), MONEY, "flow", "Remittances sent by migrants here"),
            v("remittances_received", (), MONEY, "flow", "Remittances received from migrants "
              "abroad"),
            v("remittances_sent_share", (), "1", "rate", "Remittances sent over GDP"),
            v("national_remittance_share", (), "1", "rate", "Remittances received from the "
              "corridors over the net remittances of the household account; 0 where these are not "
              "positive"),
        )  # fmt: skip

    def start(self, y: Year) -> None:
        y["migrants.stock"] = y.p["migrants.stock"]
        y["migrants.net_flow"] = 0.0
        y["migrants.deaths"] = 0.0
        self._flow_parameters(y)
        self._account(y)

    def step(self, y: Year) -> None:
        share, lost = self._flow_parameters(y)
        before = y.lag("migrants.stock")
        people = y["demography.population"][:, :, ADULT:OLDEST_WORKER]
        death = y["demography.death_probability"][:, :, ADULT:OLDEST_WORKER]
        mortality = (people * death).sum(axis=2) / people.sum(axis=2)
        deaths = before * mortality[:, None] * lost[:, :, None]
        net = y["demography.net_migration"][:, :, ADULT:].sum(axis=2)
        wanted = (self._sign * share)[:, :, None] * net[:, None]
        # No more can leave a corridor than there are.
        flow = np.maximum(wanted, deaths - before)
        y["migrants.deaths"] = deaths
        y["migrants.net_flow"] = flow
        y["migrants.stock"] = before - deaths + flow
        self._account(y)

    def _flow_parameters(self, y: Year) -> tuple[Array, Array]:
        """Shares of corridors in net migration, and the part of deaths that lowers the stock."""
        share = y.p["migrants.net_flow_share"]
        for corridors, what in ((self._in, "into"), (1.0 - self._in, "out of")):
            total = float((share @ corridors).max())
            if total > 1.0 + 1e-9:
                raise PackError(
                    "corridors",
                    [
                        f"'migrants.net_flow_share' of the corridors {what} the country adds up to "
                        f"{total:g} in {y.year}, more than all net migration; lower some of them"
                    ],
                )
        return share, 1.0 - y.p["migrants.replacement_share"]

    def _account(self, y: Year) -> None:
        p = {param.path.removeprefix("migrants."): y.p[param.path] for param in self.params}
        stock = y["migrants.stock"]
        persons = stock.sum(axis=2)
        employed = p["employment_rate"] * stock
        contributors = p["contributor_share"] * employed
        wage = p["relative_earnings"] * y["labour_market.average_wage"][:, None]
        employer = y["contributions.employer_rate_effective"]
        rate = y["contributions.wedge"] * (1.0 + employer)  # of both payers, over gross wages
        remittances = p["remittance_rate"] * wage * employed.sum(axis=2)
        covered = p["agreement_coverage"] * persons
        benefit = p["exported_benefit"] * y["contribution_rules.wage_index"][:, None]
        sent = (remittances * self._in).sum(axis=1)
        received = (remittances * (1.0 - self._in)).sum(axis=1)
        gdp = y["macroeconomy.gdp"]
        national = y["household.remittances"]
        y["migrants.employed"] = employed
        y["migrants.under_agreement"] = covered
        y["migrants.contributors"] = contributors
        y["migrants.contributions"] = contributors.sum(axis=2) * wage * rate[:, None]
        y["migrants.remittances"] = remittances
        y["migrants.exported_benefits"] = covered * p["beneficiary_rate"] * benefit
        here = (employed.sum(axis=2) * self._in).sum(axis=1)
        y["migrants.employment_share"] = here / y["labour_market.total_employment"]
        y["migrants.remittances_sent"] = sent
        y["migrants.remittances_received"] = received
        y["migrants.remittances_sent_share"] = sent / gdp
        y["migrants.national_remittance_share"] = ratio(received, national)

    def identities(self, y: Year) -> Mapping[str, Array]:
        stock, employed = y["migrants.stock"], y["migrants.employed"]
        scale = np.maximum(stock.sum(axis=(1, 2)), 1.0)
        here = (employed.sum(axis=2) * self._in).sum(axis=1)
        total = y["labour_market.total_employment"]
        found = {
            "G-4 migrants employed here do not exceed the employed": np.maximum(here - total, 0.0)
            / total,
            "G-4 migrant contributors do not exceed migrants at work, nor these migrants": (
                np.maximum(y["migrants.contributors"] - employed, 0.0)
                + np.maximum(employed - stock, 0.0)
            ).sum(axis=(1, 2))
            / scale,
            "G-5 remittances of corridors = sent + received": (
                y["migrants.remittances"].sum(axis=1)
                - y["migrants.remittances_sent"]
                - y["migrants.remittances_received"]
            )
            / y["macroeconomy.gdp"],
        }
        if y.year > y.base_year:
            change = stock - y.lag("migrants.stock")
            flows = y["migrants.net_flow"] - y["migrants.deaths"]
            found["G-6 migrants = migrants of the year before + net flow - deaths"] = (
                change - flows
            ).sum(axis=(1, 2)) / scale
        return found


def modules(pack: Pack) -> Sequence[Module]:
    """The corridors' module; none where the pack declares no corridor."""
    corridors = pack.manifest.corridors
    if not corridors:
        return []
    return [Migrants(np.array([float(c.direction == "in") for c in corridors.values()]))]
