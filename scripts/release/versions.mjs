/** Where texts of the project name its own version: in the image's tag, the tarball's name, and the manifests. */

const mention = /(couchdb-migrate[:-]|newTag: |appVersion: |ARG VERSION=)(\d+\.\d+\.\d+(?:-[a-z]+\.\d+)?)/g;

/** Whether the texts of a file follow the version: a changelog, a manual and tests speak of others. */
export function followsVersion(file) {
  return !/^(CHANGELOG\.md|RELEASING\.md|package(-lock)?\.json|test\/|src\/|docs\/decisions\/)/.test(file);
}

export function versionsIn(text) {
  return [...text.matchAll(mention)].map(([, , version]) => version);
}

export function withVersion(text, version) {
  return text.replaceAll(mention, `$1${version}`);
}

/** `1.2.0-rc.1`: its changes stay unreleased, and nobody gets it without asking for it. */
export function isCandidate(version) {
  return version.includes("-");
}
