"""README.txt of a bundle, with the commands in it, as a table of strings: embed.py readme.txt hand.sh OUT.c"""
import sys


def quoted(line):
    text = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    return f'    "{text}\\n",\n'


def main(readme, commands, target):
    with open(readme, encoding="utf-8") as f:
        text = f.read()
    with open(commands, encoding="utf-8") as f:
        text = text.replace("@COMMANDS@", f.read())
    with open(target, "w", encoding="utf-8") as out:
        out.write('/* Made of readme.txt and hand.sh. */\n#include "base/bundle_readme.h"\n\n')
        out.write("const char *const bundle_readme_text[] = {\n")
        out.writelines(quoted(line) for line in text.splitlines())
        out.write("    NULL,\n};\n")


main(*sys.argv[1:])
