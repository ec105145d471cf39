"""The results for people."""

from . import goals

COLUMNS = (("rate", "msg/s", "%.0f"), ("cpu_us", "CPU us", "%.0f"),
           ("p50_us", "p50 us", "%.0f"), ("p99_us", "p99 us", "%.0f"),
           ("rss_mb", "RSS MB", "%.1f"), ("threads", "threads", "%.0f"),
           ("wrong", "wrong", "%.0f"))


def rows(title, table):
    yield ""
    yield "%-22s" % title + "".join("%10s" % head for _, head, _ in COLUMNS)
    for name, row in table.items():
        yield "%-22s" % name + "".join(
            "%10s" % (form % row[key] if key in row else "-")
            for key, _, form in COLUMNS)


def verdict_rows(results):
    for peer, found in results.get("verdicts", {}).items():
        yield "verdicts of mailvet-inbound and %s: %s" % (
            peer, "the same" if not found else
            "%d differ (%s ...)" % (len(found), found[0]))


def profile_rows(results):
    if "profile" not in results:
        return
    yield ""
    yield "where the time goes, per cent"
    for name, shares in results["profile"].items():
        largest = sorted(shares.items(), key=lambda item: -item[1])
        yield "%-24s" % name + ", ".join(
            "%s %.0f" % item for item in largest if item[1] >= 1)


def goal_rows(results):
    yield ""
    yield "%-52s%8s%10s  met" % ("goal", "goal", "reached")
    for what, goal, reached in goals.everything(results):
        if reached is None:
            continue
        yield "%-52s%8s%10s  %s" % (
            what, goal, "%.2f" % reached, goals.met(goal, reached))


def text(results):
    lines = []
    for size, table in results.get("speed", {}).items():
        lines += rows(size, table)
    for name in ("slow", "dead", "sendmail"):
        if name in results:
            lines += rows({"slow": "DNS of 100 ms", "dead": "dead DNS",
                           "sendmail": "through sendmail"}[name],
                          results[name])
    lines.append("")
    lines += verdict_rows(results)
    lines += profile_rows(results)
    return "\n".join(lines + list(goal_rows(results)))
