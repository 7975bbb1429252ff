# shellcheck shell=bash
# Read by the scripts in this folder: where the tools live, and how they are found.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hookpost
tools=${HOOKPOST_TOOLS:-$cache/tools}
python_venv=$tools/python
cd "$root"

# Where cargo puts what it builds, as an absolute path.
target_dir() {
    local dir=${CARGO_TARGET_DIR:-target}
    [[ $dir == /* ]] || dir=$root/$dir
    printf '%s\n' "$dir"
}

# Ours first: cargo-leptos takes wasm-bindgen and wasm-opt from the path and then downloads nothing.
export PATH="$tools/bin:$root/end2end/node_modules/.bin:$PATH"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
export HOOKPOST_TEST_PYTHON=${HOOKPOST_TEST_PYTHON:-$python_venv/bin/python}

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "error: $*"
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# The version of a crate in Cargo.lock.
locked_version() {
    awk -v name="name = \"$1\"" '$0 == name { getline; gsub(/version = |"/, ""); print; exit }' Cargo.lock
}

# The browser that the end-to-end tests drive. Prints its path, or fails.
find_chromium() {
    local candidate
    for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        # A program, and not a shell function of this name.
        if [[ -n $candidate ]] && type -P "$candidate"; then
            return 0
        fi
    done
    return 1
}

# Fetches a package of the distribution into the working folder and installs nothing.
apt_download() {
    has apt-get && has dpkg || return 1
    apt-get download -qq "$1" </dev/null >/dev/null 2>&1 && return
    # Without a fresh list it may not be found.
    if [[ $(id -u) == 0 ]]; then
        apt-get update -qq >/dev/null 2>&1 || return 1
    else
        sudo -n apt-get update -qq >/dev/null 2>&1 || return 1
    fi
    apt-get download -qq "$1" </dev/null >/dev/null 2>&1
}

# Installs packages of the distribution. Fails where there is no apt-get or no right to use it.
apt_install() {
    local as_root=()
    has apt-get || return 1
    if [[ $(id -u) != 0 ]]; then
        has sudo && sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    say "set-up: apt-get install $*"
    "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}
