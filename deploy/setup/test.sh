# shellcheck shell=bash
# Running the tests and counting them. Sourced by ./edgerestore.

test_usage() {
    cat <<'TEXT'
Usage: ./edgerestore test [--long] [--filter EXPRESSION] [PROJECT...]

Builds everything and runs the tests of all projects, or of those named (tests/EdgeRestore.Cli.Tests is
EdgeRestore.Cli.Tests). The last line counts them: N passed, N failed, N skipped. Where at most 3 tests of a project fail,
they run once more by themselves: what passes then counts as passed and is named before the last line.

  --long               also the tests that take minutes (trait Category=Long)
  --filter EXPRESSION  only tests that match, in the syntax of `dotnet test --filter`

Example: ./edgerestore test --filter FullyQualifiedName~JpegCodecTests EdgeRestore.Tests

Exit codes: 0 all passed; 1 some failed; 2 wrong command line; 4 installing or building failed.
TEXT
}

# check_test_arguments ARGUMENTS...: sets TEST_FILTER and TEST_PROJECTS.
check_test_arguments() {
    local long='' filter='' name
    TEST_PROJECTS=()
    while [ $# -gt 0 ]; do
        case $1 in
            --long) long=1 ;;
            --filter)
                [ $# -ge 2 ] || fail 2 "--filter lacks its expression. Example: --filter FullyQualifiedName~FrameTests"
                filter=$2
                shift ;;
            -*) fail 2 "Unknown option '$1' of test. Allowed: --long, --filter EXPRESSION, names of test projects." ;;
            *)
                name=$(basename "$1")
                [ -d "$ROOT/tests/$name" ] || fail 2 "No test project '$name'. Found: $(find "$ROOT/tests" -mindepth 1 -maxdepth 1 -type d -printf '%f ')."
                TEST_PROJECTS+=("$name") ;;
        esac
        shift
    done
    if [ ${#TEST_PROJECTS[@]} -eq 0 ]; then
        for name in "$ROOT"/tests/*/*.csproj; do TEST_PROJECTS+=("$(basename "$name" .csproj)"); done
    fi
    TEST_FILTER=$filter
    if [ -z "$long" ]; then TEST_FILTER="${filter:+($filter)&}Category!=Long"; fi
}

# counter FILE NAME: one number out of a .trx file's <Counters total="" executed="" passed="" failed="" .../>.
counter() {
    grep -o '<Counters [^>]*' "$1" | grep -o " $2=\"[0-9]*\"" | tr -cd '0-9'
}

# failed_tests FILE: full names of the tests that failed in a .trx file; the cases of a theory have one name.
failed_tests() {
    grep -o '<UnitTestResult [^>]*outcome="Failed"' "$1" | grep -o 'testName="[^"(]*' | cut -d'"' -f2 | sort -u
}

# run_project DLL REPORT FILTER: the tests of one project; the report is not written if none matches.
run_project() {
    dotnet test "$1" --nologo --filter "$3" --results-directory "$(dirname "$2")" \
        --logger "trx;LogFileName=$(basename "$2")" --logger "console;verbosity=minimal" </dev/null
}

run_tests() {
    local results="$STATE/test-results" name dll trx code total executed good again
    local passed=0 failed=0 skipped=0 ran=0 unsteady=()
    rm -rf "$results"
    mkdir -p "$results"
    export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
    for name in "${TEST_PROJECTS[@]}"; do
        dll="$ROOT/tests/$name/bin/Release/net10.0/$name.dll"
        # Libraries and programs that serve the tests have no test adapter beside them.
        [ -e "$(dirname "$dll")/xunit.runner.visualstudio.testadapter.dll" ] || continue
        printf '\n== %s\n' "$name"
        code=0
        trx="$results/$name.trx"
        run_project "$dll" "$trx" "$TEST_FILTER" || code=$?
        ran=$((ran + 1))
        if [ ! -e "$trx" ]; then
            # A filter that matches nothing here writes no report and is no failure; a crashed host is one.
            if [ "$code" -ne 0 ]; then failed=$((failed + 1)); printf '%s: the test host ended with %d and no report\n' "$name" "$code"; fi
            continue
        fi
        total=$(counter "$trx" total)
        executed=$(counter "$trx" executed)
        good=$(counter "$trx" passed)
        if [ "$good" -lt "$executed" ]; then
            mapfile -t again < <(failed_tests "$trx")
            if [ "${#again[@]}" -gt 0 ] && [ "${#again[@]}" -le 3 ]; then
                printf '\n== %s, what failed once more\n' "$name"
                # A machine that others share can stop a test's peer for a minute; a test that is wrong fails again.
                if run_project "$dll" "$results/$name.again.trx" \
                    "$(printf '|FullyQualifiedName=%s' "${again[@]}" | cut -c2-)"; then
                    unsteady+=("${again[@]}")
                    good=$executed
                    code=0
                fi
            fi
        fi
        passed=$((passed + good))
        skipped=$((skipped + total - executed))
        failed=$((failed + executed - good))
        if [ "$code" -ne 0 ] && [ "$executed" -eq "$good" ]; then
            failed=$((failed + 1))
            printf '%s: every test that ran passed, but the test host ended with %d\n' "$name" "$code"
        fi
    done
    [ "$ran" -gt 0 ] || fail 2 "None of these is a test project: ${TEST_PROJECTS[*]}."
    printf '\n'
    {
        if [ ${#unsteady[@]} -gt 0 ]; then printf 'passed only when run again: %s\n' "${unsteady[@]}"; fi
        printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    } | tee "$results/summary"
    [ "$failed" -eq 0 ]
}
