/** `--part`: which part of how many. */
import { mostParts, type PartOption } from "../contract/options.js";
import { InvalidSettings } from "../settings/problems.js";
import type { Environment } from "../settings/source.js";

/** Kubernetes gives it to each pod of an Indexed Job, from 0. */
const indexVariable = "JOB_COMPLETION_INDEX";

/** @param text `2/4`, or `index/4` */
export function partOf(text: string, env: Environment): PartOption {
  const [which = "", count = ""] = text.split("/");
  const of = Number(count);
  if (of > mostParts) throw new InvalidSettings([`part: \`${text}\` is of too many parts; there can be ${mostParts}`]);
  const number = which === "index" ? indexIn(env, of) + 1 : Number(which);
  if (number > of)
    throw new InvalidSettings([`part: \`${text}\` is none of ${of} parts; the last one is \`${of}/${of}\``]);
  return { number, of };
}

function indexIn(env: Environment, of: number): number {
  const text = env[indexVariable];
  if (text === undefined) {
    const next = `Give the part itself, such as \`1/${of}\`, or run it in a Job with \`completionMode: Indexed\`.`;
    throw new InvalidSettings([`part: \`index/${of}\` is taken from ${indexVariable}, which is not set`], next);
  }
  const index = /^\d{1,6}$/.test(text) ? Number(text) : of;
  if (index < of) return index;
  const next = `Give the Job as many \`completions\` as there are parts: ${of}.`;
  throw new InvalidSettings(
    [`${indexVariable}: \`${text}\` is no index of ${of} parts, which are 0 to ${of - 1}`],
    next,
  );
}
