"""Kibana's data views, saved searches and dashboards: described once, made by code, imported over its API."""
