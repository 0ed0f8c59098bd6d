"""Everything a node decides: pure, synchronous, deterministic.

Nothing here opens a socket, a file or a thread, reads the time or draws a random number by
itself. Inputs are values, time and randomness are handed in, and what comes out are effects for
the shell around it to carry out (``net``) or to simulate (``lab``).

Where to look first: ``version`` (what one write is), ``replica`` (how writes merge), ``sync``
(how two replicas become equal), ``tombstones`` (how a delete ends), ``engine`` (who calls whom).
"""
