"""Prompts for training and for tests, made by the same code."""
