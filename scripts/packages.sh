# The Debian packages that lpc is built from (BUILD), and those that its tests need besides (TEST). Sourced by the other scripts.
BUILD_PACKAGES="ca-certificates git g++ cmake ninja-build ccache mold pkg-config antlr4 libantlr4-runtime-dev libpg-query-dev libpq-dev
  nlohmann-json3-dev libcli11-dev libdtl-dev libtomlplusplus-dev libfmt-dev libssl-dev libjemalloc-dev robin-map-dev postgresql-15"
TEST_PACKAGES="libgtest-dev librapidcheck-dev libbenchmark-dev llvm-14-tools python3 postgresql-client-15 postgresql-contrib
  postgresql-15-postgis-3 chromium-headless-shell clang-format clang-tidy"

# Installs those of the packages that are missing.
install_packages() {
  missing=""
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  sudo=""
  if [ "$(id -u)" != 0 ]; then sudo="sudo"; fi
  echo "Installing:$missing"
  # The packaged cluster isn't needed: lpc and its tests start servers of their own.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    $sudo mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  $sudo apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# Configures and builds the release into build/.
build_release() {
  cmake --preset release -DLPC_TESTS="${1:-OFF}" -Wno-dev --log-level=WARNING
  cmake --build build --parallel "$(nproc)"
}
