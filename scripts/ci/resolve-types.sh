# resolve-types.sh: checks that each module system of TypeScript finds types in the package, and that they match the
# code that it loads. The suite compiles programs with each of them; this is a second opinion. It is not a dependency,
# because it is larger than all tests of the package.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --ignore-scripts --silent --pack-destination "$folder" >/dev/null
npx --yes @arethetypeswrong/cli@0.18.5 "$folder"/*.tgz
