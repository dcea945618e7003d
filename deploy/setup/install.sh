# shellcheck shell=bash
# What comes from Debian and from npm. Sourced by ./edgerestore.

# libturbojpeg0: JPEG frames.
RUN_APT=(libturbojpeg0)
# libopenblas0-pthread: the BLAS that libtorch pulls in by itself is 40 times slower on matrix products.
TRAIN_APT=(libturbojpeg0 libtorch-dev g++ libopenblas0-pthread libtcmalloc-minimal4)
# A gRPC client, an ONNX reader and a reader of metrics that are not ours, and what cameras and videos are made with, to
# test against.
TEST_APT=("${TRAIN_APT[@]}" python3-grpcio protobuf-compiler protobuf-compiler-grpc python3-protobuf python3-onnx
    python3-numpy python3-prometheus-client ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-base
    gstreamer1.0-plugins-good)

check_toolchain() {
    local words
    command -v dotnet >/dev/null ||
        fail 4 "The .NET SDK is missing: no 'dotnet' in PATH. Install the .NET 10 SDK, then run this again."
    words=$(cd "$ROOT" && dotnet --version 2>&1) ||
        fail 4 "'dotnet --version' fails here; global.json asks for SDK 10.0.100 or a later 10.x. Its own words:
$words"
    command -v npm >/dev/null ||
        fail 4 "Node.js with npm is missing: no 'npm' in PATH. Install it (Debian: apt-get install nodejs npm), then run this again."
}

# missing_apt PACKAGES...: prints those that are not installed.
missing_apt() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

install_apt() {
    local missing
    command -v apt-get >/dev/null || fail 4 "This is no Debian system: 'apt-get' is missing. Tried on Debian 12; elsewhere install the counterparts of: $*"
    missing=$(missing_apt "$@" | paste -sd ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        fail 3 "System packages are missing: $missing. Only root may install them. Run this, then the same command again:

  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends $missing'
"
    fi
    STEP_FINISH=apt
    # dpkg --configure -a finishes what an earlier installation (ours or another) was cut off from.
    # shellcheck disable=SC2086 # one argument per package
    step "System packages ($missing)" sh -c '
        set -e
        export DEBIAN_FRONTEND=noninteractive
        dpkg --configure -a
        apt-get update
        exec apt-get install -y --no-install-recommends "$@"' sh $missing ||
        fail 4 "apt could not install: $missing. Its own words are above."
    STEP_FINISH=
}

# Without lists apt knows no package; a fresh container has none.
ensure_apt_lists() {
    if ! command -v apt-cache >/dev/null || [ -n "$(apt-cache search --names-only '^palapeli-data$' 2>/dev/null)" ]; then
        return 0
    fi
    # What is already unpacked needs no lists.
    [ -d "$STATE/photographs/held-out" ] && return 0
    [ "$(id -u)" -eq 0 ] || fail 3 "apt has no package lists, and only root may fetch them. Run this, then the same command again:

  sudo apt-get update
"
    STEP_FINISH=apt
    step "Package lists of apt" apt-get update || fail 4 "apt could not fetch its package lists. Its own words are above."
    STEP_FINISH=
}

# install_npm SET: clients and networks of others are for the tests alone. npm ci empties node_modules first, so the stamp
# lies inside it and falls with it.
install_npm() {
    local stamp="$ROOT/node_modules/.edgerestore-stamp" wanted found options=()
    wanted=$(sha256sum "$ROOT/package-lock.json" | cut -d ' ' -f 1)
    found=$(cat "$stamp" 2>/dev/null || true)
    [ "$found" = "$wanted" ] && return 0
    if [ "$1" != test ]; then
        [ "$found" = "$wanted without development" ] && return 0
        options=(--omit=dev)
    fi
    step "Native libraries from npm" npm ci --prefix "$ROOT" --loglevel=http --no-audit --no-fund "${options[@]}" ||
        fail 4 "npm could not install what package-lock.json names. Its own words are above."
    write_stamp "$stamp" "$wanted${options[0]:+ without development}"
}

# libtorch's OpenMP threads spin against those of OpenBLAS, and glibc's allocator returns large tensors to the kernel
# after every step: waiting passively and tcmalloc made a training step several times faster.
tune_libtorch() {
    local tcmalloc
    export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
    # /sbin is in no ordinary user's PATH on Debian.
    tcmalloc=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | sed -n 's:.*libtcmalloc_minimal\.so\.4 .*=> ::p' | head -n 1)
    if [ -n "$tcmalloc" ]; then export LD_PRELOAD="$tcmalloc${LD_PRELOAD:+:$LD_PRELOAD}"; fi
}
