/**
 * Places where the project's texts name its own version: the image's tag, the tarball's name, the package, the action,
 * the tag of its signature, and the manifests.
 */

const mention =
  /(couchdb-migrate(?:[:-]|@v?)|refs\/tags\/v|newTag: |appVersion: |ARG VERSION=)(\d+\.\d+\.\d+(?:-[a-z]+\.\d+)?)/g;

/** Whether a file's version numbers are updated. A changelog, a manual and tests mention other versions. */
export function followsVersion(file) {
  return !/^(CHANGELOG\.md|RELEASING\.md|package(-lock)?\.json|test\/|src\/|docs\/decisions\/)/.test(file);
}

export function versionsIn(text) {
  return [...text.matchAll(mention)].map(([, , version]) => version);
}

export function withVersion(text, version) {
  return text.replaceAll(mention, `$1${version}`);
}

/** `1.2.0-rc.1`: its changes stay unreleased, and users only get it if they request it. */
export function isCandidate(version) {
  return version.includes("-");
}
