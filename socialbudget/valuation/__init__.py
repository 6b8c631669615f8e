"""Actuarial valuation: premiums, fund roll-forward, balances. A library; no command uses it yet."""
