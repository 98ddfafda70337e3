#!/usr/bin/env bash
# Prints the figures of sessions that the README quotes. Usage: runtime/benches/figures/figures.sh [ROW…]
# ROWs: reads two-threads costs crowd dropped refresh refresh-instructions million fleet (default: all). See README.md beside this file.
set -euo pipefail
cd "$(dirname "$0")/../../.."
rows=${*:-reads two-threads costs crowd dropped refresh refresh-instructions million fleet}

# As an application is built that sets nothing: cargo's own release profile, not this workspace's.
export CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

program() {
  cargo bench --quiet --no-run -p token-refresh-runtime --bench figures --features reqwest,session,testing \
    --message-format json | sed -n 's/.*"executable":"\([^"]*figures-[^"]*\)".*/\1/p' | tail -1
}

# A test with its whole numbers, and what it prints.
full() {
  TOKEN_REFRESH_FULL=1 cargo test --quiet --release -p token-refresh-runtime --all-features "$@" -- --nocapture \
    | grep -Ev '^$|^running|^test |^test result'
}

# Instructions of one in a long row: the difference between a longer row and a shorter one.
instructions() {
  local word=$1 how=$2 few=$3 many=$4 times counts=()
  for times in "$few" "$many"; do
    counts+=("$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$figures" "$word" "$how" "$times" 2>&1 \
      | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')")
  done
  echo $(((counts[1] - counts[0]) / (many - few)))
}

figures=$(program)
for row in $rows; do
  case $row in
    reads)
      loop=$(instructions read nothing 10000 30000)
      for how in borrowed owned owned-and-dropped owned-of-reader awaited clone; do
        all=$(instructions read "$how" 10000 30000)
        printf 'cached read, %s: %s instructions (and %s for the loop)\n' "$how" "$((all - loop))" "$loop"
      done ;;
    refresh-instructions)
      bare=$(instructions renew bare 200 600)
      whole=$(instructions renew source 200 600)
      printf 'refresh over bare exchange, instructions outside the kernel, Secure: %s over %s: %s x\n' "$whole" "$bare" \
        "$(awk "BEGIN { printf \"%.2f\", $whole / $bare }")" ;;
    two-threads | crowd | dropped | refresh) "$figures" "$row" ;;
    costs) full --test costs ;;
    million) full --test memory_store --test keeper_figures ;;
    fleet) full --test fleet ;;
    *) echo "no such row: $row" >&2; exit 2 ;;
  esac
done
