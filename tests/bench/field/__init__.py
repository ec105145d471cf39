"""What the benchmarks are run in: messages, zones, ours and the peers.

The lab of the end-to-end tests supplies processes, paths and the name server.
"""

import os
import sys

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(BENCH), "e2e"))
