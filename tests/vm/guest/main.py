"""The tests inside the guest.

The guest boots twice: the first boot installs, sets up and tests mailvet on a
host that had never heard of it; the second finds what a reboot leaves, and then
breaks things on purpose.
"""

import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import tap  # noqa: E402
import world  # noqa: E402
import steps_break  # noqa: E402
import steps_confine  # noqa: E402
import steps_install  # noqa: E402
import steps_mail  # noqa: E402

STATE = "/var/lib/vm"
SECOND = os.path.join(STATE, "second-boot")


FIRST = (steps_install.STEPS + steps_confine.STEPS + steps_mail.STEPS
         + steps_confine.QUIET)
AFTER = (steps_confine.AFTER_BOOT + steps_mail.AFTER_BOOT
         + steps_confine.QUIET + steps_break.STEPS)


def main():
    with open(os.path.join(HERE, "..", "mta")) as file:
        mta = file.read().strip()
    os.makedirs(STATE, exist_ok=True)
    second = os.path.exists(SECOND)
    guest = world.World(mta, "chain", STATE)
    began = time.monotonic()
    for step in AFTER if second else FIRST:
        tap.step(step, guest)
        print("# %d s" % (time.monotonic() - began), flush=True)
    if second:
        print("# done", flush=True)
    open(SECOND, "w").close()
    os.sync()
    world.systemctl("--no-block", "poweroff" if second else "reboot")


if __name__ == "__main__":
    main()
