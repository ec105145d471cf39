"""Authentication-Results fields (RFC 8601), as a reader of mail parses them."""

import re
from collections import namedtuple

Result = namedtuple("Result", "method value properties")
Field = namedtuple("Field", "authserv_id results comments")

QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)


def split_comments(text):
    """The text without its comments, which may nest, and the comments."""
    plain, comments, depth, at = "", "", 0, 0
    while at < len(text):
        quoted = QUOTED.match(text, at) if depth == 0 else None
        piece = quoted.group() if quoted else text[at]
        if piece == "\\" and depth:
            piece = text[at:at + 2]
        at += len(piece)
        depth += (piece == "(") - (piece == ")" and depth > 0)
        if depth or piece == ")":
            comments += piece
            plain += " " if piece == "(" else ""
        else:
            plain += piece
    return plain, comments


def words(text):
    """Split at white space; name = "value" is one word, without quotes."""
    text = re.sub(r"\s*([=/])\s*", r"\1", text.strip())
    return [w.replace('"', "")
            for w in re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^\s"])+', text)]


def parse_result(text):
    method, _, value = text[0].partition("=")
    properties = dict(word.partition("=")[::2] for word in text[1:])
    return Result(method.partition("/")[0].lower(), value.lower(), properties)


def parse(value):
    plain, comments = split_comments(value)
    parts = [words(p) for p in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)',
                                        plain)]
    name = parts[0][0].lower() if parts[0] else ""
    results = [parse_result(p) for p in parts[1:] if p and "=" in p[0]]
    return Field(name, results, comments)


def fields_of(message, authserv_id=None):
    """Those of a message; with authserv_id only those that bear it."""
    fields = [parse(v) for v in message.all("Authentication-Results")]
    return [f for f in fields
            if authserv_id is None or f.authserv_id == authserv_id]
