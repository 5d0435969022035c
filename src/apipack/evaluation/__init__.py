"""Verdicts on calls, the tables made of them, and MLflow."""
