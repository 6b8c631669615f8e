"""Mortality forecasts of Australia, tested: ``python -m calibration.mortality.australia``.

Fits the models to death rates of 1971-2019, sets life expectancy to 2100 beside World Population
Prospects 2024, tests them on years held back, and writes ``docs/mortality_models.md`` with its
chart in ``docs/figures``. The chart needs matplotlib (``pip install socialbudget[docs]``).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.mortality.coherent import ProductRatio, fit_product_ratio
from calibration.mortality.lee_carter import LeeCarter, fit_lee_carter
from calibration.mortality.lee_carter_likelihood import fit_lee_carter_likelihood
from calibration.mortality.measures import SEXES, death_probabilities, life_expectancy
from calibration.mortality.observations import Observations, observations
from calibration.mortality.projection import death_rate_table, pack_ages
from calibration.mortality.targets import PAST_YEARS, ULTIMATE_UP_TO_AGE, improved_rates

Array = NDArray[np.float64]

SOURCES = Path(__file__).resolve().parent.parent / "sources"
DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, FIGURE = "mortality_models.md", "mortality_australia.png"
TEMPLATE = Path(__file__).parent / "mortality_models_template.md"

LAST_FITTED_AGE = 95
FIRST_YEAR, JUMP_OFF, HORIZON = 1971, 2019, 2100
"""2020 and 2021 are in the data, but are years of an epidemic."""
DRAWS, SEED = 1000, 1
PUBLISHED_UNIT = 1e-5
"""Last digit of the death rates (1/year)."""
LEVELS = {"p025": 0.025, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p975": 0.975}
BACKTESTS = ((1971, 1990), (1971, 2000))
SHOWN = (2019, 2030, 2050, 2075, 2100)


def observed_rates(first: int, last: int, top: int = 110) -> Array:
    """Death rates (1/year) [year, sex, age] of the years asked for, ages 0 to `top`."""
    table = pd.read_parquet(SOURCES / "aus_mortality.parquet")
    part = table[table.year.between(first, last) & (table.age <= top)]
    ordered = part.sort_values(["year", "sex", "age"])
    return ordered.death_rate.to_numpy(float).reshape(last - first + 1, len(SEXES), top + 1)


def observed_deaths(first: int, last: int, sex: str, top: int = LAST_FITTED_AGE) -> Observations:
    """Deaths and exposures of one sex: rates times the mid-year population."""
    table = pd.read_parquet(SOURCES / "aus_mortality.parquet")
    part = table[table.year.between(first, last) & (table.age <= top) & (table.sex == sex)]
    exposure = part.pivot(index="year", columns="age", values="population")
    rate = part.pivot(index="year", columns="age", values="death_rate")
    people = exposure.to_numpy(float)
    return observations(exposure.index, exposure.columns, people * rate.to_numpy(float), people)


def united_nations() -> pd.Series:
    """Published life expectancy, indexed by sex, variant and year."""
    table = pd.read_parquet(SOURCES / "aus_wpp2024_life_expectancy.parquet")
    return table.set_index(["sex", "variant", "year"]).life_expectancy


def fit(first: int, last: int) -> ProductRatio:
    """The coherent model of both sexes."""
    return fit_product_ratio(
        range(first, last + 1),
        range(LAST_FITTED_AGE + 1),
        observed_rates(first, last, LAST_FITTED_AGE),
    )


def simulated_expectancy(model: ProductRatio, horizon: int, draws: int = DRAWS) -> Array:
    """Life expectancy [draw, year, sex] of simulated paths, in parts to save memory."""
    rng = np.random.default_rng(SEED)
    part = min(draws, 250)
    return np.concatenate(
        [
            life_expectancy(pack_ages(model.simulate(part, horizon, rng)))
            for _ in range(draws // part)
        ]
    )


def pack_death_rates(last: int = HORIZON) -> dict[int, Array]:
    """The central forecast as a pack takes it: {year: [sex, age]}, from the year after the fit."""
    model = fit(FIRST_YEAR, JUMP_OFF)
    years = range(JUMP_OFF + 1, last + 1)
    return death_rate_table(years, pack_ages(model.central(len(years))))


def alone(first: int, last: int, horizon: int, method: str) -> Array:
    """Life expectancy [year, sex] of each sex forecast on its own."""
    years, ages = range(first, last + 1), range(LAST_FITTED_AGE + 1)
    rates = observed_rates(first, last, LAST_FITTED_AGE)
    paths = []
    for place, sex in enumerate(SEXES):
        deaths = observed_deaths(first, last, sex)
        model: LeeCarter
        if method == "classical":
            model = fit_lee_carter(years, ages, rates[:, place], deaths)
        else:
            model = fit_lee_carter_likelihood(deaths, method)
        paths.append(model.forecast_rates(model.walk().central(horizon)[:, 0]))
    return life_expectancy(pack_ages(np.stack(paths, axis=1)))


@dataclass(frozen=True)
class Backtest:
    """A forecast from years before the last, beside what came.

    Parameters
    ----------
    first, last, end : int
        Years of the fit, and last year of the comparison.
    error : array [year, sex]
        Median forecast of life expectancy less the observed one (year).
    covered : dict of level to array [sex]
        Share of years whose life expectancy lies in the 80 and in the 95 percent band.
    age_covered, age_covered_noise : dict of level to float
        Share of single death rates (year, sex, age) in the band: of the indices alone, and with
        the scatter of each age around the fit.
    held : array [sex]
        Mean absolute error if life expectancy had been held at the last year fitted (year).
    """

    first: int
    last: int
    end: int
    error: Array
    covered: dict[int, Array]
    age_covered: dict[int, float]
    age_covered_noise: dict[int, float]
    held: Array


def backtest(first: int, last: int, end: int = JUMP_OFF) -> Backtest:
    """Fit to the years from `first` to `last` and compare the years up to `end`."""
    model, horizon = fit(first, last), end - last
    came = life_expectancy(pack_ages(observed_rates(last + 1, end)))
    paths = simulated_expectancy(model, horizon)
    rng = np.random.default_rng(SEED)
    logs = np.log(model.simulate(DRAWS, horizon, rng))
    seen = np.log(observed_rates(last + 1, end, LAST_FITTED_AGE))
    scatter = (np.log(observed_rates(first, last, LAST_FITTED_AGE)) - np.log(model.fitted())).std(
        axis=0, ddof=2
    )
    noisy = logs + rng.normal(size=logs.shape) * scatter
    last_seen = life_expectancy(pack_ages(observed_rates(last, last)))[0]
    return Backtest(
        first,
        last,
        end,
        error=np.median(paths, axis=0) - came,
        covered={p: _inside(paths, came, p).mean(axis=0) for p in (80, 95)},
        age_covered={p: float(_inside(logs, seen, p).mean()) for p in (80, 95)},
        age_covered_noise={p: float(_inside(noisy, seen, p).mean()) for p in (80, 95)},
        held=np.abs(last_seen - came).mean(axis=0),
    )


def _inside(paths: Array, seen: Array, percent: int) -> NDArray[np.bool_]:
    tail = 0.5 - percent / 200.0
    low, high = np.quantile(paths, [tail, 1.0 - tail], axis=0)
    return np.asarray((low <= seen) & (seen <= high))


@dataclass(frozen=True)
class Forecast:
    """Life expectancy of Australia by every model, from the year after the jump-off.

    Parameters
    ----------
    quantiles : dict of level to array [year, sex]
        Of the coherent model.
    central : dict of model to array [year, sex]
        Central forecasts, the coherent one first.
    observed : array [year, sex]
        Of the years fitted.
    """

    quantiles: dict[str, Array]
    central: dict[str, Array]
    observed: Array


COHERENT = "product and ratio"


def forecast() -> Forecast:
    """Every forecast of the page."""
    model, horizon = fit(FIRST_YEAR, JUMP_OFF), HORIZON - JUMP_OFF
    paths = simulated_expectancy(model, horizon)
    past = pack_ages(observed_rates(FIRST_YEAR, JUMP_OFF))
    central = {COHERENT: life_expectancy(pack_ages(model.central(horizon)))}
    central |= {
        f"Lee-Carter, {name}, each sex alone": alone(FIRST_YEAR, JUMP_OFF, horizon, method)
        for name, method in (
            ("singular values", "classical"),
            ("Poisson", "poisson"),
            ("binomial", "binomial"),
        )
    }
    central["improvement rates"] = life_expectancy(improved_rates(past, horizon))
    return Forecast(
        {name: np.quantile(paths, level, axis=0) for name, level in LEVELS.items()},
        central,
        life_expectancy(past),
    )


def band_rows(made: Forecast, published: pd.Series) -> list[str]:
    """Median and bands of the coherent model and of the United Nations."""
    rows = [
        "| | year | median | 80 % band | 95 % band | UN median | UN 80 % band | UN 95 % band |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for place, sex in enumerate(SEXES):
        for year in (2030, 2050, 2075, 2100):
            own = {n: q[year - JUMP_OFF - 1, place] for n, q in made.quantiles.items()}
            un = {n: float(published[sex, "median" if n == "p50" else n, year]) for n in own}
            cells = []
            for of in (own, un):
                cells += [
                    f"{of['p50']:.1f}",
                    f"{of['p10']:.1f} to {of['p90']:.1f}",
                    f"{of['p025']:.1f} to {of['p975']:.1f}",
                ]
            rows.append(f"| {sex} | {year} | " + " | ".join(cells) + " |")
    return rows


def central_rows(made: Forecast, published: pd.Series) -> list[str]:
    """Central life expectancy of women and men, and their difference, by every model."""
    years = (2050, 2100)
    rows = [
        "| Model | " + " | ".join(f"women {y} | men {y} | difference" for y in years) + " |",
        "|---|" + "---|" * (3 * len(years)),
    ]
    un = np.array([[published[s, "median", y] for s in SEXES] for y in years], dtype=float)
    lines = {n: c[[y - JUMP_OFF - 1 for y in years]] for n, c in made.central.items()}
    for name, values in (lines | {"United Nations, median": un}).items():
        cells = [f"{w:.1f} | {m:.1f} | {w - m:.1f}" for w, m in values]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return rows


def backtest_rows(tests: Sequence[Backtest]) -> list[str]:
    """Errors and coverage of the forecasts of the past."""
    rows = [
        "| fitted | compared | sex | mean error | largest | mean absolute | if held | in 80 % "
        "| in 95 % |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for test in tests:
        for place, sex in enumerate(SEXES):
            error = test.error[:, place]
            largest = error[np.argmax(np.abs(error))]
            rows.append(
                f"| {test.first}-{test.last} | {test.last + 1}-{test.end} | {sex} "
                f"| {error.mean():+.2f} | {largest:+.2f} | {np.abs(error).mean():.2f} "
                f"| {test.held[place]:.2f} | {test.covered[80][place]:.0%} "
                f"| {test.covered[95][place]:.0%} |"
            )
    return rows


def age_rows(tests: Sequence[Backtest]) -> list[str]:
    """Coverage of single death rates."""
    rows = [
        "| fitted | compared | 80 %, indices | 95 %, indices | 80 %, with scatter "
        "| 95 %, with scatter |",
        "|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {t.first}-{t.last} | {t.last + 1}-{t.end} | {t.age_covered[80]:.0%} "
        f"| {t.age_covered[95]:.0%} | {t.age_covered_noise[80]:.0%} "
        f"| {t.age_covered_noise[95]:.0%} |"
        for t in tests
    ]
    return rows


def text_figures(made: Forecast, published: pd.Series) -> dict[str, str]:
    """Figures of the text of the page, by their name in the template."""
    whole = observed_rates(FIRST_YEAR, JUMP_OFF)
    closed = pack_ages(whole[..., : LAST_FITTED_AGE + 1])
    moved = np.abs(life_expectancy(closed) - life_expectancy(whole)).max()
    young = death_probabilities(closed[[JUMP_OFF - PAST_YEARS - FIRST_YEAR, -1]])[
        ..., :ULTIMATE_UP_TO_AGE
    ]
    fall = 100.0 * (1.0 - (young[1] / young[0]) ** (1.0 / PAST_YEARS)).mean(axis=-1)
    own = made.quantiles["p975"][-1] - made.quantiles["p025"][-1]
    theirs = [published[sex, "p975", HORIZON] - published[sex, "p025", HORIZON] for sex in SEXES]
    children = observed_rates(JUMP_OFF - 9, JUMP_OFF)[..., 1:15]
    return {
        "kannisto": f"{moved:.3f}",
        "improvement": f"{fall[0]:.1f} and {fall[1]:.1f}",
        "width": f"{own[0]:.0f} (women) and {own[1]:.0f} (men)",
        "width_un": f"{theirs[0]:.0f} and {theirs[1]:.0f}",
        "rounding": f"{100.0 * float(np.median(0.5 * PUBLISHED_UNIT / children)):.0f}",
    }


def page(made: Forecast, tests: Sequence[Backtest]) -> str:
    """The page: its text with the tables in their places."""
    published = united_nations()
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, rows in (
        ("bands", band_rows(made, published)),
        ("central", central_rows(made, published)),
        ("backtest", backtest_rows(tests)),
        ("ages", age_rows(tests)),
        *((name, [value]) for name, value in text_figures(made, published).items()),
    ):
        text = text.replace(f"{{{{{name}}}}}", "\n".join(rows))
    return text


def draw(target: Path, made: Forecast) -> None:
    """Life expectancy of women, of men, and their difference."""
    from matplotlib import pyplot as plt

    published = united_nations()
    figure, axes = plt.subplots(1, 3, figsize=(13.0, 4.6))
    past, ahead = range(FIRST_YEAR, JUMP_OFF + 1), range(JUMP_OFF + 1, HORIZON + 1)
    un_years = range(2024, HORIZON + 1)
    model, un = "#1f5fa8", "#d1681c"
    for place, sex in enumerate(SEXES):
        axis = axes[place]
        axis.plot(past, made.observed[:, place], color="#222222", linewidth=1.6, label="observed")
        for low, high, strength in (("p025", "p975", 0.16), ("p10", "p90", 0.24)):
            axis.fill_between(
                ahead,
                made.quantiles[low][:, place],
                made.quantiles[high][:, place],
                color=model,
                alpha=strength,
                linewidth=0,
            )
        axis.plot(ahead, made.quantiles["p50"][:, place], color=model, label="product and ratio")
        for name, style in (("median", "-"), ("p10", "--"), ("p90", "--"), ("p025", ":"),
                            ("p975", ":")):  # fmt: skip
            values = [float(published[sex, name, y]) for y in un_years]
            label = "UN 2024: median, 80 % (dashed), 95 % (dotted)" if name == "median" else None
            axis.plot(un_years, values, color=un, linestyle=style, linewidth=1.2, label=label)
        axis.set_title({"female": "Women", "male": "Men"}[sex], fontsize=11, loc="left")
        axis.set_ylim(66, 103)
        axis.set_ylabel("life expectancy at birth (years)", fontsize=9)
    axis = axes[2]
    axis.plot(past, made.observed[:, 0] - made.observed[:, 1], color="#222222", linewidth=1.6)
    colours = (model, "#7a4fa3", "#4d9a5b", "#a34f6b", "#888888")
    for (name, of), colour in zip(made.central.items(), colours, strict=True):
        axis.plot(ahead, of[:, 0] - of[:, 1], color=colour, linewidth=1.3, label=name)
    gap = [
        float(published["female", "median", y] - published["male", "median", y]) for y in un_years
    ]
    axis.plot(un_years, gap, color=un, linewidth=1.3, label="UN 2024, median")
    axis.set_title("Women less men", fontsize=11, loc="left")
    axis.set_ylabel("years", fontsize=9)
    axis.axhline(0.0, color="#222222", linewidth=0.6)
    axis.set_ylim(-0.2, 10.5)
    axis.legend(frameon=False, fontsize=8, loc="upper right")
    for axis in axes:
        axis.grid(axis="y", color="#dddddd", linewidth=0.6)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=9)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower left", ncols=3, frameon=False, fontsize=9)
    figure.tight_layout(rect=(0, 0.06, 1, 1), w_pad=2.0)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=100, metadata={"Software": None})
    plt.close(figure)


def main(arguments: Sequence[str] = ()) -> None:
    """Write the page and its chart (into another folder, if named)."""
    docs = Path(arguments[0]) if arguments else DOCS
    made = forecast()
    draw(docs / "figures" / FIGURE, made)
    (docs / PAGE).write_text(page(made, [backtest(*b) for b in BACKTESTS]), encoding="utf-8")
    print(docs / PAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
