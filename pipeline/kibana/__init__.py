"""Build Kibana's data views, saved searches and dashboards in code, and import them over its API."""
