# shellcheck shell=bash
# What the plays of the console begin with: the browser's driver, a facility of its own, codes for tablets.
# Sourced with TOP set; DIR is the facility's folder.

skip() {
    echo "1..0 # SKIP $1"
    exit 0
}

# What the lock file names, and nothing else; again only if that is another one.
driver() {
    local have=$CPF_NPM/node_modules/playwright-core/package.json
    mkdir -p "$CPF_NPM"
    if [[ -f $have ]] && cmp -s "$TOP/tests/console/package-lock.json" "$CPF_NPM/package-lock.json"; then return 0; fi
    cp "$TOP"/tests/console/{package.json,package-lock.json,.npmrc} "$CPF_NPM/"
    (cd "$CPF_NPM" && npm ci >"$CPF_STATE/npm.log" 2>&1)
}

secret_of() { # secret_of PERSON NAME: from the sample's list
    python3 -c 'import json,sys
print(next(p[sys.argv[3]] for p in json.load(open(sys.argv[1])) if p["person"] == sys.argv[2]))' "$CPF_DIR/logins.json" "$1" "$2"
}

# A code for one tablet, as two people get it from cpfctl.
invited() { # invited STATION --kind KIND [--room ROOM]
    LANG=en "$CPF_BIN/cpfctl" --dir "$CPF_DIR" station invite "$@" --as FM --password-file "$DIR/fm" \
        --second QM --second-pin-file "$DIR/qm" 2>&1 | sed -n 's/.*one use): //p'
}

# browser_ready: or it skips.
browser_ready() {
    CPF_BROWSER=${CPF_BROWSER-$(command -v chromium || true)}
    export CPF_BROWSER
    [[ $CPF_BROWSER ]] || skip 'there is no chromium here'
    command -v node >/dev/null || skip 'there is no node here'
    command -v npm >/dev/null || skip 'there is no npm here'
    driver || skip "npm could not get what tests/console/package-lock.json names ($CPF_STATE/npm.log)"
}

# facility_ready ARGUMENT...: up, and played by cpf-sim as far as that says.
facility_ready() {
    "$RIG" up "$DIR" >&2 || exit 1
    facility_played "$@"
}

# facility_played ARGUMENT...: what is up, by cpf-sim.
facility_played() {
    eval "$("$RIG" env "$DIR")"
    export CPF_URL PGHOST PGUSER PGDATABASE
    (cd "$TOP" && LANG=en "$CPF_BUILD/tools/cpf-sim" --dir "$CPF_DIR" "$@") >"$DIR/log/sim" 2>&1 || {
        tail -n 5 "$DIR/log/sim" >&2
        exit 1
    }
    (umask 077 && secret_of FM password >"$DIR/fm" && secret_of QM pin >"$DIR/qm")
}
