# shellcheck shell=bash
# The test suites: each writes TAP, which is counted. Sourced by ./dev.
# Uses TOP, BUILD, STATE of ./dev.

tally_begin() {
    PASSED=0 FAILED=0 SKIPPED=0
    export CPF_SKIPS=$STATE/skips
    : >"$CPF_SKIPS"
    export CPF_RIG=$TOP/tests/rig/rig CPF_STATE=$STATE CPF_BUILD=$BUILD
    export CPF_VECTORS=${CPF_VECTORS:-$TOP/../shared/vectors}
    export CMOCKA_MESSAGE_OUTPUT=TAP
}

tally_end() {
    "$TOP/tests/rig/tally" skips "$CPF_SKIPS"
    printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
    ((FAILED == 0))
}

tally_add() {
    PASSED=$((PASSED + $1)) FAILED=$((FAILED + $2)) SKIPPED=$((SKIPPED + $3))
    say "   $1 passed, $2 failed, $3 skipped"
}

# tap_command COMMAND...: shows and counts the TAP that it prints; dying without `not ok` is a failure too.
tap_command() {
    local log=$STATE/tap counts rc=0 begun=$SECONDS
    "$@" | tee "$log" >&2 || rc=$?
    counts=$("$TOP/tests/rig/tally" tap "$rc" "$log" "$(basename "$1")")
    say "   $1 took $((SECONDS - begun)) s"
    # shellcheck disable=SC2086 # three numbers
    tally_add $counts
}

# meson_suite BUILD SUITE: the suite's programs by meson, counted test by test.
meson_suite() {
    local counts
    "$TOP/tests/rig/tally" meson "$1" "$2" >"$STATE/tally"
    read -r counts <"$STATE/tally"
    # shellcheck disable=SC2086 # three numbers
    tally_add $counts
}

# What counts the tests comes first.
suite_unit() {
    tap_command "$TOP/tests/rig/test-tally"
    meson_suite "$BUILD" unit
}
suite_flow() {
    meson_suite "$BUILD" flow
    tap_command "$TOP/tests/flow/first-use"
    tap_command "$TOP/tests/flow/pages"
    tap_command "$TOP/tests/flow/events"
    tap_command "$TOP/tests/console/run"
    tap_command "$TOP/tests/console/desk"
    tap_command "$TOP/tests/console/outage"
    tap_command "$TOP/tests/console/live"
    tap_command "$TOP/tests/console/whole"
    tap_command "$TOP/tests/flow/codes"
    tap_command "$TOP/tests/flow/labels"
    tap_command "$TOP/tests/flow/seven"
    tap_command "$TOP/tests/flow/neighbours"
    tap_command "$TOP/tests/flow/keys"
    tap_command "$TOP/tests/flow/rotation"
    tap_command "$TOP/tests/flow/anchors"
    tap_command "$TOP/tests/flow/export"
    tap_command "$TOP/tests/flow/erasure"
    tap_command "$TOP/tests/flow/record"
    tap_command "$TOP/tests/flow/basis"
    tap_command "$TOP/tests/flow/projections"
    tap_command "$TOP/tests/flow/golden"
    tap_command "$TOP/tests/insider/run" --few --tap
}
suite_fault() {
    meson_suite "$BUILD" fault
    tap_command "$TOP/tests/fault/outside"
    tap_command "$TOP/tests/model/standby_commit.py"
    tap_command "$TOP/tests/fault/standby"
    tap_command "$TOP/tests/fault/hang"
    tap_command "$TOP/tests/fault/fold"
    tap_command "$TOP/tests/fault/recall"
    tap_command "$TOP/tests/fault/certificates"
    tap_command "$TOP/tests/fault/clock"
    tap_command "$TOP/tests/fault/setup"
    tap_command "$TOP/tests/fault/watched"
    tap_command "$TOP/tests/driver/daemon" --seed 6 --plays 1 --commands 300
}
# The daemon as it ships, without hooks.
suite_sim() { beside_told sim; }
play_sim() {
    build_in "$TOP/build"
    CPF_BUILD=$TOP/build "$TOP/tests/rig/sim-suite"
}

suite_crash() { tap_command "$TOP/tests/crash/run" 9; }

suite_asan() {
    build_in "$TOP/build-asan" -Db_sanitize=address,undefined -Db_lundef=false -Dtesthooks=true -Doptimization=1
    meson_suite "$TOP/build-asan" unit
}

suite_mutants() {
    tap_command "$TOP/tests/mutants/test-run"
    # What stood beside it has ended: a second hand for what is left.
    if [[ -n ${BEGUN[mutants]:-} ]]; then tap_command "$TOP/tests/mutants/run" --with "${BEGUN[mutants]}"; fi
    beside_told mutants
}
play_mutants() { "$TOP/tests/mutants/run"; }

# Among several suites these go on beside the others, each in a process of its own: mostly they wait, one for answers, the
# other for what hangs.
BESIDE=(sim mutants)
declare -A BEGUN=()

# beside_begin SUITE...: those of them that can
beside_begin() {
    local name
    for name in "${BESIDE[@]}"; do
        [[ " $* " == *" $name "* ]] || continue
        "play_$name" >"$STATE/$name.tap" 2>"$STATE/$name.err" &
        BEGUN[$name]=$!
    done
}

# beside_told NAME: waits for it, or plays it now.
beside_told() {
    local rc=0
    if [[ -n ${BEGUN[$1]:-} ]]; then
        wait "${BEGUN[$1]}" || rc=$?
        tap_command said_by "$1" "$rc"
    else
        tap_command "play_$1"
    fi
}
said_by() {
    cat "$STATE/$1.err" >&2
    cat "$STATE/$1.tap"
    return "$2"
}
