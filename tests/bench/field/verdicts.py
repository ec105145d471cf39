"""Do ours and the peers say the same of each message?"""

import os


def read(path):
    """{message: {method: result}}; of two SPF results the first is MAIL FROM's."""
    said = {}
    if os.path.exists(path):
        with open(path) as file:
            for line in file:
                name, *results = line.split()
                said[name] = {}
                for result in results:
                    method, _, outcome = result.partition("=")
                    said[name].setdefault(method, outcome)
    return said


def differences(ours, theirs):
    """Of what both have a result for: "0020.eml: dmarc pass/fail"."""
    for name, results in ours.items():
        for method, outcome in results.items():
            other = theirs.get(name, {}).get(method)
            if other is not None and other != outcome:
                yield "%s: %s %s/%s" % (name, method, outcome, other)


def compare(directory, sizes, us, names):
    """{peer: [difference, ...]} over all sizes."""
    found = {}
    for name in names:
        found[name] = []
        for size in sizes:
            path = os.path.join(directory, "%s " + size + ".tsv")
            found[name] += [
                "%s, %s" % (size, difference) for difference
                in differences(read(path % us), read(path % name))]
    return found
