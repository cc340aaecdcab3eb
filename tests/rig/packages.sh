# shellcheck shell=bash
# What each verb needs, by Debian 12 package name, and how it gets there.

packages_of() {
    case $1 in
    build) printf '%s ' build-essential meson ninja-build pkg-config python3 libevent-dev libyaml-dev \
        libssl-dev libpq-dev libcmocka-dev libjansson-dev libsystemd-dev zlib1g-dev libunistring-dev libp11-kit-dev \
        libcairo2-dev libpango1.0-dev libzint-dev \
        fonts-noto-cjk ;;
    # libdbd-pg-perl is the driver that sqitch only recommends.
    database) printf '%s ' postgresql-15 postgresql-client-15 sqitch libdbd-pg-perl ;;
    tools) printf '%s ' curl openssl softhsm2 unzip util-linux ca-certificates poppler-utils libnss3-tools qpdf dmtx-utils ;;
    # Elsewhere Node.js comes from other packages, and npm with it.
    console)
        printf '%s ' chromium
        if ! command -v node npm >/dev/null; then printf '%s ' nodejs npm; fi
        ;;
    check) printf '%s ' clang-14 clang-format-14 clang-tidy-14 cppcheck shellcheck systemd git ;;
    ci) printf '%s ' ccache git ;;
    bench) printf '%s ' syslog-ng-mod-slog ;;
    mutants) printf '%s ' patch git ;;
    fuzz) printf '%s ' clang-14 libclang-rt-14-dev llvm-14 ;;
    esac
}

# packages_missing NAME...: those that dpkg does not know as installed.
packages_missing() {
    local have name
    have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | grep '^installed ' || true)
    for name; do
        grep -qx "installed $name" <<<"$have" || printf '%s ' "$name"
    done
}

# need_packages GROUP...: returns at once when all is there; else installs, or says what to ask for.
need_packages() {
    local group names=() missing=()
    command -v dpkg-query >/dev/null || die "this script knows Debian 12 only: there is no dpkg-query here"
    for group; do
        read -ra group <<<"$(packages_of "$group")"
        names+=("${group[@]}")
    done
    read -ra missing <<<"$(packages_missing "${names[@]}")"
    ((${#missing[@]})) || return 0
    packages_install "${missing[@]}"
}

packages_install() {
    local sudo=()
    if ! am_root; then
        if ! may_sudo; then
            say "Some packages are missing. Ask an administrator for this, then run the command again:"
            say "    apt-get install --no-install-recommends $*"
            exit 3
        fi
        sudo=(sudo)
    fi
    say "installing: $*"
    # Old lists name packages that are gone, or know nothing of the security updates; without a network what is
    # there may do.
    "${sudo[@]}" apt-get update -qq >&2 || say 'the package lists could not be renewed'
    apt_install "$@" || die "apt-get could not install: $*"
}

apt_install() {
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Without a terminal sudo must not ask; with one it may, once.
may_sudo() {
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || { [[ -t 0 && -t 2 ]] && sudo -v; }
}
