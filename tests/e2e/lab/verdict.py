"""What can be said of a delivered message, as words like "spf=pass"."""

import dkim

from . import authres

AUTHSERV_ID = "mail.home.example"
METHODS = ("spf", "dkim", "dmarc")


def signatures(message):
    """The signatures, each as domain/selector."""
    found = []
    for value in message.all("DKIM-Signature"):
        tags = dict(part.strip().partition("=")[::2]
                    for part in value.split(";"))
        found.append("%s/%s" % (tags.get("d", "").strip(),
                                tags.get("s", "").strip()))
    return found


def signed_by(message):
    return ["signed-by=" + ",".join(signatures(message) or ["nobody"])]


def outgoing(message, keys):
    """Of mail that goes out: who signed it, whether another implementation of
    DKIM finds all signatures good, and that nobody verified it here."""
    records = {key.name.encode() + b".": key.text for key in keys}

    def good(index):
        try:
            return dkim.DKIM(message.data).verify(
                idx=index, dnsfunc=lambda name, **_: records.get(name))
        except dkim.DKIMException:
            return False

    passed = all(map(good, range(len(signatures(message)) or 1)))
    added = [name for name in ("Authentication-Results", "Received-SPF")
             if message.all(name)]
    return signed_by(message) + ["dkimpy=" + ("pass" if passed else "fail"),
                                 "results=" + ",".join(added or ["none"])]


def results(message):
    """Of mail that came in: what the one field of our mail host says."""
    ours = authres.fields_of(message, AUTHSERV_ID)
    if len(ours) != 1:
        return ["fields=%d" % len(ours)]
    # SPF's result for the HELO name is there too; MAIL FROM is what counts.
    said = ["%s=%s" % (method, ",".join(
        r.value for r in ours[0].results
        if r.method == method and "smtp.helo" not in r.properties) or "absent")
            for method in METHODS]
    said += ["from=" + r.properties["header.from"].lower()
             for r in ours[0].results
             if r.method == "dmarc" and "header.from" in r.properties]
    if "seal=" in ours[0].comments:
        said.append("seal=left")
    return said


def foreign(message):
    """The other authserv-ids whose fields the message still has."""
    ids = [f.authserv_id for f in authres.fields_of(message)
           if f.authserv_id != AUTHSERV_ID]
    return ["others=" + ",".join(ids or ["none"])]
