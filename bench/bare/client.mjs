// The minimum that a Node program needs to talk to CouchDB: node:http and keep-alive connections.
import { Agent, request } from "node:http";

const { username, password, hostname, port } = new URL(process.env.COUCHDB_URL);
const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`;
const agent = new Agent({ keepAlive: true });

/** `body`: a value, or JSON text. Resolves with the response body; rejects unless the status is 2xx. */
export function send(method, path, body) {
  return new Promise((resolve, reject) => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const headers = { authorization, accept: "application/json" };
    if (text !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = Buffer.byteLength(text);
    }
    const sent = request({ agent, hostname, port, method, path, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString();
        if (response.statusCode < 300) resolve(JSON.parse(answer));
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

export function close() {
  agent.destroy();
}
