/** What only a separate process shows: streams, signals, the built files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { root, runCli, startCli } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";

const files = { "migrations/001.yaml": "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n" };

/** A sandbox on a free port, and its address. */
async function sandbox(): Promise<{ url: string; stop(): Promise<unknown> }> {
  const { child, result } = startCli(["sandbox", "--port", "0"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  for await (const part of child.stdout ?? []) {
    text += part;
    if (text.includes("\n")) break;
  }
  const url = /COUCHDB_URL='(.*)'/.exec(text)?.[1] ?? "";
  return {
    url,
    stop: () => {
      child.kill("SIGTERM");
      return result;
    },
  };
}

test("the sandbox says that its port is in use", async () => {
  const server = await sandbox();
  const { code, stderr } = await runCli(["sandbox", "--port", new URL(server.url).port]);
  expect(code).toBe(3);
  expect(stderr).toContain("is in use; 0 takes a free one");
  await server.stop();
});

describe("a signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s ends a waiting run with exit code 7", async (signal) => {
    const env = { COUCHDB_URL: "http://127.0.0.1:9" };
    const { child, result } = startCli(["wait", "--log-format", "json"], { env });
    if (child.stderr) await once(child.stderr, "data");
    child.kill(signal);
    const { code, stderr } = await result;
    expect(code).toBe(7);
    expect(stderr).toContain('"code":"interrupted"');
  });
});

test("a reader that closes the pipe early does not fail the run", async () => {
  const cwd = await tempFolder(files);
  const line = `"${process.execPath}" "${root}/dist/cli.cjs" apply --sandbox --format json | true; exit "\${PIPESTATUS[0]}"`;
  const child = spawn("bash", ["-c", line], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text) => (stderr += text));
  const [code] = await once(child, "close");
  expect(stderr).not.toContain("EPIPE");
  expect(code).toBe(0);
});

test.runIf(process.platform === "linux")("a document that could not be written fails the run", async () => {
  const child = spawn("bash", ["-c", `"${process.execPath}" "${root}/dist/cli.cjs" schema > /dev/full`]);
  const [code] = await once(child, "close");
  expect(code).toBe(1);
});
