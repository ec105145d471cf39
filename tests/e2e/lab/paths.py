"""Where things are: the source tree, its build, and the unpacked servers."""

import glob
import os
import shutil

from .child import Failure

E2E = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(E2E))
BUILD = os.environ.get("MAILVET_BUILD", os.path.join(TOP, "build"))
HOST = os.path.join(TOP, "build", "host")


def everywhere(*patterns):
    """What exists of these absolute paths, the unpacked before the installed."""
    return [path for root in (HOST, "") for pattern in patterns
            for path in sorted(glob.glob(root + pattern))]


def in_host(*patterns):
    found = everywhere(*patterns)
    if not found:
        raise Failure("neither in build/host nor installed: %s"
                      % " ".join(patterns))
    return found[0]


def on_path(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if path is None:
        raise Failure("not installed: %s" % name)
    return path


def built(name):
    path = os.path.join(BUILD, "bin", name)
    if not os.access(path, os.X_OK):
        raise Failure("not built: %s" % path)
    return path


def host_environment():
    """The environment in which the unpacked programs find their libraries."""
    libraries = everywhere("/usr/lib", "/usr/lib64", "/usr/lib/*-linux-*",
                           "/usr/lib/postfix")
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LD_LIBRARY_PATH": ":".join(
                path for path in libraries if path.startswith(HOST))}
