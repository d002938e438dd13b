# The temporary folder of tests in memory, where there is room: databases are then made and dropped in milliseconds.
# Test data only: what a test kills is a process, never the machine.

temporary_in_memory() {
    room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ "${room:-0}" -gt 3000000 ] || return 0
    TMPDIR=$(mktemp -d /dev/shm/crm-test-XXXXXX)
    chmod 711 "$TMPDIR" # the database server of the tests runs as another person
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
    trap 'exit 130' INT TERM
}
