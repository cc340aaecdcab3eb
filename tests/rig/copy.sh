# shellcheck shell=bash
# A copy of the tree to break: for tests/mutants and tests/attack.

# tree_copy FROM TO: what git knows or would know; files keep their times, so that little is rebuilt.
tree_copy() {
    rm -rf "$2"
    mkdir -p "$2"
    (cd "$1" && git ls-files -z --cached --others --exclude-standard |
        tar --null -T - --ignore-failed-read -cf -) | tar -xf - -C "$2"
}

# tree_patch TREE PATCH [-R]: applies it, or takes it back.
tree_patch() { patch -d "$1" -p1 -s --batch --no-backup-if-mismatch "${@:3}" <"$2"; }
