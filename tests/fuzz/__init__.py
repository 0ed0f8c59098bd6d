"""Hostile frames against a real node: `python -m tests.fuzz --frames 100000`."""
