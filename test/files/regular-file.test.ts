/** What a path may lead to. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { maxBytes, openRegular, readBytes } from "../../src/files/regular-file.js";
import { tempFolder } from "../support/temp.js";

describe("what is refused", () => {
  test.each([
    ["a device", "/dev/zero", /is a device, pipe or socket/],
    ["a folder", "/", /is a folder/],
  ])("%s", async (_, path, message) => {
    expect(() => readBytes(path)).toThrow(message);
    expect(() => readBytes(path, { waitForPipe: 1 })).toThrow(message);
    await expect(openRegular(path)).rejects.toThrow(message);
  });

  test("a pipe without a writer, which would block forever", async () => {
    const pipe = join(await tempFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(() => readBytes(pipe)).toThrow(/is a device, pipe or socket/);
    await expect(openRegular(pipe)).rejects.toThrow(/is a device, pipe or socket/);
  });

  test("a file over the limit, and an endless pipe", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "large"), Buffer.alloc(maxBytes + 1));
    expect(() => readBytes(join(folder, "large"))).toThrow(/has 10.0 MB; the limit is 10 MB/);
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const endless = spawn("sh", ["-c", 'cat /dev/zero > "$0"', pipe]);
    // Opening the pipe waits for a writer.
    const reader = spawn("sh", ["-c", 'exec 3< "$0"; echo open; cat', pipe]);
    await once(reader.stdout, "data");
    expect(() => readBytes(pipe, { waitForPipe: 60_000 })).toThrow(/the limit is 10 MB/);
    reader.kill();
    endless.kill();
  });
});

describe("what is read", () => {
  test("a file of the maximum size, and a file without a size in /proc", async () => {
    const file = join(await tempFolder(), "large");
    await writeFile(file, Buffer.alloc(maxBytes, "x"));
    expect(readBytes(file)).toHaveLength(maxBytes);
    expect(readBytes("/proc/self/status").toString()).toContain("Pid:");
  });

  test("a pipe with a slow writer, if pipes are allowed", async () => {
    const pipe = join(await tempFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const script = 'exec 3<> "$0"; echo open; read -r go; (sleep 0.05; printf geheim >&3; exec 3>&-) & exec 3>&-; wait';
    const writer = spawn("sh", ["-c", script, pipe]);
    await once(writer.stdout, "data");
    writer.stdin.write("go\n");
    expect(readBytes(pipe, { waitForPipe: 60_000 }).toString()).toBe("geheim");
    await once(writer, "exit");
  });
});
