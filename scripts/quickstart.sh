#!/usr/bin/env bash
# From nothing but git to a plan proved, applied and rolled back: installs the Debian packages, builds the release to build/lpc, and runs the main
# job against a scratch server that it starts and removes by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES
build_release
scripts/tour.sh build/lpc
