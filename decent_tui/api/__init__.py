"""The Python API: a node in this process and a client of one elsewhere, with the same methods."""
