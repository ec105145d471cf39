"""A mail host, its name server and its correspondents, on one machine.

Runs inside tests/env/ns, which gives the lab its addresses and a /etc and /run
of its own.  world.py puts the parts together, scenarios.py says what is sent
and what should come of it.
"""
