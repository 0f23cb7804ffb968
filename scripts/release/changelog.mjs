/** CHANGELOG.md, read and written by the library of the format that it is in. */
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
 * The text of one version, for the page of its release; of a release candidate (`1.2.0-rc.1`) what is unreleased.
 * `undefined`: it has none, no date, or nothing in it.
 */
export function notesOf(text, version, slug) {
  const changelog = read(text, slug);
  const candidate = isCandidate(version);
  const release = candidate ? unreleased(changelog) : changelog.findRelease(version);
  if (!release || (!candidate && !release.date)) return undefined;
  const [, ...lines] = release.toString(changelog).split("\n");
  // On that page, a relative link would lead nowhere.
  const absolute = lines.join("\n").replaceAll(/\]\((?!\w+:)/g, `](https://github.com/${slug}/blob/v${version}/`);
  return absolute.trim() || undefined;
}

/** The changelog in which what was unreleased is `version`, of the day `date`, below a new empty section. */
export function released(text, version, date, slug) {
  const changelog = read(text, slug);
  const next = unreleased(changelog);
  if (!next || next.isEmpty()) throw new Error("CHANGELOG.md: there is nothing under Unreleased");
  if (changelog.findRelease(version)) throw new Error(`CHANGELOG.md already has ${version}`);
  next.setVersion(version);
  next.setDate(date);
  return withUnreleased(changelog.toString());
}

/** The library writes no empty section, and `[Unreleased]` only where there is something to compare with. */
function withUnreleased(text) {
  return text.replace(/^## /m, "## [Unreleased]\n\n## ");
}
