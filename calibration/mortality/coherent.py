"""Both sexes together: the product-ratio model, whose forecasts do not drift apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.tsa.arima.model import ARIMA

from calibration.mortality.lee_carter import decompose
from calibration.mortality.measures import two_sexes
from calibration.mortality.observations import Integers
from calibration.mortality.random_walk import RandomWalk, random_walk
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Autoregression:
    """Stationary first-order autoregression around zero.

    Parameters
    ----------
    last : float
        Last observed value.
    persistence : float
        In absolute value below one.
    deviation : float
        Standard deviation of the innovations.
    """

    last: float
    persistence: float
    deviation: float

    def central(self, horizon: int) -> Array:
        """Expected values [year] of the years after the last."""
        return np.asarray(self.last * self.persistence ** np.arange(1, horizon + 1))

    def simulate(self, draws: int, horizon: int, rng: np.random.Generator) -> Array:
        """Paths [draw, year]."""
        shocks = rng.normal(scale=self.deviation, size=(draws, horizon))
        path = np.empty((draws, horizon))
        before = np.full(draws, self.last)
        for year in range(horizon):
            before = self.persistence * before + shocks[:, year]
            path[:, year] = before
        return path


@dataclass(frozen=True)
class ProductRatio:
    """A fitted model of the death rates of women and men.

    The product is p = sqrt(m_f m_m), the ratio r = sqrt(m_m / m_f); log p = a + b k with k a random
    walk with drift, log r = a' + b' k' with k' stationary around zero. Then m_f = p / r, m_m = p r.

    Parameters
    ----------
    years, ages : array [year], [age]
    product_a, product_b, product_k : array [age], [age], [year]
    ratio_a, ratio_b, ratio_k : array [age], [age], [year]
    product_last, ratio_last : array [age]
        Observed logs of the last year, from which forecasts start.
    walk : RandomWalk
        Of the product's index.
    autoregression : Autoregression
        Of the ratio's index.
    """

    years: Integers
    ages: Integers
    product_a: Array
    product_b: Array
    product_k: Array
    ratio_a: Array
    ratio_b: Array
    ratio_k: Array
    product_last: Array
    ratio_last: Array
    walk: RandomWalk
    autoregression: Autoregression

    def fitted(self) -> Array:
        """Fitted death rates (1/year) [year, sex, age]."""
        return _sexes(
            self.product_a + self.product_b * self.product_k[:, None],
            self.ratio_a + self.ratio_b * self.ratio_k[:, None],
        )

    def central(self, horizon: int, shock: ArrayLike | None = None) -> Array:
        """Central death rates (1/year) [year, sex, age] of the years after the last.

        Parameters
        ----------
        horizon : int
            Years ahead.
        shock : array [year, age] or [year, sex, age], optional
            Factor on the rates of each year ahead (an epidemic, heat); 1 is no shock.
        """
        rates = self._rates(self.walk.central(horizon)[:, 0], self.autoregression.central(horizon))
        return rates * _shock(shock, rates.shape)

    def simulate(
        self,
        draws: int,
        horizon: int,
        rng: np.random.Generator,
        shock: ArrayLike | None = None,
    ) -> Array:
        """Paths of death rates (1/year) [draw, year, sex, age], with the drift's own error."""
        product = self.walk.simulate(draws, horizon, rng)[..., 0]
        rates = self._rates(product, self.autoregression.simulate(draws, horizon, rng))
        return rates * _shock(shock, rates.shape[1:])

    def long_run_ratio(self) -> Array:
        """Death rate of men over that of women [age] to which every forecast returns."""
        return np.asarray(np.exp(2.0 * self.ratio_a))

    def _rates(self, product_k: Array, ratio_k: Array) -> Array:
        """Rates of indices [..., year] of the years ahead, from the observed last year.

        What the fit leaves of the product stays, or the rates would jump. What it leaves of the
        ratio fades with the autoregression, or the sexes would never come back to the mean ratio.
        """
        change = product_k - self.product_k[-1]
        left = self.ratio_last - self.ratio_a - self.ratio_b * self.ratio_k[-1]
        fading = self.autoregression.persistence ** np.arange(1, ratio_k.shape[-1] + 1)
        return _sexes(
            self.product_last + self.product_b * change[..., None],
            self.ratio_a + self.ratio_b * ratio_k[..., None] + fading[:, None] * left,
        )


