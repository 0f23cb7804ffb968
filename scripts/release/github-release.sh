# github-release.sh FOLDER: creates the release on GitHub, with the files that pack.sh put into FOLDER. IMAGE is the
# image's name with its digest.
set -eu
folder=$1
version=$(node -p 'require("./package.json").version')
printf '\nImage: `%s`\n' "$IMAGE" >>"$folder/notes.md"
set -- --verify-tag --title "$version" --notes-file "$folder/notes.md"
case $version in *-*) set -- "$@" --prerelease ;; esac
gh release create "v$version" "$@" "$folder"/couchdb-migrate-* "$folder/SHA256SUMS"
