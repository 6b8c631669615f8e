"""Parameters of fiscal closure F3 and of the gender experiments.

F3 has reserves that contribution rates aim at, and how fast. Parameters of the experiments are
neutral: no credit for care beyond what is in the benefits, no part of a gap closed by assumption.

No pack's law says what its schemes would aim at if their rates closed the account, so every value
is assumed. A pension scheme that pays by its members' service still matures, and its reserve of
the base year is no guide: it aims at one year of expenditure. Every other scheme keeps the ratio
of the base year, capped at `HIGHEST`. The period is the twenty years over which actuaries usually
level a premium.
"""

from __future__ import annotations

import numpy as np

from socialbudget.builder import PackBuilder

SOURCE = "fiscal_assumptions"
MATURING = "earnings_related_pension"
ONE_YEAR = 1.0
HIGHEST = 20.0
PERIOD = 20.0


def add_fiscal(pack: PackBuilder) -> None:
    """Add the targets of all schemes that closure F3 moves, and the period of adjustment."""
    pack.source(
        SOURCE,
        publisher="",
        title="Assumptions of the fiscal closure by contribution rates",
        edition="2026",
        licence="CC0-1.0",
        note="Reserve target and period of adjustment: scheme by scheme, see the notes of the rows",
    )
    carriers = {
        z: attributes
        for z, attributes in pack.schemes.items()
        if attributes.get("contributory")
        and attributes.get("sector", "government") == "government"
        and attributes.get("deficit_rule", "state") == "reserve"
    }
    for z, attributes in carriers.items():
        path = f"schemes.{z}.target_reserve_ratio"
        if attributes["kind"] == MATURING:
            note = "one year of expenditure: the scheme matures"
            pack.value(path, ONE_YEAR, "year", SOURCE, "assumed", note=note)
            continue
        spent = pack.total(f"schemes.{z}.base_expenditure")
        held = pack.total(f"schemes.{z}.reserve")
        ratio = min(held / spent, HIGHEST) if spent > 0.0 else 0.0
        note = "reserve over benefits of the base year, from the accounts in the pack"
        pack.value(path, round(ratio, 2), "year", SOURCE, "assumed", note=note)
    for z, attributes in pack.schemes.items():
        if attributes["kind"] == MATURING:
            pack.table(
                f"schemes.{z}.care_credit", ("sex",), np.zeros(2), "year", SOURCE, "assumed",
                note="none counted here: credits in force are part of the benefits observed",
            )  # fmt: skip
    pack.value(
        "participation.gender_gap_closed", 0.0, "1", SOURCE, "assumed",
        note="no policy: participation follows its own path",
    )  # fmt: skip
    if carriers:
        pack.value(
            "government.reserve_adjustment_years", PERIOD, "year", SOURCE, "assumed",
            note="usual period of a levelled premium",
        )  # fmt: skip
