"""Mortality models for country packs: fits, coherent forecasts, targets and old ages.

Death rates are arrays with the age innermost, [year, age] for one sex and [year, sex, age] for
both, sexes in the order female, male. Nothing here is read when a pack is projected.
"""