def fit_product_ratio(years: ArrayLike, ages: ArrayLike, rates: ArrayLike) -> ProductRatio:
    """Fit product and ratio.

    Parameters
    ----------
    years, ages : array [year], [age]
        Consecutive years, ten or more; ages.
    rates : array [year, sex, age]
        Observed death rates (1/year), all positive; sexes female, male.

    Notes
    -----
    Source: Hyndman, Booth and Yasmeen (2013), Demography 50(1), here with one component for the
    product and one for the ratio, whose ages are weighted by the deaths of the life table
    instead of smoothed beforehand. The autoregression is fitted by exact maximum likelihood, which
    keeps it stationary; its mean is the mean of the years fitted.
    """
    year, age = np.asarray(years, dtype=np.int64), np.asarray(ages, dtype=np.int64)
    m = two_sexes(rates)
    if m.shape != (year.size, 2, age.size) or year.size < 10 or np.any(np.diff(year) != 1):
        raise SocialBudgetError(
            f"rates have shape {m.shape}; give [year, sex, age] of ten or more consecutive years"
        )
    if np.any(m <= 0.0):
        t, s, x = np.argwhere(m <= 0.0)[0]
        raise SocialBudgetError(
            f"the death rate of year {year[t]}, sex {s}, age {age[x]} is zero: pool ages or years "
            "before the logarithm"
        )
    logs = np.log(m)
    product, ratio = logs.mean(axis=1), 0.5 * (logs[:, 1] - logs[:, 0])
    a, b, k = decompose(product)
    ratio_a, ratio_b, ratio_k = _decompose_ratio(ratio, _deaths_by_age(product))
    return ProductRatio(
        years=year,
        ages=age,
        product_a=a,
        product_b=b,
        product_k=k,
        ratio_a=ratio_a,
        ratio_b=ratio_b,
        ratio_k=ratio_k,
        product_last=product[-1],
        ratio_last=ratio[-1],
        walk=random_walk(k),
        autoregression=fit_autoregression(ratio_k),
    )


def fit_autoregression(values: ArrayLike) -> Autoregression:
    """Autoregression around zero of a series [year], by exact maximum likelihood."""
    series = np.asarray(values, dtype=float)
    size = float(np.sqrt(np.mean(series**2)))
    if size == 0.0:
        return Autoregression(0.0, 0.0, 0.0)
    # The optimiser of statsmodels works on the values as they are: scale one suits it.
    fit = ARIMA(series / size, order=(1, 0, 0), trend="n").fit()
    persistence, variance = fit.params
    return Autoregression(
        float(series[-1]), float(persistence), size * float(np.sqrt(max(variance, 0.0)))
    )


def _decompose_ratio(ratio: Array, weights: Array) -> tuple[Array, Array, Array]:
    """First component of the ratio, each age with its weight.

    Without weights the scatter of rare deaths of children would be the first component, and the
    trend of the ages at which people die would count as what the fit leaves. b has unit length
    under the weights, since it may sum to zero.
    """
    a, root = ratio.mean(axis=0), np.sqrt(weights)
    left, scale, right = np.linalg.svd((ratio - a) * root, full_matrices=False)
    sign = 1.0 if right[0].sum() >= 0.0 else -1.0
    return a, sign * right[0] / root, sign * left[:, 0] * scale[0]


def _deaths_by_age(log_rates: Array) -> Array:
    """Share of the deaths of a life table at each age, mean over the years [year, age]."""
    cumulated = np.cumsum(np.exp(log_rates), axis=1)
    before = np.concatenate([np.zeros_like(cumulated[:, :1]), cumulated[:, :-1]], axis=1)
    deaths = (np.exp(-before) - np.exp(-cumulated)).mean(axis=0)
    return np.asarray(deaths / deaths.sum())


def _sexes(log_product: Array, log_ratio: Array) -> Array:
    """Rates [..., sex, age] of women (product over ratio) and men (product times ratio)."""
    return np.exp(np.stack([log_product - log_ratio, log_product + log_ratio], axis=-2))


def _shock(shock: ArrayLike | None, shape: tuple[int, ...]) -> Array:
    """Factor [year, sex, age] that spreads over the rates."""
    if shock is None:
        return np.ones((1, 1, 1))
    factor = np.asarray(shock, dtype=float)
    horizon, sexes, ages = shape[-3:]
    if factor.shape == (horizon, ages):
        factor = factor[:, None, :]
    elif factor.shape != (horizon, sexes, ages):
        raise SocialBudgetError(
            f"the shock has shape {factor.shape}; give [year, age] = {(horizon, ages)} or "
            f"[year, sex, age] = {(horizon, sexes, ages)}"
        )
    if not np.all(np.isfinite(factor)) or np.any(factor <= 0.0):
        raise SocialBudgetError("a shock is a positive factor on death rates; 1 is no shock")
    return factor
