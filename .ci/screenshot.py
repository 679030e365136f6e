#!/usr/bin/env python3
"""Draws what kubeproof prints on a terminal as an SVG: docs/screenshot.svg, which README.md shows.

usage: screenshot.py BINARY           writes it anew
       screenshot.py --check BINARY   fails when it is not what kubeproof prints now
"""
import fcntl
import html
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHOT = ROOT / "docs/screenshot.svg"
COMMAND = ["check", "--select", "yaml,references/dangling-tls-secret,secret/bad-base64", "examples/shop"]
COLUMNS = 96
# Of one cell, for a monospaced font of 14 pixels.
WIDTH, HEIGHT, MARGIN = 8.4, 19, 16
COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea"}


def on_terminal(binary):
    """What the command prints on a terminal of COLUMNS columns."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    run = subprocess.Popen(
        [binary, *COMMAND, "--color", "always"], cwd=ROOT, env=environment, stdin=inner, stdout=inner, stderr=inner
    )
    os.close(inner)
    out = b""
    while True:
        try:
            part = os.read(outer, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        out += part
    if run.wait() != 1:
        sys.exit(f"kubeproof exited with {run.returncode} and printed\n{out.decode()}")
    return out.decode().replace("\r\n", "\n")


def spans(line):
    """The line as (text, class) in the order of its columns."""
    style = {}
    for text, codes in re.findall(r"([^\x1b]+)|\x1b\[([0-9;]*)m", line):
        if text:
            yield text, dict(style)
        for code in (int(code or 0) for code in codes.split(";")) if not text else ():
            if code == 0:
                style.clear()
            elif code == 1:
                style["font-weight"] = "bold"
            elif code == 2:
                style["opacity"] = ".6"
            elif code == 4:
                style["text-decoration"] = "underline"
            elif code in COLOURS:
                style["fill"] = COLOURS[code]
            else:
                sys.exit(f"screenshot.py does not know the terminal's code {code}")


def draw(output):
    lines = [f"\x1b[1m$ kubeproof {' '.join(COMMAND)}", *output.rstrip("\n").split("\n")]
    width, height = round(COLUMNS * WIDTH) + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    rows = []
    for row, line in enumerate(lines):
        column, parts = 0, []
        for text, style in spans(line):
            css = "".join(f' {name}="{value}"' for name, value in style.items())
            # Each run of words is held to its columns, whatever the font; blanks that matter are left to none.
            for run in re.finditer(r"\S+(?: \S+)*", text):
                at = f'x="{MARGIN + (column + run.start()) * WIDTH:.1f}" textLength="{len(run[0]) * WIDTH:.1f}"'
                parts.append(f"<tspan {at}{css}>{html.escape(run[0], quote=False)}</tspan>")
            column += len(text)
        if parts:
            rows.append(f'<text y="{MARGIN + row * HEIGHT + 14}">{"".join(parts)}</text>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' role="img" aria-label="kubeproof in a terminal">',
            "<style>text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;"
            " fill: #e6edf3 }</style>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            *rows,
            "</svg>\n",
        ]
    )


def main():
    drawn = draw(on_terminal(pathlib.Path(sys.argv[-1]).resolve()))
    if "--check" not in sys.argv:
        SHOT.write_text(drawn)
    elif SHOT.read_text() != drawn:
        sys.exit("docs/screenshot.svg is not what kubeproof prints now; run .ci/screenshot.py BINARY and look at it")


main()
