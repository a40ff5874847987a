"""Drivers of instruments behind the adapter contract."""
