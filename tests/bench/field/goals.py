"""What was set out to be reached, beside what was."""


def ratio(rows, ours, theirs, key="cpu_us"):
    if ours not in rows or theirs not in rows or not rows[theirs][key]:
        return None
    return rows[ours][key] / rows[theirs][key]


def speed(results):
    """(what, goal, reached)"""
    table = (("mailvet-inbound", "chain", (("2 KB", 0.18), ("20 KB", 0.22))),
             ("mailvet-inbound", "rspamd",
              (("2 KB", 0.9), ("20 KB", 0.2), ("1 MB", 0.95))),
             ("mailvet apart", "chain", (("2 KB", 0.28), ("20 KB", 0.28))),
             ("mailvet-sign", "opendkim sign", (("2 KB", 0.45),)))
    for ours, theirs, goals in table:
        for size, goal in goals:
            yield ("%s / %s, %s, CPU" % (ours, theirs, size), goal,
                   ratio(results.get(size, {}), ours, theirs))


def everything(results):
    yield from speed(results.get("speed", {}))
    sendmail = results.get("sendmail", {})
    if "none" in sendmail:
        yield ("sendmail with mailvet-inbound, of its rate without", "0.60+",
               sendmail["mailvet-inbound"]["rate"] / sendmail["none"]["rate"])
    if "slow" in results:
        yield ("DNS of 100 ms, 64 connections, p50 / chain", 0.4,
               ratio(results["slow"], "mailvet-inbound", "chain", "p50_us"))
    if "memory" in results:
        yield ("RSS after 10,000 messages, MB", 20,
               results["memory"]["after"])
        yield ("RSS with 1,000 idle connections, MB", 15,
               results["memory"]["idle"])


def met(goal, reached):
    if str(goal).endswith("+"):
        return "yes" if reached >= float(str(goal)[:-1]) else "no"
    return "yes" if reached <= goal else "no"
