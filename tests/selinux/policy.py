#!/usr/bin/python3
"""Check the table of assertions against a policy.

usage: policy.py check POLICY FILE_CONTEXTS
       policy.py notice POLICY FILE_CONTEXTS KIND...
       policy.py widen
       policy.py remove < MODULE.te

check prints an ok or not ok for each assertion.  notice expects that every
assertion of these kinds fails: the policy was made to break them, by a module
with the rules that widen prints, or with the declarations only, which is what
remove leaves of a module.
"""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "assertions")

# Rules about all files or all domains are the distribution's business; the
# noattr lines say to which of them our types belong.
EVERYTHING = {"file_type", "non_auth_file_type", "non_security_file_type",
              "pidfile", "domain", "daemon"}
# Where a rule against "only" is put to see whether it is noticed.
STRANGER = "user_t"


class Assertion:
    def __init__(self, line):
        self.kind, *self.words = line.split()
        self.text = " ".join(line.split())
        if self.kind == "switch":
            self.boolean = self.words.pop(0)


def table():
    with open(TABLE) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield Assertion(line)


class Rule:
    """An allow rule; what it says of one class."""

    def __init__(self, rule):
        self.source = str(rule.source)
        self.target = str(rule.target)
        self.permissions = rule.perms
        self.rule = rule

    def holds(self, booleans):
        try:
            condition = self.rule.conditional
        except AttributeError:
            return True
        values = {str(b): booleans[str(b)] for b in condition.booleans}
        return condition.evaluate(**values) == self.rule.conditional_block


class Policy:
    """The rules of a policy, read once: setools takes seconds for a query."""

    def __init__(self, path, contexts):
        import setools
        self.invalid = setools.exception.InvalidSymbol
        self.policy = setools.SELinuxPolicy(path)
        self.contexts = contexts
        self.booleans = {b.name: b.state for b in self.policy.bools()}
        self.members = {}
        self.rules = {}
        self.entries = {}
        classes = {a.words[2] for a in table() if len(a.words) == 4}
        classes |= {"process", "file"}
        for rule in self.policy.terules():
            kind, cls = str(rule.ruletype), str(rule.tclass)
            if kind == "allow" and cls in classes:
                self.rules.setdefault(cls, []).append(Rule(rule))
            if kind == "type_transition" and cls == "process":
                self.entries[str(rule.source), str(rule.target)] = str(
                    rule.default)

    def types(self, names):
        """The types behind names and attributes."""
        found = set()
        for name in names.split(","):
            if name not in self.members:
                self.members[name] = set() if name == "-" else {
                    str(t) for t in
                    self.policy.lookup_type_or_attr(name).expand()}
            found |= self.members[name]
        return found

    def matching(self, cls, permission, **changed):
        """The rules that hold, with the booleans as they are but for these."""
        booleans = dict(self.booleans, **changed)
        return (rule for rule in self.rules.get(cls, ())
                if (permission == "*" or permission in rule.permissions)
                and rule.holds(booleans))

    def may(self, source, target, cls, permission, **changed):
        target = source if target == "self" else target
        return any(source in self.types(rule.source)
                   and (rule.source not in EVERYTHING if target == "*"
                        else target in self.types(rule.target))
                   for rule in self.matching(cls, permission, **changed))

    def each(self, assertion):
        sources, targets, cls, permissions = assertion.words
        for source in self.types(sources):
            for target in ([targets] if targets in ("self", "*")
                           else self.types(targets)):
                for permission in permissions.split(","):
                    yield source, target, cls, permission

    def allow(self, assertion):
        return ["%s may not %s" % (q[0], q[3])
                for q in self.each(assertion) if not self.may(*q)]

    def never(self, assertion):
        return ["%s may %s" % (q[0], q[3])
                for q in self.each(assertion) if self.may(*q)]

    def switch(self, assertion):
        name = assertion.boolean
        wrong = []
        for q in self.each(assertion):
            if self.may(*q):
                wrong.append("%s may without it" % q[0])
            if not self.may(*q, **{name: True}):
                wrong.append("%s may not with it" % q[0])
        return wrong

    def only(self, assertion):
        sources, targets, cls, permission = assertion.words
        right = self.types(sources)
        wrong = set()
        for target in self.types(targets):
            for rule in self.matching(cls, permission):
                if (rule.target not in EVERYTHING
                        and target in self.types(rule.target)):
                    wrong |= self.types(rule.source) - right
        return ["%s may" % name for name in sorted(wrong)]

    def attributes(self, name):
        return {str(a) for a in self.policy.lookup_type(name).attributes()}

    def noattr(self, assertion):
        name, attribute = assertion.words
        return ["it has"] if attribute in self.attributes(name) else []

    def enters(self, assertion):
        source, program, domain = assertion.words
        found = self.entries.get((source, program))
        wrong = [] if found == domain else ["leads to %s" % found]
        for q in ((source, domain, "process", "transition"),
                  (domain, program, "file", "entrypoint")):
            if not self.may(*q):
                wrong.append("no %s" % q[3])
        return wrong

    def label(self, assertion):
        path, kind, expected = assertion.words
        out = subprocess.run(
            ["matchpathcon", "-n", "-m", kind, "-f", self.contexts, path],
            capture_output=True, text=True).stdout
        found = re.search(r":(\w+_t)\b", out)
        got = found.group(1) if found else out.strip() or "nothing"
        return [] if got == expected else ["it is %s" % got]

    def wrong(self, assertion):
        """What is wrong, in words; nothing when all is right."""
        try:
            return getattr(self, assertion.kind)(assertion)
        except self.invalid as unknown:
            return [str(unknown)]


