"""What a demographer, an actuary and a minister get out of the population of a run.

Pure functions from `Results` to a `Measure` (values by year, draw and labels, with a unit), which
gives long tables, bands and probabilities. See ``docs/population.md``.
"""

from __future__ import annotations

from socialbudget.population.ages import AgeGroup, parse_age_groups
from socialbudget.population.kin import children_per_person, orphan_share, orphans
from socialbudget.population.lexis import (
    crude_death_rate_by_age,
    deaths_by_age,
    lexis_deaths,
    lexis_table,
)
from socialbudget.population.measure import BANDS, Measure
from socialbudget.population.mortality import (
    annuity_factor,
    cohort_survival,
    life_expectancy,
    period_mortality,
)
from socialbudget.population.nuptiality import family_parameters, has_families, with_families
from socialbudget.population.probability import (
    Threshold,
    parse_threshold,
    probability,
    threshold_measure,
    threshold_probability,
)
from socialbudget.population.run import project_population
from socialbudget.population.structure import (
    dependency_ratio,
    dependency_ratios,
    growth_components,
    growth_rates,
    median_age,
    population_by_group,
    population_share,
    pyramid,
    support_ratio,
    total_population,
)

__all__ = [
    "BANDS",
    "AgeGroup",
    "Measure",
    "Threshold",
    "annuity_factor",
    "children_per_person",
    "cohort_survival",
    "crude_death_rate_by_age",
    "deaths_by_age",
    "dependency_ratio",
    "dependency_ratios",
    "family_parameters",
    "growth_components",
    "growth_rates",
    "has_families",
    "lexis_deaths",
    "lexis_table",
    "life_expectancy",
    "median_age",
    "orphan_share",
    "orphans",
    "parse_age_groups",
    "parse_threshold",
    "period_mortality",
    "population_by_group",
    "population_share",
    "probability",
    "project_population",
    "pyramid",
    "support_ratio",
    "threshold_measure",
    "threshold_probability",
    "total_population",
    "with_families",
]
