/** The number of characters that a script may print. */
const roomForText = 300_000;
/** The maximum length of one text, in characters. */
const longestText = 50_000;
/** A short text needs as much memory as one with this many characters. */
const leastOfText = 100;

/**
 * The code that runs in a script's thread. It is a string, because neither the bundle nor the tests have a file from
 * which a thread could be started.
 *
 * Everything that it posts has the key of this run of the script, which the script can't find out. What the script
 * prints is posted as `printed`; `null`, once: the rest is dropped, because the process shares its memory. A text
 * that is too long is replaced with a description.
 *
 * It answers `{}` once the module is loaded, then for each document with `json` (the function's result as JSON,
 * including the effect of `toJSON` methods), with `returned` (the result if it is not an object, or a value in it
 * that has no JSON form, for the error message), or with `error`. (The build rewrites the `import` of a plain
 * variable, even in strings; it does not rewrite that of a member.)
 */
export const scriptWorker = `
const { parentPort, workerData } = require("node:worker_threads");
const { key } = workerData;
delete workerData.key;
const postMessage = parentPort.postMessage.bind(parentPort);
const post = (message) => postMessage({ key, ...message });
let room = ${roomForText};
function print(text) {
  if (room <= 0 || text === "") return;
  const printed = text.length > ${longestText} ? "(a text of " + text.length + " characters)" : text;
  room -= Math.max(printed.length, ${leastOfText});
  post({ printed: room > 0 ? printed : null });
}
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, done = encoding) => {
    print(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    if (typeof done === "function") process.nextTick(done);
    return true;
  };
}
if (process.listenerCount("warning") > 0) {
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => print(name + ": " + message));
}
const message = (error) => String(error instanceof Error ? error.message : error);
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
      return post({ error: "it has no function as its default export: \`export default function (document) { … }\`" });
    }
    parentPort.on("message", async (document) => {
      let answer;
      try {
        answer = asAnswer(await change(document));
      } catch (error) {
        answer = { error: message(error) };
      }
      post(answer);
    });
    post({});
  },
  (error) => post({ error: message(error) }),
);
`;
