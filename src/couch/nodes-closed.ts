/** Services such as IBM Cloudant, and proxies in front of CouchDB, give no access to the nodes of the server. */
import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { Answer, Couch, ReadOptions } from "./couch.js";
import { assertRoot } from "./identity.js";
import type { Path } from "./path.js";
import { isRefusedByOther } from "./read-if-allowed.js";
import { isAdmin, readSession } from "./session.js";
import { isCloudant } from "./vendor.js";

/**
 * Reads about nodes. Throws `nodes-closed` if the server refuses that to everybody, and `missing-permission` if a server
 * admin may do it.
 *
 * @param options `accept`: 404 and 405 are only answers of CouchDB itself if `isAnswer` says so
 */
export async function readOfNodes<Body>(
  couch: Couch,
  path: Path,
  options: ReadOptions,
  isAnswer: (answer: Answer<Body>) => boolean = () => false,
): Promise<Answer<Body>> {
  const accept = [...(options.accept ?? []), 404, 405];
  const answer = await couch.read<Body>(path, { ...options, accept }).catch(async (thrown: unknown) => {
    const error = toMigrateError(thrown);
    throw (await isClosed(couch, error)) ? await nodesClosed(couch, path, error) : error;
  });
  if ((answer.status === 404 || answer.status === 405) && !isAnswer(answer)) {
    throw await nodesClosed(couch, path, { data: { status: answer.status } });
  }
  return answer;
}

async function isClosed(couch: Couch, error: MigrateError): Promise<boolean> {
  // A proxy whose backend is gone refuses everything, for as long as that lasts.
  if (isRefusedByOther(error)) return assertRoot(couch, { fresh: true }).then(is, isNot);
  if (error.code === "request-failed") return error.data.status === 403;
  if (error.code !== "missing-permission") return false;
  // CouchDB refuses nothing to its admins, and Cloudant's have no access to nodes either.
  return (await readSession(couch).then(isAdmin, isNot)) || (await isCloudant(couch).catch(isNot));
}

const is = () => true;
const isNot = () => false;

async function nodesClosed(couch: Couch, path: Path, { data }: Pick<MigrateError, "data">): Promise<MigrateError> {
  const service = await isCloudant(couch).catch(isNot);
  const { status } = data;
  const answered = typeof status === "number" ? `GET ${path} was answered with ${status}` : `GET ${path} was refused`;
  const who = service ? "IBM Cloudant" : `the server at ${couch.url}, or a proxy in front of it,`;
  return new MigrateError("nodes-closed", {
    message: `${who} gives no access to nodes (${answered})`,
    ...(service ? { next: ofCloudant } : {}),
    data: { path, ...(typeof status === "number" ? { status } : {}) },
  });
}

const ofCloudant =
  "Remove these steps, or limit them to other environments with `environments`: IBM Cloud manages Cloudant's nodes, its configuration and its admins.";
