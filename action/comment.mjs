/** The text of the comment. Pure. */

/** The maximum length of a comment on GitHub. */
const longest = 65_536;

/** The first line of a comment, which nobody sees: the next run finds the comment by it. */
export function markerOf({ name = "", set = "", path = "" }) {
  const parts = Object.entries({ name, set, path }).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `<!-- couchdb-migrate plan ${parts.join(" ")} -->`;
}

/** For a run without a plan. It replaces the former plan, which would be out of date. */
export function failureText(exitCode) {
  return `## CouchDB plan: FAILED\n\n\`couchdb-migrate plan\` ended with exit code ${exitCode}, and there is no plan. The log of the run says why.\n`;
}

/** The plan as the job summary shows it. */
export function headed(name, text) {
  return name ? `**${inText(name)}**\n\n${text}` : text;
}

/**
 * @param text what {@link headed} returns
 * @param commit the one that was planned; undefined: unknown
 * @param run the address of the run
 */
export function commentBody({ marker, text, commit, run, limit = longest }) {
  const of = commit ? `Planned for commit ${commit} by` : "Planned by";
  const body = (plan, more = "") => `${marker}\n${plan}\n${more}<sub>${of} [this run](${run})</sub>\n`;
  const whole = body(text);
  if (whole.length <= limit) return whole;
  const more = `**The rest is left out**, because a comment has at most ${limit.toLocaleString("en-US")} characters: see [the summary](${run}).\n\n`;
  return body(cutAt(text, limit - body("", more).length), more);
}

/** As many lines as fit, cut where no code block and no `<details>` is open. */
function cutAt(text, length) {
  let fence = "";
  let depth = 0;
  let end = 0;
  let position = 0;
  for (const line of text.split("\n")) {
    position += line.length + 1;
    if (position > length) break;
    const [ticks] = /^`{3,}/.exec(line) ?? [];
    if (fence !== "") {
      if (line.trim() === fence) fence = "";
    } else if (ticks) {
      fence = ticks;
    } else {
      depth += (line.match(/<details\b/g) ?? []).length - (line.match(/<\/details>/g) ?? []).length;
    }
    if (fence === "" && depth === 0) end = position;
  }
  return text.slice(0, end);
}

/** Text that Markdown shows unchanged. */
function inText(text) {
  return text.replaceAll(/[\\`*_[\]#|~!<>&@]/g, (character) => `&#${character.charCodeAt(0)};`);
}
