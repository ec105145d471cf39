"""Plain lines: ok and not ok, the only thing that the host side counts."""

import subprocess
import traceback

COMMENT_LINES = 30


def ok(good, text, *comments):
    """One check; the comments are shown when it failed."""
    print("%s - vm: %s" % ("ok" if good else "not ok", text), flush=True)
    if not good:
        for comment in comments:
            tell(comment)
    return bool(good)


def equal(got, expected, text):
    return ok(got == expected, text, "expected: %s" % (expected,),
              "got:      %s" % (got,))


def tell(text):
    for line in str(text).splitlines()[-COMMENT_LINES:]:
        print("# " + line, flush=True)


def step(function, *arguments):
    """A step that breaks is one failure, and the next one has its turn."""
    title = (function.__doc__ or function.__name__).strip().splitlines()[0]
    print("# ---- " + title, flush=True)
    try:
        function(*arguments)
    except Exception:  # whatever it was: it is told
        ok(False, title, traceback.format_exc())


class Done:
    """A command that has ended."""

    def __init__(self, argv, data=None, seconds=600):
        done = subprocess.run(argv, input=data, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds)
        self.status = done.returncode
        self.text = done.stdout.decode(errors="replace")


def run(*argv, **how):
    return Done(list(argv), **how)


def succeeds(text, *argv, **how):
    """A check that the command exits 0; the finished command."""
    done = run(*argv, **how)
    ok(done.status == 0, text, "%s: status %d" % (" ".join(argv), done.status),
       done.text)
    return done
