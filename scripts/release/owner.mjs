/**
 * Where the project lives: `repository` in package.json is the single source. Everything else repeats it, and is
 * checked against it.
 */

/** No GitHub account and no image can have this name, so until the owner is known, no link leads to anyone else. */
export const placeholder = "__OWNER__";

/** `owner/name`, as GitHub writes it. Throws if package.json does not name a GitHub repository. */
export function slugOf({ repository }) {
  const [, slug] = /^git\+https:\/\/github\.com\/([^/]+\/[^/]+)\.git$/.exec(repository?.url ?? "") ?? [];
  if (slug === undefined) throw new Error("package.json: repository.url is not git+https://github.com/OWNER/NAME.git");
  return slug;
}

/** The fields of package.json that are derived from `repository`. */
export function derivedFrom(slug) {
  return { homepage: `https://github.com/${slug}#readme`, bugs: `https://github.com/${slug}/issues` };
}

/** The places where a text names another location of this project than `slug`: on GitHub, or for its image. */
export function otherOwners(text, slug) {
  const [, name] = slug.split("/");
  const found = text.matchAll(
    new RegExp(`(?:github\\.com|ghcr\\.io|raw\\.githubusercontent\\.com)/([^/\\s"'\`<>]+/${name})\\b`, "g"),
  );
  return [...found].map(([, one]) => one).filter((one) => one.toLowerCase() !== slug.toLowerCase());
}
