# shellcheck shell=bash
# Long steps with progress, and how they end. Sourced by ./edgerestore.

# fail CODE MESSAGE: says it on stderr and ends.
fail() {
    local code=$1
    shift
    printf '\nedgerestore: %s\n' "$*" >&2
    exit "$code"
}

wants_help() {
    local argument
    for argument in "$@"; do
        case $argument in
            --help | -h | -\?) return 0 ;;
        esac
    done
    return 1
}

# The one running step: its process group, and whether it must be let finish.
STEP_PID=
STEP_FINISH=

interrupted() {
    trap '' INT TERM
    if [ -n "$STEP_PID" ]; then
        if [ -n "$STEP_FINISH" ]; then
            printf '\nInterrupted: waiting for %s to finish what it has begun, it must not be cut off.\n' "$STEP_FINISH" >&2
        else
            kill -TERM -- "-$STEP_PID" 2>/dev/null || true
        fi
        wait "$STEP_PID" 2>/dev/null || true
    fi
    printf '\nInterrupted. The next run goes on from here.\n' >&2
    exit 130
}

# step TITLE COMMAND...: runs a command with its output in a log, and shows that it lives: its last line on a
# terminal, a line every 15 s elsewhere. Gives the command's exit code; what went wrong is shown from the log.
step() {
    local title=$1 log started=$SECONDS shown=$SECONDS code=0 last columns
    shift
    mkdir -p "$STATE/logs"
    log="$STATE/logs/$(printf '%s' "$title" | tr -cs 'A-Za-z0-9' '-' | sed 's/-*$//').log"
    trap interrupted INT TERM
    # A process group of its own: a Ctrl-C in the terminal reaches this shell alone, which then decides.
    setsid "$@" >"$log" 2>&1 </dev/null 9>&- &
    STEP_PID=$!
    if [ ! -t 2 ]; then printf '%s ...\n' "$title" >&2; fi
    while kill -0 "$STEP_PID" 2>/dev/null; do
        if [ -t 2 ]; then
            columns=$(tput cols 2>/dev/null || echo 80)
            last=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c "1-$((columns > 60 ? columns - 50 : 10))")
            printf '\r\033[K%s ... %d s  %s' "$title" "$((SECONDS - started))" "$last" >&2
        elif [ $((SECONDS - shown)) -ge 15 ]; then
            printf '  %d s: %s\n' "$((SECONDS - started))" "$(tail -n 1 "$log" | cut -c 1-100)" >&2
            shown=$SECONDS
        fi
        sleep 0.2
    done
    wait "$STEP_PID" || code=$?
    STEP_PID=
    trap - INT TERM
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
    if [ "$code" -ne 0 ]; then
        printf '%s: failed after %d s. The end of %s:\n' "$title" "$((SECONDS - started))" "$log" >&2
        tail -n 40 "$log" >&2
        return "$code"
    fi
    printf '%s: done in %d s\n' "$title" "$((SECONDS - started))" >&2
}

# write_stamp FILE TEXT: whole or not at all.
write_stamp() {
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" >"$1.partial"
    mv -f "$1.partial" "$1"
}
