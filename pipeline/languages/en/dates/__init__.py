"""Dates: expressions for days, months, years and times of day, with their values."""