def tell(good, text, comments=()):
    print("%s - selinux: %s" % ("ok" if good else "not ok", text))
    for comment in comments:
        print("# " + comment)
    return good


def check(policy):
    results = []
    for assertion in table():
        wrong = policy.wrong(assertion)
        results.append(tell(not wrong, assertion.text, wrong[:5]))
    return all(results)


def notice(policy, *kinds):
    """One line: all that was broken is noticed, or what is not."""
    broken = [a for a in table() if a.kind in kinds]
    missed = [a.text for a in broken if not policy.wrong(a)]
    return tell(broken and not missed, "%d broken assertions (%s) are noticed"
                % (len(broken), " ".join(kinds)), missed)


def braces(names):
    return "{ %s }" % names.replace(",", " ")


def widening(a):
    """A rule that breaks the assertion, or None."""
    if a.kind == "noattr":
        return "typeattribute %s %s;" % tuple(a.words)
    if a.kind not in ("never", "only", "switch"):
        return None
    sources, targets, cls, permissions = a.words
    if a.kind == "only":
        sources = STRANGER
    if targets == "*":
        targets = "unreserved_port_t" if cls.endswith("socket") else "init_t"
    permission = permissions.split(",")[0]
    return "allow %s %s:%s %s;" % (
        braces(sources), targets if targets == "self" else braces(targets),
        cls, permission)


def widen():
    """Print such rules, with what they require."""
    rules = [r for r in map(widening, table()) if r]
    names = {n for r in rules for n in re.findall(r"[a-z]\w*", r)}
    print("gen_require(`")
    for name in sorted(names):
        if name.endswith("_t") and not name.startswith("mailvet"):
            print("\ttype %s;" % name)
    for name in sorted({a.words[1] for a in table() if a.kind == "noattr"}):
        print("\tattribute %s;" % name)
    print("')")
    print("\n".join(rules))


def remove():
    """Types and attributes stay; templates become the types they declare."""
    text = sys.stdin.read()
    kept = re.findall(
        r"^(?:policy_module|gen_tunable|attribute|type|typeattribute)\b.*",
        text, re.M)
    for name in re.findall(r"^milter_template\((\w+)\)", text, re.M):
        for kind in ("t", "exec_t", "data_t"):
            kept.insert(1, "type %s_milter_%s;" % (name, kind))
    print("\n".join(kept))


def main(command, *arguments):
    if command == "widen":
        widen()
        return 0
    if command == "remove":
        remove()
        return 0
    policy = Policy(*arguments[:2])
    if command == "check":
        return 0 if check(policy) else 1
    return 0 if notice(policy, *arguments[2:]) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
