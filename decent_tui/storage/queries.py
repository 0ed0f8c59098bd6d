"""What is asked of the tables in `schema`: every query costs what it returns, not what the file holds.

`COLUMNS` are those of a version, in one order everywhere.
"""

from typing import Final

from decent_tui.core.store import Countable, Wanted
from decent_tui.storage.pending import Kind

UNBOUNDED: Final = b""
"""As an upper end of keys: in SQLite's order every text comes before every blob."""

COLUMNS: Final = (
    "version.key, version.node, version.seq, version.value, version.context, "
    "version.lamport, version.author, version.ts, version.cid"
)

# Two searches and no `deleted IN (0, 1)`, for which SQLite fills a table every time: a third of the query.
SIBLINGS: Final = f"""
    SELECT {COLUMNS} FROM version WHERE deleted = 0 AND key = ?1
    UNION ALL
    SELECT {COLUMNS} FROM version WHERE deleted = 1 AND key = ?1
"""
SIBLINGS_OF: Final = f"""
    SELECT {COLUMNS} FROM json_each(?) AS asked
    CROSS JOIN version ON version.deleted IN (0, 1) AND version.key = asked.value
"""
BY_NUMBER: Final = f"""
    SELECT {COLUMNS} FROM version WHERE node = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?
"""
DOTS: Final = "SELECT seq FROM version WHERE node = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
TOMBSTONES: Final = f"""
    SELECT {COLUMNS} FROM node CROSS JOIN version ON version.node = node.id AND version.deleted = 1
    WHERE node.name >= ?1 AND version.seq > CASE WHEN node.name = ?1 THEN ?2 ELSE 0 END
    ORDER BY node.name, version.seq LIMIT ?3
"""
# One search of the index per key, so that a key with thousands of siblings costs no more than another.
_LIVE: Final = """
    WITH RECURSIVE page (key) AS (
        SELECT min(key) FROM version WHERE deleted = 0 AND key >= ?1 AND key < ?2
        UNION ALL
        SELECT (SELECT min(key) FROM version WHERE deleted = 0 AND key > page.key AND key < ?2)
        FROM page WHERE page.key IS NOT NULL
        LIMIT ?3
    )
    SELECT key FROM page WHERE key IS NOT NULL
"""
_LIVE_BACKWARDS: Final = """
    WITH RECURSIVE page (key) AS (
        SELECT max(key) FROM version WHERE deleted = 0 AND key >= ?1 AND key < ?2
        UNION ALL
        SELECT (SELECT max(key) FROM version WHERE deleted = 0 AND key >= ?1 AND key < page.key)
        FROM page WHERE page.key IS NOT NULL
        LIMIT ?3
    )
    SELECT key FROM page WHERE key IS NOT NULL
"""
PAGES: Final[dict[tuple[Wanted, bool], str]] = {
    ("live", False): _LIVE,
    ("live", True): _LIVE_BACKWARDS,
    ("conflicts", False): "SELECT key FROM conflict WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
    ("conflicts", True): "SELECT key FROM conflict WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?",
    ("deleted", False): "SELECT key FROM gone WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
    ("deleted", True): "SELECT key FROM gone WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?",
}
_COUNTED: Final = (
    "SELECT count(*), max(key) FROM (SELECT DISTINCT key FROM {} key >= ? AND key < ? ORDER BY key LIMIT ?)"
)
COUNT_KEYS: Final[dict[Countable, str]] = {
    "live": _COUNTED.format("version WHERE deleted = 0 AND"),
    "conflicts": _COUNTED.format("conflict WHERE"),
    "deleted": _COUNTED.format("gone WHERE"),
}
USED: Final = """
    SELECT (page_count - freelist_count) * page_size
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""
_NEW_ROW: Final = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT: Final = f"""
    INSERT INTO version (deleted, key, node, seq, value, context, lamport, author, ts, cid)
    VALUES {_NEW_ROW}
"""
TOGETHER: Final = 32
"""Rows of one `INSERT_TOGETHER`. Ten take 2.8 us each, a hundred 2.6, one at a time in `executemany` 3.6: a
statement has its price, most of it Python's."""
INSERT_TOGETHER: Final = INSERT + f", {_NEW_ROW}" * (TOGETHER - 1)
UPDATE: Final = """
    UPDATE version SET node = ?, seq = ?, value = ?, context = ?, lamport = ?, author = ?, ts = ?, cid = ?
    WHERE node = ? AND seq = ?
"""
"""One version in the place of another of its key, both values or both tombstones: the index of keys, and so a
page that is likely far from the others, stays as it is."""

LISTS: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("conflicts", "DELETE FROM conflict WHERE key = ?", "INSERT INTO conflict VALUES (?)"),
    ("deleted", "DELETE FROM gone WHERE key = ?", "INSERT INTO gone VALUES (?)"),
)
"""The kinds of key that have a table of their own: how a key leaves it, how it enters it."""

COUNT: Final = """
    UPDATE root SET keys = keys + ?, conflicts = conflicts + ?, deleted = deleted + ?, versions = versions + ?
"""
SAVE_ROOT: Final = "UPDATE root SET node = ?, counter = ?, lamport = ?, fingerprint = ?, former = ?"
ROOT: Final = "SELECT node, counter, lamport, fingerprint, former FROM root WHERE node IS NOT NULL"
