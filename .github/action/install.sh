#!/usr/bin/env bash
# Puts kubeproof on PATH for action.yml: the release that is asked for, its archive held to a known checksum; where
# there is none for this machine, the kubeproof on PATH; else a build of the action's own checkout.
#
# Reads ACTION_PATH, INPUT_VERSION, INPUT_CHECKSUM and what the runner sets. Writes `program` and `version` to
# GITHUB_OUTPUT, and the folder of the program to GITHUB_PATH.
set -euo pipefail

home=https://github.com/kubeproof/kubeproof/releases/download
wanted=${INPUT_VERSION:-}
wanted=${wanted#v}
own=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ACTION_PATH/Cargo.toml" | head -n 1)
folder=$RUNNER_TEMP/kubeproof
suffix=
[ "${RUNNER_OS:-}" != Windows ] || suffix=.exe

# What is said in a workflow command ends at the line's end, and `%` starts an escape.
say() {
  local text=${2//'%'/'%25'}
  text=${text//$'\r'/'%0D'}
  printf '::%s title=kubeproof::%s\n' "$1" "${text//$'\n'/'%0A'}"
}

give_up() {
  say error "$1"
  exit 2
}

target() {
  case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-musl ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-msvc ;;
  esac
}

sha256() {
  if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1
}

# The checksum that the archive $1 must have, if it is known.
expected() {
  if [ -n "${INPUT_CHECKSUM:-}" ]; then
    printf '%s\n' "$INPUT_CHECKSUM" | tr 'A-F' 'a-f'
  else
    awk -v archive="$1" '$2 == archive { print $1; exit }' "$ACTION_PATH/.github/action/checksums.txt"
  fi
}

# Fetches the release $1 and unpacks it. Returns 1 where there is none to be had; ends all where it is not what it
# should be.
fetch() {
  local version=$1 triple archive sum found
  triple=$(target)
  [ -n "$triple" ] || return 1
  archive=kubeproof-$version-$triple.tar.gz
  sum=$(expected "$archive")
  [ -n "$sum" ] || return 1
  [[ $sum =~ ^[0-9a-f]{64}$ ]] || give_up "the input checksum is no SHA-256: 64 hexadecimal digits"
  mkdir -p "$folder"
  curl --fail --silent --show-error --location --proto '=https' --retry 3 --max-time 300 \
    --output "$folder/archive.tar.gz" "$home/v$version/$archive" || return 1
  found=$(sha256 "$folder/archive.tar.gz")
  [ "$found" = "$sum" ] || give_up "$archive has the SHA-256 $found, not $sum: it is not the archive that was released"
  (cd "$folder" && tar -xzf archive.tar.gz --strip-components 1 && rm archive.tar.gz)
  program=$folder/kubeproof$suffix
}

on_path() {
  program=$(command -v kubeproof) || return 1
}

from_source() {
  command -v cargo > /dev/null || return 1
  cargo install --locked --quiet --path "$ACTION_PATH" --root "$folder" --bin kubeproof
  program=$folder/bin/kubeproof$suffix
}

program=
case "$wanted" in
  path) on_path || give_up "there is no kubeproof on PATH; install one, or leave out the input version" ;;
  source) from_source || give_up "kubeproof cannot be built here: there is no cargo on PATH" ;;
  "")
    if ! fetch "$own"; then
      if on_path; then
        say notice "there is no archive of kubeproof $own to be had here; the kubeproof on PATH is taken"
      elif from_source; then
        say notice "there is no archive of kubeproof $own to be had here; it was built from source"
      else
        give_up "there is no archive of kubeproof $own to be had here, no kubeproof on PATH, and no cargo to build it"
      fi
    fi
    ;;
  *)
    [[ $wanted =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || give_up "the input version is none: $wanted"
    # Whoever names a version wants that one and no other.
    if ! fetch "$wanted"; then
      on_path && [ "$("$program" --version)" = "kubeproof $wanted" ] ||
        give_up "there is no archive of kubeproof $wanted to be had here whose checksum is known; give the input checksum, or use the action of that version"
    fi
    ;;
esac

version=$("$program" --version)
printf 'program=%s\nversion=%s\n' "$program" "${version#kubeproof }" >> "$GITHUB_OUTPUT"
dirname "$program" >> "$GITHUB_PATH"
