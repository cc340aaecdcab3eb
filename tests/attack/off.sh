# shellcheck shell=bash
# Programs with a defence switched off. The product has no such switches: off/NAME.patch takes the check out of
# a copy of the tree, which is built beside it.

OFF_SRC=$WORK/off/src
OFF_BUILD=$WORK/off/build

off_fail() {
    tail -n 20 "$WORK/off/log" >&2
    die "attack: $*"
}

# After an interrupted run something may have been built from a broken file: then everything is.
off_begin() {
    mkdir -p "$WORK/off"
    if [[ -e $WORK/off/dirty ]]; then rm -rf "$OFF_BUILD"; fi
    tree_copy "$TOP" "$OFF_SRC"
    : >"$WORK/off/dirty"
    [[ -f $OFF_BUILD/build.ninja ]] || meson setup "$OFF_BUILD" "$OFF_SRC" >"$WORK/off/log" 2>&1 ||
        off_fail 'the copy cannot be configured'
}

off_one() {
    local name=$1 path patch=$TOP/tests/attack/off/$1.patch
    tree_patch "$OFF_SRC" "$patch" >"$WORK/off/log" 2>&1 || off_fail "$name.patch does not apply any more"
    # shellcheck disable=SC2086 # names without blanks
    ninja -C "$OFF_BUILD" $PROGRAMS >"$WORK/off/log" 2>&1 || off_fail "$name does not compile"
    mkdir -p "$WORK/off/$name"
    # shellcheck disable=SC2086
    for path in $PROGRAMS; do install -m 0755 "$OFF_BUILD/$path" "$WORK/off/$name/"; done
    tree_patch "$OFF_SRC" "$patch" -R
}

# off_build NAME...
off_build() {
    local name
    off_begin
    for name; do
        say "attack: building without $name"
        off_one "$name"
    done
    # The next copy keeps its files' old times: what the last patch left in the build is made again now.
    # shellcheck disable=SC2086
    if ninja -C "$OFF_BUILD" $PROGRAMS >"$WORK/off/log" 2>&1; then rm -f "$WORK/off/dirty"; fi
}
