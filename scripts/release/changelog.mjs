/** Reads and writes CHANGELOG.md with the library of its format. */
import { parser } from "keep-a-changelog";
import { isCandidate } from "./versions.mjs";

function read(text, slug) {
  const changelog = parser(text);
  changelog.format = "markdownlint";
  changelog.url = `https://github.com/${slug}`;
  return changelog;
}

const unreleased = ({ releases }) => releases.find((release) => release.version === undefined);

/**
 * The changelog text of one version, for the page of its release. For a release candidate (`1.2.0-rc.1`): the
 * unreleased changes. `undefined` if the version is missing, undated or empty.
 */
export function notesOf(text, version, slug) {
  const changelog = read(text, slug);
  const candidate = isCandidate(version);
  const release = candidate ? unreleased(changelog) : changelog.findRelease(version);
  if (!release || (!candidate && !release.date)) return undefined;
  const [, ...lines] = release.toString(changelog).split("\n");
  // Relative links would not work on that page.
  const absolute = lines.join("\n").replaceAll(/\]\((?!\w+:)/g, `](https://github.com/${slug}/blob/v${version}/`);
  return absolute.trim() || undefined;
}

/**
 * Returns the changelog with the unreleased changes moved to `version`, dated `date`, and a new empty section above
 * it.
 */
export function released(text, version, date, slug) {
  const changelog = read(text, slug);
  const next = unreleased(changelog);
  if (!next || next.isEmpty()) throw new Error("CHANGELOG.md: there is nothing under Unreleased");
  if (changelog.findRelease(version)) throw new Error(`CHANGELOG.md already has ${version}`);
  next.setVersion(version);
  next.setDate(date);
  return withUnreleased(changelog.toString());
}

/** The library writes no empty section, and writes `[Unreleased]` only if there is a version to compare with. */
function withUnreleased(text) {
  return text.replace(/^## /m, "## [Unreleased]\n\n## ");
}
