#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks every mapping against the schema of `retrocan mapping schema` with taplo, which knows nothing of this
# program; and that the schema objects to what is wrong.
#
#     check.sh PROGRAM SOURCE_FOLDER WORK_FOLDER
set -euo pipefail
program=$1 source=$2 work=$3

# What is wrong in these only shows when several lines are seen together.
only_the_program_knows=(bits once slow units unused)

command -v npm > /dev/null || { echo "npm is missing: see .ci/debian-packages" >&2; exit 1; }
mkdir -p "$work"
if ! cmp -s "$source/tests/schema/package-lock.json" "$work/package-lock.json" || [[ ! -x $work/node_modules/.bin/taplo ]]; then
  cp "$source"/tests/schema/{package.json,package-lock.json,.npmrc} "$work"
  (cd "$work" && npm ci --no-progress --loglevel=error)
fi

cd "$work"
"$program" mapping schema > schema.json
lint() { RUST_LOG=warn node_modules/.bin/taplo lint --schema "file://$work/schema.json" "$@"; }
failures=0
fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

mapfile -t mappings < <(find "$source/mappings" -name '*.toml' | sort)
((${#mappings[@]})) || fail 'there are no mappings'
if ! lint "${mappings[@]}" > output.txt 2>&1; then
  fail 'what is good for retrocan is not good by its schema:'
  head -n 40 output.txt >&2
fi

# One call for all that is wrong, as taplo takes a second to start.
sed '0,/unit *= /s//unt = /' "$source/mappings/jk/pb.toml" > misspelt.toml
lint misspelt.toml "$source"/tests/unit/mapping/rejected/*.toml > output.txt 2>&1 || true
grep -q "'unt' was unexpected" output.txt || fail "the schema does not name a misspelt key: $(head -n 3 output.txt)"
rejected=0
for mapping in "$source"/tests/unit/mapping/rejected/*.toml; do
  name=$(basename "$mapping" .toml)
  if [[ " ${only_the_program_knows[*]} " == *" $name "* ]]; then
    continue
  elif grep -q "invalid file .*path=\"$mapping\"" output.txt; then
    rejected=$((rejected + 1))
  else
    fail "the schema has nothing against $mapping; if only the program can know, name it in $0"
  fi
done

echo "${#mappings[@]} mappings checked, $rejected rejected, $failures failures"
((failures == 0))
