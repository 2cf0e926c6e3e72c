"""The documentation: its sources, and what generates its reference pages."""
