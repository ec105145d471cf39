"""What the tests of the reporter share: a desk to work at, an MTA that keeps
what it is given, a PostgreSQL of our own, and a second opinion on reports."""
