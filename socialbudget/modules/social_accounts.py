"""The social budget: receipts by source and expenditure by function, consolidated (method 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Var, Year
from socialbudget.dims import SOURCES
from socialbudget.modules import Scheme, schemes_of
from socialbudget.pack import Pack

TRANSFER_IN = SOURCES.index("transfer_in")
PROPERTY_INCOME = SOURCES.index("property_income")
CONTRIBUTIONS = slice(0, SOURCES.index("premiums") + 1)


class SocialAccounts(Module):
    """Totals over schemes; transfers between schemes are taken out of both sides."""

    name = "social_accounts"
    reads = (
        "*.benefit_expenditure",
        "*.recipients",
        "scheme_accounts.receipts",
        "scheme_accounts.benefits",
        "scheme_accounts.administration",
        "scheme_accounts.transfer_out",
        "scheme_accounts.expenditure",
        "scheme_accounts.balance",
        "macroeconomy.gdp",
        "government.expenditure",
        "government.interest_to_schemes",
        "household.social_contributions",
        "household.cash_benefits",
        "financing_rules.bond_share",
        "government.social_spending",
        "demography.population_midyear",
    )

    def __init__(self, schemes: Sequence[Scheme]):
        self._schemes = schemes
        self._cash = np.array([s.instance.benefit_type == "cash" for s in schemes], dtype=float)
        self._public = np.array([s.instance.sector == "government" for s in schemes], dtype=float)
        self.writes = (
            Var(
                "social_accounts.expenditure_by_function",
                ("function", "sex"),
                "LCU/year",
                "flow",
                "Benefit expenditure by function, government and private schemes",
            ),
            Var(
                "social_accounts.public_expenditure_by_function",
                ("function", "sex"),
                "LCU/year",
                "flow",
                "Benefit expenditure of government schemes by function",
            ),
            Var(
                "social_accounts.scheme_expenditure_by_function",
                ("scheme", "function"),
                "LCU/year",
                "flow",
                "Benefit expenditure of each scheme by function",
            ),
            Var(
                "social_accounts.scheme_recipients",
                ("scheme", "sex"),
                "person",
                "flow",
                "Recipients of each scheme, all functions",
            ),
            Var(
                "social_accounts.recipients_by_function",
                ("function", "sex"),
                "person",
                "flow",
                "Recipients by function, persons with two benefits counted twice",
            ),
            Var(
                "social_accounts.receipts_by_source",
                ("source",),
                "LCU/year",
                "flow",
                "Receipts by source, transfers between schemes taken out",
            ),
            Var("social_accounts.benefits", (), "LCU/year", "flow", "Benefit expenditure"),
            Var("social_accounts.administration", (), "LCU/year", "flow", "Administration"),
            Var(
                "social_accounts.expenditure",
                (),
                "LCU/year",
                "flow",
                "Benefits and administration, transfers between schemes taken out",
            ),
            Var(
                "social_accounts.receipts",
                (),
                "LCU/year",
                "flow",
                "Receipts, transfers between schemes taken out",
            ),
            Var("social_accounts.balance", (), "LCU/year", "flow", "Receipts less expenditure"),
            Var(
                "social_accounts.expenditure_percent_gdp",
                (),
                "percent",
                "rate",
                "Social expenditure over GDP",
            ),
            Var(
                "social_accounts.public_expenditure_percent_gdp",
                (),
                "percent",
                "rate",
                "Social expenditure of government schemes over GDP",
            ),
            Var(
                "social_accounts.function_percent_gdp",
                ("function",),
                "percent",
                "rate",
                "Benefit expenditure by function over GDP",
            ),
            Var(
                "social_accounts.public_percent_of_government",
                (),
                "percent",
                "rate",
                "Social spending over government expenditure",
            ),
            Var(
                "social_accounts.expenditure_per_capita",
                (),
                "LCU/person/year",
                "rate",
                "Social expenditure per inhabitant",
            ),
        )

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        spending, people = y.match("*.benefit_expenditure"), y.match("*.recipients")
        by_scheme = np.stack(
            [spending[f"{s.name}.benefit_expenditure"] for s in self._schemes], axis=1
        )
        recipients = np.stack([people[f"{s.name}.recipients"] for s in self._schemes], axis=1)
        public = self._public[:, None, None]
        y["social_accounts.expenditure_by_function"] = by_scheme.sum(axis=1)
        y["social_accounts.public_expenditure_by_function"] = (by_scheme * public).sum(axis=1)
        y["social_accounts.scheme_expenditure_by_function"] = by_scheme.sum(axis=3)
        y["social_accounts.scheme_recipients"] = recipients.sum(axis=2)
        y["social_accounts.recipients_by_function"] = recipients.sum(axis=1)
        receipts = y["scheme_accounts.receipts"].sum(axis=1)
        receipts[:, TRANSFER_IN] = 0.0
        y["social_accounts.receipts_by_source"] = receipts
        benefits = y["scheme_accounts.benefits"].sum(axis=1)
        administration = y["scheme_accounts.administration"].sum(axis=1)
        total = benefits + administration
        gdp = y["macroeconomy.gdp"]
        y["social_accounts.benefits"] = benefits
        y["social_accounts.administration"] = administration
        y["social_accounts.expenditure"] = total
        y["social_accounts.receipts"] = receipts.sum(axis=1)
        y["social_accounts.balance"] = y["social_accounts.receipts"] - total
        y["social_accounts.expenditure_percent_gdp"] = 100.0 * total / gdp
        y["social_accounts.public_expenditure_percent_gdp"] = (
            100.0 * y["government.social_spending"] / gdp
        )
        y["social_accounts.function_percent_gdp"] = (
            100.0 * by_scheme.sum(axis=(1, 3)) / gdp[:, None]
        )
        y["social_accounts.public_percent_of_government"] = (
            100.0 * y["government.social_spending"] / y["government.expenditure"]
        )
        y["social_accounts.expenditure_per_capita"] = total / y[
            "demography.population_midyear"
        ].sum(axis=(1, 2))

    def identities(self, y: Year) -> Mapping[str, Array]:
        total = y["social_accounts.expenditure"]
        balance = y["social_accounts.balance"]
        return {
            "A-6 receipts = expenditure + change of reserves": (
                balance - y["scheme_accounts.balance"].sum(axis=1)
            )
            / total,
            "A-8 national total = sum over schemes": (
                y["social_accounts.expenditure_by_function"].sum(axis=(1, 2))
                - y["scheme_accounts.benefits"].sum(axis=1)
            )
            / total,
            "A-5 contributions in the household account = receipts of government schemes": (
                y["household.social_contributions"]
                - (
                    y["scheme_accounts.receipts"][:, :, CONTRIBUTIONS].sum(axis=2) * self._public
                ).sum(axis=1)
            )
            / total,
            "A-7 benefits in the household account = cash benefits of government schemes": (
                y["household.cash_benefits"]
                - (y["scheme_accounts.benefits"] * self._public * self._cash).sum(axis=1)
            )
            / total,
            "M-10 interest of the budget to schemes = their income on government bonds": (
                y["government.interest_to_schemes"]
                - (
                    y["scheme_accounts.receipts"][:, :, PROPERTY_INCOME]
                    * y["financing_rules.bond_share"]
                    * self._public
                ).sum(axis=1)
            )
            / total,
            "A-2 transfers are consolidated": (
                y["scheme_accounts.expenditure"].sum(axis=1)
                - y["scheme_accounts.transfer_out"].sum(axis=1)
                - total
            )
            / total,
        }


def modules(pack: Pack) -> Sequence[Module]:
    """The social accounts over all schemes of the pack."""
    return [SocialAccounts(schemes_of(pack))]
