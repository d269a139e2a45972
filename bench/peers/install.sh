#!/usr/bin/env bash
# Installs what Shopbell is measured beside, on Debian 12: nginx with nchan (and starts no system service), and the npm packages.
# Nothing is done again that is there already.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

say() { printf '%s\n' "$*" >&2; }
die() { say "install.sh: $*"; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Whether the package's service would be started now, and at each boot, is for whoever runs this machine to say.
apt_install() {
  local policy=/usr/sbin/policy-rc.d status=0
  [ -e $policy ] && policy=
  [ -z "$policy" ] || printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin $policy
  local install=(as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@")
  if ! "${install[@]}" </dev/null >/dev/null 2>&1; then # no package lists yet, or old ones
    as_root apt-get update -q >/dev/null && "${install[@]}" </dev/null >&2 || status=$?
  fi
  [ -z "$policy" ] || as_root rm -f $policy
  return $status
}

install_packages() {
  local package missing=() has_nginx=yes
  is_installed nginx || has_nginx=no
  for package in nginx libnginx-mod-nchan redis-server "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "this needs Debian 12, or by hand: ${missing[*]}"
  say "installing ${missing[*]}"
  apt_install "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
  [ $has_nginx = yes ] || [ ! -d /run/systemd/system ] || as_root systemctl disable --quiet nginx
}

# The native add-on bufferutil brings its binary along: no script has to run, and no compiler is needed.
install_npm() {
  cmp -s package-lock.json node_modules/.installed-lock && return
  say "installing the npm packages of bench/peers"
  npm ci --ignore-scripts --no-audit --no-fund </dev/null >&2
  cp package-lock.json node_modules/.installed-lock
}

node_packages=()
command -v node >/dev/null && command -v npm >/dev/null || node_packages=(nodejs npm)
install_packages "${node_packages[@]}"
install_npm
