/** Parses `--part`: which part, and how many there are. */
import { mostParts, type PartOption } from "../contract/options.js";
import { InvalidSettings } from "../settings/problems.js";
import type { Environment } from "../settings/source.js";

/** Kubernetes sets it for each pod of an Indexed Job, starting from 0. */
const indexVariable = "JOB_COMPLETION_INDEX";

/** @param text `2/4`, or `index/4` */
export function partOf(text: string, env: Environment): PartOption {
  const [which = "", count = ""] = text.split("/");
  const of = Number(count);
  if (of > mostParts)
    throw new InvalidSettings([`--part: \`${text}\` has too many parts; the maximum is ${mostParts}`]);
  const number = which === "index" ? indexIn(env, of) + 1 : Number(which);
  if (number > of)
    throw new InvalidSettings([`--part: there is no part ${number} of ${of}; the last one is \`${of}/${of}\``]);
  return { number, of };
}

function indexIn(env: Environment, of: number): number {
  const text = env[indexVariable];
  if (text === undefined) {
    const next = `Write the number, such as \`1/${of}\`, or run it in a Job with \`completionMode: Indexed\`.`;
    throw new InvalidSettings([`--part: \`index/${of}\` reads ${indexVariable}, which is not set`], next);
  }
  const index = /^\d{1,6}$/.test(text) ? Number(text) : of;
  if (index < of) return index;
  const next = `Set the Job's \`completions\` to the number of parts: ${of}.`;
  throw new InvalidSettings(
    [`${indexVariable}: \`${text}\` is not an index of ${of} parts; it must be from 0 to ${of - 1}`],
    next,
  );
}
