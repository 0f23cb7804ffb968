# pack.sh FOLDER: builds everything in a release except the image, from a clean checkout.
set -eu
version=$(node -p 'require("./package.json").version')
mkdir -p "$1"
npm pack --silent --pack-destination "$1"
cp dist/sbom.cdx.json "$1/couchdb-migrate-$version.cdx.json"
(cd "$1" && sha256sum couchdb-migrate-* >SHA256SUMS)
# With the tag `next`, users who request no version do not get a release candidate.
case $version in *-*) echo next ;; *) echo latest ;; esac >"$1/dist-tag"
node scripts/release/check.mjs "v$version" "$1/notes.md"
