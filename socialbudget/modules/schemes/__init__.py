"""Scheme kinds: one file each. Instances are data in the country packs."""
