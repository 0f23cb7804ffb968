import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../generate/load-kinds.mjs";

/** The licences of these packages, in the form that they require. Fails if a package has none. */
export async function notices(packages) {
  const texts = await Promise.all(packages.map(notice));
  return `What couchdb-migrate is built from, besides its own code, and on what terms.\n\n${texts.join("\n")}`;
}

async function notice({ folder, name, version, license }) {
  const names = await readdir(join(root, folder));
  const files = names.filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts =
    files.length > 0
      ? await Promise.all(files.map((file) => readFile(join(root, folder, file), "utf8")))
      : [await licenceInReadme(folder)];
  return [`${"=".repeat(80)}\n${name} ${version} (${license})\n`, ...texts.map((text) => `${text.trim()}\n`)].join(
    "\n",
  );
}

/** The last section of the README, for a package without a licence file. */
async function licenceInReadme(folder) {
  const readme = await readFile(join(root, folder, "README.md"), "utf8").catch(() => "");
  const text = /^#+ licen[cs]e\s*\n(.*copyright.*)$/ims.exec(readme)?.[1];
  if (text === undefined || /^#+ /m.test(text)) throw new Error(`${folder} has no licence that could be passed on`);
  return text;
}
