#!/usr/bin/env python3
"""embed.py OUT FILE...: C arrays of the files. `index.html` is served as `/`, another page without its `.html`."""
import hashlib
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json; charset=utf-8"}


def served(root, file):
    path = "/" + os.path.relpath(file, root)
    if path == "/index.html":
        return "/"
    return path.removesuffix(".html")


def main():
    out, files = sys.argv[1], sys.argv[2:]
    root = os.path.dirname(os.path.abspath(__file__))
    arrays, rows = [], []
    for i, file in enumerate(files):
        data = open(file, "rb").read()
        etag = hashlib.sha256(data).hexdigest()[:16]
        body = ",".join(map(str, data)) or "0"
        arrays.append(f"static const unsigned char file_{i}[] = {{{body}}};")
        kind = TYPES[os.path.splitext(file)[1]]
        rows.append(f'    {{"{served(root, file)}", "{kind}", "\\"{etag}\\"", file_{i}, {len(data)}}},')
    with open(out, "w") as f:
        f.write('#include "console/console.h"\n' + "\n".join(arrays) +
                "\nconst struct console_file console_files[] = {\n" + "\n".join(rows) + "\n    {0}};\n")


main()
