#!/usr/bin/env bash
# Installs what the tests of the started server need besides Node, from Debian's packages.
set -eu

packages=()
command -v openssl >/dev/null || packages+=(openssl)
command -v curl >/dev/null || packages+=(curl)
# Plugins in C and Rust.
command -v clang >/dev/null || packages+=(clang)
command -v wasm-ld >/dev/null || packages+=(lld)
[ -e /usr/bin/rustc ] || packages+=(rustc)
[ -e /usr/lib/rustlib/wasm32-unknown-unknown ] || packages+=(libstd-rust-dev-wasm32)
command -v redis-server >/dev/null || packages+=(redis-server)
command -v chromium >/dev/null || packages+=(chromium fonts-dejavu-core)

if [ ${#packages[@]} -eq 0 ]; then
  echo 'nothing to install'
  exit 0
fi
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"
