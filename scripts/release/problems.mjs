/** The problems that prevent a release. Pure, so that a release fails before anything leaves the machine. */
import { derivedFrom, placeholder, slugOf } from "./owner.mjs";

/**
 * Returns all problems, one sentence each.
 *
 * @param release
 *   `manifest`: package.json. `tag`: the tag that is being released. `notes`: the section of its version in the
 *   changelog, if there is one. `repository`: where the workflow runs, as `owner/name`; absent outside a workflow.
 */
export function problemsOf({ manifest, tag, notes, repository }) {
  const slug = slugOf(manifest);
  const { homepage, bugs } = derivedFrom(slug);
  const { version } = manifest;
  return [
    slug.includes(placeholder) &&
      `package.json: repository still has the placeholder ${placeholder}; RELEASING.md says how to replace it`,
    repository !== undefined &&
      repository.toLowerCase() !== slug.toLowerCase() &&
      `package.json: repository is ${slug}, but this is ${repository}; npm refuses provenance for another repository`,
    manifest.homepage !== homepage && `package.json: homepage is not ${homepage}`,
    manifest.bugs !== bugs && `package.json: bugs is not ${bugs}`,
    tag !== `v${version}` &&
      `the tag is ${tag}, but package.json has version ${version}; the tag has to be v${version}`,
    notes === undefined &&
      `CHANGELOG.md has nothing about ${version}; \`npm version\` makes its section of what is unreleased`,
  ].filter(Boolean);
}
