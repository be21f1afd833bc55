#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test, and closes with the number that passed and failed.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
set -e
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES $TEST_PACKAGES
build_release ON
set +e
python3 tests/run.py --build build "$@"
