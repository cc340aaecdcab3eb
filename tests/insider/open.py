"""Rows that are not yet held."""
