/**
 * Where the project lives: `repository` in package.json is the one place that says so. Everything else repeats it, and
 * is checked against it.
 */

/** No account of GitHub can have this name, and no image either: until the owner is known, nothing leads anywhere. */
export const placeholder = "__OWNER__";

/** `owner/name`, as GitHub writes it. Throws where package.json names no repository of GitHub. */
export function slugOf({ repository }) {
  const [, slug] = /^git\+https:\/\/github\.com\/([^/]+\/[^/]+)\.git$/.exec(repository?.url ?? "") ?? [];
  if (slug === undefined) throw new Error("package.json: repository.url is not git+https://github.com/OWNER/NAME.git");
  return slug;
}

/** The fields of package.json that follow from `repository`. */
export function derivedFrom(slug) {
  return { homepage: `https://github.com/${slug}#readme`, bugs: `https://github.com/${slug}/issues` };
}

/** What a text says about where this project lives, other than `slug`: an address of GitHub, or of its image. */
export function otherOwners(text, slug) {
  const [, name] = slug.split("/");
  const found = text.matchAll(
    new RegExp(`(?:github\\.com|ghcr\\.io|raw\\.githubusercontent\\.com)/([^/\\s"'\`<>]+/${name})\\b`, "g"),
  );
  return [...found].map(([, one]) => one).filter((one) => one.toLowerCase() !== slug.toLowerCase());
}
