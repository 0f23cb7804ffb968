/** What can be checked about the image without building it. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { environmentOf } from "../../src/settings/setting.js";
import { settingNames, settings } from "../../src/settings/table.js";
import { root } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const dockerfile = await readFile(join(root, "Dockerfile"), "utf8");
const ignored = (await readFile(join(root, ".dockerignore"), "utf8")).split("\n").filter((line) => /^[^#]/.test(line));
const instructions: Instruction[] = dockerfile
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n\s*/g, "")
  .split("\n")
  .flatMap((line) => {
    const [, name, text] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return name && text ? [{ name, text }] : [];
  });
const last = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
const the = (name: string) => last.filter((one) => one.name === name).map(({ text }) => text);

/** As in .dockerignore: everything is left out, except what a `!` includes again. */
const sent = (path: string) => ignored.includes("*") && ignored.some((line) => line === `!${path.split("/")[0]}`);

describe("the image", () => {
  it("runs as a user that Kubernetes can see is not root", () => {
    const [user = ""] = the("USER");
    expect(user).toMatch(/^\d+:\d+$/);
    expect(user).not.toMatch(/^0|:0/);
  });

  it("starts the tool itself, without a shell, so that signals reach it", () => {
    const [entry = ""] = the("ENTRYPOINT");
    const [node, file, ...more] = JSON.parse(entry);
    expect(node).toBe("/nodejs/bin/node");
    expect(file).toBe(join("/app", manifest.bin["couchdb-migrate"]));
    expect(more).toEqual([]);
    expect(JSON.parse(the("CMD")[0] ?? "")).toEqual(["apply"]);
  });

  it("finds the files where they are documented to be mounted", () => {
    expect(join(the("WORKDIR").at(-1) ?? "", settings.path.default ?? "")).toBe("/migrations");
  });

  it("limits the heap, and sets nothing that its user would have to undo", () => {
    const env = the("ENV").join(" ");
    expect(env).toMatch(/NODE_OPTIONS="--max-old-space-size=\d+/);
    for (const name of settingNames) expect(env).not.toContain(environmentOf(name, settings[name]));
  });

  it("runs nothing in its last stage, which has no shell", () => {
    expect(the("RUN")).toEqual([]);
  });

  it("contains what the script for its files writes, and nothing else", () => {
    expect(the("COPY")).toEqual(["--from=build /image/app /app"]);
    const written = instructions.filter(({ name, text }) => name === "RUN" && text.includes("/image"));
    expect(written.map(({ text }) => text)).toEqual(["npm run build && node scripts/image-files.mjs /image/app"]);
  });

  it("has labels that describe it", () => {
    const labels = the("LABEL").join(" ");
    for (const name of ["title", "description", "licenses", "version", "revision", "source", "created"]) {
      expect(labels).toContain(`org.opencontainers.image.${name}="`);
    }
    expect(labels).toContain(`licenses="${manifest.license}"`);
    expect(the("ARG")).toContain(`VERSION=${manifest.version}`);
  });

  it("uses nothing that buildah 1.28 does not know", () => {
    expect(dockerfile).not.toMatch(/<<|--link|--parents|--exclude|@sha256/);
  });
});

/** The image's files, as they are written from a shell with this umask: path, mode and digest of each. */
async function filesOfImage(umask: string): Promise<string[]> {
  const folder = join(await tempFolder(), "image", "app");
  const command = `umask ${umask} && exec "$0" scripts/image-files.mjs "$1"`;
  await promisify(execFile)("sh", ["-c", command, process.execPath, folder], { cwd: root });
  const paths = ["", ...(await readdir(folder, { recursive: true })).sort()];
  const described = paths.map(async (path) => {
    const file = join(folder, path);
    const found = await stat(file);
    const text = found.isFile()
      ? createHash("sha256")
          .update(await readFile(file))
          .digest("hex")
      : "folder";
    return `${(found.mode & 0o7777).toString(8)} ${path} ${text}`;
  });
  return Promise.all(described);
}

describe("the files of the image", () => {
  it("are the same, whatever the umask of the build", async () => {
    const files = await filesOfImage("077");
    expect(await filesOfImage("002")).toEqual(files);
    expect(files.filter((file) => !/^(755 \S* folder|755 dist\/cli\.cjs \w+|644 \S+ \w{64})$/.test(file))).toEqual([]);
  });
  it("are the tool and its licences: no types, no packages, and no embedded server", async () => {
    const paths = (await filesOfImage("022")).map((file) => file.split(" ")[1]);
    for (const path of ["LICENSE", "package.json", "dist/cli.cjs", "dist/third-party-notices.txt"])
      expect(paths).toContain(path);
    expect(paths.filter((path) => /node_modules|\/types\/|\.d\.c?ts$|^dist\/sandbox/.test(path ?? ""))).toEqual([]);
  });
  it("name no folder of the machine where they were built", async () => {
    const dist = join(root, "dist");
    const names = (await readdir(dist)).filter((name) => /\.(cjs|js|txt|json)$/.test(name));
    const texts = await Promise.all(
      names.map(async (name) => [name, await readFile(join(dist, name), "utf8")] as const),
    );
    expect(texts.filter(([, text]) => text.includes(root)).map(([name]) => name)).toEqual([]);
  });
});

describe("what is sent to the builder", () => {
  it.each([
    "package.json",
    "package-lock.json",
    "LICENSE",
    "src/cli.ts",
    "scripts/generate.mjs",
    "schemas",
    "tsconfig.json",
  ])("is %s", (path) => expect(sent(path)).toBe(true));
  it.each(["node_modules", "dist", ".git", "test", "couchdb-migrate.yaml", ".env"])("is not %s", (path) =>
    expect(sent(path)).toBe(false),
  );
  it("is all that is copied from it", () => {
    const copied = instructions
      .filter(({ name, text }) => name === "COPY" && !text.includes("--from"))
      .flatMap(({ text }) => text.split(" ").slice(0, -1));
    for (const path of copied.filter((path) => path !== ".")) expect(sent(path), path).toBe(true);
  });
});
