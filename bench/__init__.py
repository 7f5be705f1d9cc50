"""Measurements: what is measured is printed with its spread, and nothing here is a test."""
