/**
 * What runs in a script's thread. A text, for the bundle and the tests have no file that a thread could be started from.
 *
 * It answers `{}` once the module is loaded, then each document with `json` (what the function returned, as JSON, which
 * keeps what `toJSON` of a class makes of it), with `returned` (what it returned instead of an object, or what stands in
 * the object and has no JSON, for the sentence about it), or with `error`. (The build rewrites the `import` of a plain variable, in texts, too; of a member it does not.)
 */
export const scriptWorker = `
const { parentPort, workerData } = require("node:worker_threads");
const message = (error) => (error instanceof Error ? error.message : String(error));
class NoJson { constructor(member) { this.member = member; } }
function assertJson(_, member) {
  if (typeof member === "bigint" || (typeof member === "number" && !Number.isFinite(member))) throw new NoJson(member);
  return member;
}
function asAnswer(returned) {
  if (Array.isArray(returned)) return { returned: [] };
  if (typeof returned === "function" || typeof returned === "symbol") return { error: "the function returned a " + typeof returned + ", and no document" };
  if (typeof returned !== "object") return { returned };
  try {
    return { json: JSON.stringify(returned, assertJson) };
  } catch (error) {
    return error instanceof NoJson ? { returned: { member: error.member } } : { error: message(error) };
  }
}
import(workerData.url).then(
  ({ default: change }) => {
    if (typeof change !== "function") {
      return parentPort.postMessage({ error: "it has no function as its default export: \`export default function (document) { … }\`" });
    }
    parentPort.on("message", async (document) => {
      let answer;
      try {
        answer = asAnswer(await change(document));
      } catch (error) {
        answer = { error: message(error) };
      }
      parentPort.postMessage(answer);
    });
    parentPort.postMessage({});
  },
  (error) => parentPort.postMessage({ error: message(error) }),
);
`;
