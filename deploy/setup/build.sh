# shellcheck shell=bash
# Restoring and building, only when a source has changed. Sourced by ./edgerestore.

# The file that `dotnet build` gets for what is wanted. Neither demo nor daemon builds the trainer: it needs libtorch.
build_target() {
    case $1 in
        run) echo "$ROOT/deploy/setup/run.slnf" ;;
        train) echo "$ROOT/src/EdgeRestore.Training/EdgeRestore.Training.csproj" ;;
        quantize) echo "$ROOT/quantize/EdgeRestore.Quantization/EdgeRestore.Quantization.csproj" ;;
        test) echo "$ROOT/EdgeRestore.sln" ;;
    esac
}

# sources WHAT FIND-TEST...: the files that a build of WHAT reads. Restoring writes the lock files itself, so their time
# says nothing; what they hold follows from Directory.Packages.props and the project files.
sources() {
    local folders=("$ROOT/src" "$ROOT/proto")
    case $1 in
        quantize) folders+=("$ROOT/quantize") ;;
        test) folders+=("$ROOT/quantize" "$ROOT/tests") ;;
    esac
    shift
    find "${folders[@]}" "$ROOT"/Directory.* "$ROOT/EdgeRestore.sln" "$ROOT/global.json" "$ROOT/.editorconfig" \
        \( -name bin -o -name obj \) -prune -o -type f ! -name packages.lock.json "$@"
}

# A copied tree keeps its time stamps but not its absolute paths; a deleted file is newer than nothing.
build_identity() {
    printf '%s %s %s\n' "$ROOT" "$(dotnet --version)" "$(sources "$1" -print | LC_ALL=C sort | sha256sum | cut -c 1-16)"
}

build() {
    local what=$1 stamp="$STATE/stamps/build-$1" begun="$STATE/stamps/build-begun" identity options=()
    identity=$(build_identity "$what")
    if [ "$(cat "$stamp" 2>/dev/null)" = "$identity" ] && [ -z "$(sources "$what" -newer "$stamp" -print -quit)" ]; then
        return 0
    fi
    # A build that was cut off may have left a half-written file that looks up to date.
    if [ -e "$begun" ]; then options+=(--no-incremental); fi
    if [ "${CI:-}" = true ]; then options+=(-p:RestoreLockedMode=true); fi
    write_stamp "$begun" "$identity"
    touch "$stamp.begun"
    step "Build ($what)" dotnet build "$(build_target "$what")" -c Release -v minimal -nologo "${options[@]}" ||
        fail 4 "The build failed. The compiler's words are above."
    rm -f "$begun"
    # The stamp is as old as the start of the build: what was edited meanwhile is built next time.
    printf '%s\n' "$identity" >"$stamp.partial"
    touch -r "$stamp.begun" "$stamp.partial"
    mv -f "$stamp.partial" "$stamp"
    rm -f "$stamp.begun"
}

# prepare run|train|quantize|test: installs and builds what is missing; at most one such run at a time in this tree.
prepare() {
    mkdir -p "$STATE/stamps" 2>/dev/null ||
        fail 5 "Cannot create $STATE/stamps. Found: a folder that $(id -un) may not write to. Give the folder to that user, or clone the repository anew."
    exec 9>"$STATE/lock"
    # Looking whether all is up to date takes a second; only what takes longer is worth a word.
    if ! flock -w 10 9; then
        printf 'Another run is installing or building in this folder; waiting for it.\n' >&2
        flock 9
    fi
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    case $1 in
        run | quantize) install_apt "${RUN_APT[@]}" ;;
        train) install_apt "${TRAIN_APT[@]}" ;;
        test) install_apt "${TEST_APT[@]}" ;;
    esac
    check_toolchain
    install_npm "$1"
    build "$1"
    exec 9>&-
}
