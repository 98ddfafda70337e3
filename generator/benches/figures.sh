#!/usr/bin/env bash
# Prints the figures of speed and size that the README quotes. Usage: generator/benches/figures.sh [ROW…]
# ROWs: instructions synth crates build alone (default: all). Needs valgrind for `instructions`.
# Build figures are CPU seconds (user + system) of a clean build in a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$root/target/figures
rows=${*:-instructions synth crates build alone}
mkdir -p "$work"

# Runs a command and prints its CPU seconds and its peak memory in MiB.
measure() {
  python3 - "$@" <<'PY'
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.2f} s CPU, {used.ru_maxrss / 1024:.0f} MiB peak" + (f" (exit {code})" if code else ""))
PY
}

program() {
  cargo build --release --quiet --bin token-refresh
  cargo build --release --quiet -p token-refresh-generator --example synth
}

crates() { cargo tree --quiet -e normal --prefix none "$@" | sed 's/ (\*)//' | sort -u | wc -l; }

for row in $rows; do
  case $row in
    instructions)
      program
      for id in berbix vault-ist transak-partner transak-user xellar; do
        rm -rf "$work/one" "$work/one-out"; mkdir -p "$work/one"
        cp "specs/$id.yaml" "$work/one/"
        count=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
          target/release/token-refresh generate --specs "$work/one" --out "$work/one-out" 2>&1 \
          | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
        printf 'one founding provider (%s), whole process: %s instructions\n' "$id" "$count"
      done ;;
    synth)
      program
      for count in 10 100 1000; do
        rm -rf "$work/synth" "$work/synth-out"; mkdir -p "$work/synth"
        target/release/examples/synth "$count" > "$work/synth/synth.yaml"
        printf '%s operations with four schemas each: ' "$count"
        measure target/release/token-refresh generate --specs "$work/synth" --out "$work/synth-out"
      done ;;
    crates)
      printf 'unique crates without an HTTP client: '; crates -p token-refresh-clients --no-default-features
      printf 'unique crates with reqwest and rustls: '; crates -p token-refresh-clients ;;
    build)
      for features in "" "--no-default-features --features berbix,transak-partner,transak-user,vault-ist,xellar"; do
        rm -rf "$work/build"
        printf 'clean debug build of the clients %s: ' "${features:-with reqwest and rustls}"
        # shellcheck disable=SC2086
        measure cargo build -p token-refresh-clients $features --target-dir "$work/build"
      done ;;
    alone)
      program
      rm -rf "$work/hundred" "$work/hundred-out"; mkdir -p "$work/hundred"
      target/release/examples/synth 100 > "$work/hundred/synth.yaml"
      target/release/token-refresh generate --specs "$work/hundred" --out "$work/hundred-out" > /dev/null
      sed -i "s|^token-refresh-runtime = .*|token-refresh-runtime = { path = \"$root/runtime\", default-features = false }|" "$work/hundred-out/Cargo.toml"
      grep -q '^\[workspace\]' "$work/hundred-out/Cargo.toml" || printf '\n[workspace]\n' >> "$work/hundred-out/Cargo.toml"
      cp Cargo.lock "$work/hundred-out/"
      for profile in dev release; do
        flags=(--manifest-path "$work/hundred-out/Cargo.toml" --target-dir "$work/hundred-target" --profile "$profile" --no-default-features --features synth)
        CARGO_INCREMENTAL=0 cargo build --quiet --offline "${flags[@]}"
        touch "$work/hundred-out/src/lib.rs"
        printf '100 such operations, that crate alone, %s: ' "$profile"
        CARGO_INCREMENTAL=0 measure cargo build --offline "${flags[@]}"
      done ;;
    *) echo "no such row: $row" >&2; exit 2 ;;
  esac
done
