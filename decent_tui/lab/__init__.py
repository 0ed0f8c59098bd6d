"""Many nodes in one place: the simulator on virtual time.

Read `simulation` first; `world` says what can go wrong, `oracle` what must be so all the same.
"""
