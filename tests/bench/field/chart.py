"""A bar chart of CPU time a message, as SVG: one group of bars a size."""

import html

WIDTH, ROW, LEFT, GAP = 760, 20, 170, 34
OURS, THEIRS, BOUND = "#2a6f4e", "#b9c0c7", "#e3e6e9"


def colour(name):
    if name.startswith("mailvet"):
        return OURS
    return BOUND if name.startswith("empty") else THEIRS


def text(x, y, words, extra=""):
    return ('<text x="%d" y="%d" font-family="sans-serif" font-size="12"%s>'
            '%s</text>' % (x, y, extra, html.escape(words)))


def group(y, size, rows):
    """One size: a title, and a bar a contender."""
    scale = (WIDTH - LEFT - 90) / max(row["cpu_us"] for row in rows.values())
    yield text(0, y, "%s: CPU microseconds a message" % size,
               ' font-weight="bold"')
    for number, (name, row) in enumerate(rows.items()):
        top = y + 8 + number * ROW
        length = max(1, row["cpu_us"] * scale)
        yield text(LEFT - 8, top + 14, name, ' text-anchor="end"')
        yield '<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (
            LEFT, top + 2, length, ROW - 5, colour(name))
        yield text(LEFT + int(length) + 6, top + 14, "%.0f" % row["cpu_us"])


def svg(results):
    parts, y = [], 16
    for size, rows in results["speed"].items():
        parts += group(y, size, rows)
        y += len(rows) * ROW + GAP
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
            'width="%d" height="%d">\n%s\n</svg>\n'
            % (WIDTH, y, WIDTH, y, "\n".join(parts)))
