#!/usr/bin/python3
"""DKIM keys and signatures for the scenarios, by dkimpy and openssl.

key DIR SELECTOR DOMAIN [rsa:BITS|ed25519|revoked]
    makes DIR/SELECTOR.DOMAIN.pem and prints the key record as a line of a
    master file; the text of the record is kept in DIR, too, for verify
sign DIR SELECTOR DOMAIN [OPTION=VALUE]...
    reads a message, prints a DKIM-Signature field, lines ending in LF.
    Options: alg, canon (relaxed/simple), headers (from:to), identity,
    length=1
verify DIR
    reads a message, prints for each signature "DOMAIN pass" or "DOMAIN fail"

dkimpy shares no code with libopendkim, so neither can hide a fault of the
other.
"""
import base64
import subprocess
import sys

import dkim


def openssl(*args):
    return subprocess.run(("openssl",) + args, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def record_path(folder, name):
    return f"{folder}/{name}.txt"


def make_key(folder, selector, domain, kind="rsa:2048"):
    pem = f"{folder}/{selector}.{domain}.pem"
    if kind.startswith("rsa:"):
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
                "rsa_keygen_bits:" + kind[4:], "-out", pem)
    else:
        openssl("genpkey", "-algorithm", "ed25519", "-out", pem)
    public = openssl("pkey", "-in", pem, "-pubout", "-outform", "DER")
    tag = "rsa"
    if kind == "ed25519":
        tag, public = "ed25519", public[-32:]
    data = base64.b64encode(public).decode()
    if kind == "revoked":
        tag, data = "rsa", ""
    text = f"v=DKIM1; k={tag}; p={data}"
    name = f"{selector}._domainkey.{domain}."
    with open(record_path(folder, name), "w", encoding="ascii") as out:
        out.write(text)
    parts = [text[i:i + 200] for i in range(0, len(text), 200)]
    print(name, "IN TXT", " ".join(f'"{p}"' for p in parts))


def load_key(path, algorithm):
    if not algorithm.startswith("ed25519"):
        with open(path, "rb") as key:
            return key.read()
    der = openssl("pkey", "-in", path, "-outform", "DER")
    return base64.b64encode(der[-32:])


def sign(folder, selector, domain, *options):
    opts = dict(o.split("=", 1) for o in options)
    algorithm = opts.get("alg", "rsa-sha256")
    header, body = opts.get("canon", "relaxed/relaxed").encode().split(b"/")
    headers = opts.get("headers")
    identity = opts.get("identity")
    message = sys.stdin.buffer.read()
    field = dkim.sign(
        message, selector.encode(), domain.encode(),
        load_key(f"{folder}/{selector}.{domain}.pem", algorithm),
        identity=identity.encode() if identity else None,
        canonicalize=(header, body),
        signature_algorithm=algorithm.encode(),
        include_headers=headers.encode().split(b":") if headers else None,
        length="length" in opts)
    sys.stdout.buffer.write(field.replace(b"\r\n", b"\n"))


def verify(folder):
    message = sys.stdin.buffer.read()

    def lookup(name, timeout=5):
        try:
            with open(record_path(folder, name.decode()), "rb") as text:
                return text.read()
        except OSError:
            return None

    count = dkim.DKIM(message).headers
    signatures = [v for k, v in count if k.lower() == b"dkim-signature"]
    for i, value in enumerate(signatures):
        tags = dkim.util.parse_tag_value(value)
        try:
            good = dkim.DKIM(message).verify(idx=i, dnsfunc=lookup)
        except dkim.DKIMException:
            good = False
        print(tags[b"d"].decode(), "pass" if good else "fail")


COMMANDS = {"key": make_key, "sign": sign, "verify": verify}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
