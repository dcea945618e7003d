# shellcheck shell=bash
# Restoring and building, only when a source has changed. Sourced by ./edgerestore.

# The file that `dotnet build` gets for what is wanted. Neither demo nor daemon builds the trainer: it needs libtorch.
build_target() {
    case $1 in
        run) echo "$ROOT/deploy/setup/run.slnf" ;;
        train) echo "$ROOT/src/EdgeRestore.Training/EdgeRestore.Training.csproj" ;;
        test) echo "$ROOT/EdgeRestore.sln" ;;
    esac
}

# Anything, folders included (a deleted file changes its folder), that is newer than the stamp.
changed_since() {
    local folders=("$ROOT/src" "$ROOT/proto") found
    if [ "$2" = test ]; then folders+=("$ROOT/tests"); fi
    found=$(find "${folders[@]}" "$ROOT"/*.props "$ROOT"/*.targets "$ROOT"/*.sln "$ROOT/global.json" "$ROOT/.editorconfig" \
        \( -name bin -o -name obj \) -prune -o -newer "$1" -print -quit)
    [ -n "$found" ]
}

build() {
    local what=$1 stamp="$STATE/stamps/build-$1" begun="$STATE/stamps/build-begun" identity options=()
    # A copied tree keeps its time stamps but not its absolute paths.
    identity="$ROOT $(dotnet --version)"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$identity" ] && ! changed_since "$stamp" "$what"; then
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

# prepare run|train|test: installs and builds what is missing; at most one such run at a time in this tree.
prepare() {
    mkdir -p "$STATE/stamps" 2>/dev/null ||
        fail 5 "Cannot create $STATE/stamps. Found: a folder that $(id -un) may not write to. Give the folder to that user, or clone the repository anew."
    exec 9>"$STATE/lock"
    if ! flock -n 9; then
        printf 'Another run is installing or building in this folder; waiting for it.\n' >&2
        flock 9
    fi
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    check_toolchain
    case $1 in
        run) install_apt "${RUN_APT[@]}" ;;
        train) install_apt "${TRAIN_APT[@]}" ;;
        test) install_apt "${TEST_APT[@]}" ;;
    esac
    install_npm
    build "$1"
    exec 9>&-
}
