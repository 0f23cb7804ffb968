#!/usr/bin/env bash
# Builds HEAD twice, from two clones that differ in everything that should not matter: folder, time zone, language.
# Prints the digests of the package and of the image's files, and exits with 1 if the two builds differ.
set -euo pipefail
# npm packs files with the modes of the checkout.
umask 022
source=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# build NAME: clones into a folder with that name, and builds.
build() (
  mkdir -p "$folder/$1"
  git clone --quiet "$source" "$folder/$1/clone"
  cd "$folder/$1/clone"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel error
  npm run --silent build
  npm pack --ignore-scripts --silent --pack-destination "$folder/$1" >/dev/null
  node scripts/image-files.mjs "$folder/$1/image"
  cd "$folder/$1"
  sha256sum ./*.tgz >digests
  (cd image && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum && find . -printf '%m %p\n' | LC_ALL=C sort) >>digests
)

TZ=UTC LC_ALL=C build one
TZ=Asia/Tokyo LC_ALL=C.UTF-8 build two/deeper
if ! diff "$folder/one/digests" "$folder/two/deeper/digests"; then
  echo "The two builds differ, see above." >&2
  exit 1
fi
head -1 "$folder/one/digests"
echo "$(sha256sum <"$folder/one/digests" | cut -d ' ' -f 1)  the package and the files of the image"
