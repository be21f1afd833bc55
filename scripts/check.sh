#!/usr/bin/env bash
# Checks the sources without building them: the guards of the architecture, the shell scripts, the Python files.
#   scripts/check.sh                     all of these
#   scripts/check.sh --format FILE…      formats C++ files in place (.clang-format)
#   scripts/check.sh --lint BUILD FILE…  clang-tidy, with the compile commands of a build folder
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  --format) shift; exec clang-format -i "$@" ;;
  --lint) build=$2; shift 2; exec clang-tidy -p "$build" --quiet --checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,performance-*,clang-analyzer-*' "$@" ;;
esac
status=0
python3 scripts/guards.py || status=1
for file in $(git ls-files '*.py' 2>/dev/null || find tests scripts -name '*.py'); do
  python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$file" || status=1
done
if command -v shellcheck >/dev/null; then shellcheck -x -S error scripts/[!p]*.sh || status=1; fi
[ "$status" = 0 ] && echo "All checks passed."
exit "$status"
