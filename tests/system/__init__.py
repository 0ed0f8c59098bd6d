"""Black-box tests: the program judged from outside only.

Everything here goes through what a person or another program can reach: processes, standard input
and output, TCP sockets, files and signals. Nothing imports `decent_tui`; what must hold is read
from the command language and the design, not from the code.

- `harness` starts nodes and talks to them; `wire` speaks the protocol from a bare socket;
  `proxy` sits between two nodes and records what passes; `classic_peer` behaves like a node of
  the original program, faults included.
- Each test is one claim, named as a sentence. No test sleeps for luck: it waits for a condition
  with a deadline, or, where the claim is that nothing happens, measures over a short window.
- Tests that take long by nature are marked `slow`; `-m "not slow"` leaves them out.
"""
