import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { freshDatabase } from "./databases.js";
import { must, request } from "./request.js";
import { onNodes, server, startCluster, startCouchDB } from "./servers.js";

describe("the shared server", () => {
  it("answers, and knows the admin", async () => {
    const { userCtx } = await must(server(), "GET", "/_session");
    expect(userCtx.roles).toContain("_admin");
  });

  it("gives each test separate databases", async () => {
    const one = await freshDatabase();
    const other = await freshDatabase();
    expect(one).not.toBe(other);
    expect((await request(server(), "GET", `/${one}`)).status).toBe(200);
  });
});

onNodes("throwaway nodes", () => {
  it("keep their data and their address after a kill", async () => {
    const node = await startCouchDB({ admins: { kerrigan: "hunter2" }, ini: { couchdb: { max_document_size: 1000 } } });
    try {
      await must(node, "PUT", "/zerglings");
      await node.kill();
      await expect(request(node, "GET", "/zerglings")).rejects.toThrow();
      await node.start();
      expect((await request(node, "GET", "/zerglings")).status).toBe(200);
      await node.stop();
      await node.start();
      expect((await request(node, "GET", "/zerglings")).status).toBe(200);
      expect(await readFile(node.iniFile, "utf8")).toContain("max_document_size = 1000");
    } finally {
      await node.close();
    }
  });

  it("join into a cluster, one of whose nodes can hang", async () => {
    const { nodes, close } = await startCluster(2);
    try {
      const [one, two] = nodes;
      if (!one || !two) throw new Error("two nodes");
      await must(one, "PUT", "/zerglings");
      expect((await request(two, "GET", "/zerglings")).status).toBe(200);
      two.pause();
      const hung = await Promise.race([
        request(two, "GET", "/").then(() => "answered"),
        new Promise((resolve) => setTimeout(resolve, 500, "hung")),
      ]);
      expect(hung).toBe("hung");
      two.resume();
      expect((await request(two, "GET", "/zerglings")).status).toBe(200);
    } finally {
      await close();
    }
  });
});
