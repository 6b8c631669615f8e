"""From source tables to country packs: the only part that estimates and the only one to import
statsmodels. ``python -m calibration.build`` rebuilds every shipped pack.
"""
