"""A leaderless, replicated key-value node that you can watch think."""

__version__ = "0.1.0"
