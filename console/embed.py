#!/usr/bin/env python3
"""embed.py OUT FILE...: C arrays of the files. `index.html` is served as `/`, another page without its `.html`.
All have one tag, made of all of them: what bears the same one belongs together (sw.js, which is told tag and names)."""
import hashlib
import json
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json; charset=utf-8"}


def served(root, file):
    path = "/" + os.path.relpath(file, root)
    if path == "/index.html":
        return "/"
    return path.removesuffix(".html")


def tag_of(root, contents):
    whole = hashlib.sha256()
    for file, data in sorted(contents.items()):
        whole.update(f"{served(root, file)} {len(data)}\n".encode() + data)
    return f'"{whole.hexdigest()[:16]}"'


def told(root, contents, tag):
    """The worker knows what it keeps: all but itself."""
    names = sorted(served(root, file) for file in contents if os.path.basename(file) != "sw.js")
    return lambda data: data.replace(b'"@TAG@"', json.dumps(tag).encode()).replace(b'["@FILES@"]', json.dumps(names).encode())


def main():
    out, files = sys.argv[1], sys.argv[2:]
    root = os.path.dirname(os.path.abspath(__file__))
    contents = {file: open(file, "rb").read() for file in files}
    tag = tag_of(root, contents)
    tell = told(root, contents, tag)
    arrays, rows = [], []
    for i, (file, data) in enumerate(contents.items()):
        if os.path.basename(file) == "sw.js":
            data = tell(data)
        body = ",".join(map(str, data)) or "0"
        arrays.append(f"static const unsigned char file_{i}[] = {{{body}}};")
        kind = TYPES[os.path.splitext(file)[1]]
        rows.append(f'    {{"{served(root, file)}", "{kind}", {json.dumps(tag)}, file_{i}, {len(data)}}},')
    with open(out, "w") as f:
        f.write('#include "console/console.h"\n' + "\n".join(arrays) +
                "\nconst struct console_file console_files[] = {\n" + "\n".join(rows) + "\n    {0}};\n")


main()
