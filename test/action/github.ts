/** A stand-in for the part of GitHub's API that the action uses: the comments of one pull request. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Comment {
  readonly id: string;
  readonly viewerDidAuthor: boolean;
  body: string;
}

export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

/** What a token gets that may not write: as a status, and as GraphQL says it. */
export const forbidden: Refusal = { status: 403, body: { message: "Resource not accessible by integration" } };
export const refusedByGraphQL: Refusal = {
  status: 200,
  body: {
    data: { addComment: null },
    errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }],
  },
};

/** Gives one comment per page. */
export async function startGitHub(comments: Comment[] = [], refusal?: Refusal) {
  const tokens = new Set<string | undefined>();
  const answer = (query: string, variables: { id: string; body: string; after: string | null }): Refusal => {
    if (query.includes("mutation") && refusal) return refusal;
    if (query.includes("addComment")) {
      comments.push({ id: `comment-${comments.length}`, viewerDidAuthor: true, body: variables.body });
    } else if (query.includes("updateIssueComment")) {
      const comment = comments.find(({ id }) => id === variables.id);
      if (!comment) return { status: 200, body: { errors: [{ message: "Could not resolve to a node" }] } };
      comment.body = variables.body;
    } else {
      const at = Number(variables.after ?? 0);
      const pageInfo = { hasNextPage: at + 1 < comments.length, endCursor: String(at + 1) };
      const pullRequest = { id: "pull-request", comments: { nodes: comments.slice(at, at + 1), pageInfo } };
      return { status: 200, body: { data: { repository: { pullRequest } } } };
    }
    return { status: 200, body: { data: {} } };
  };
  const server = createServer(async (request, response) => {
    tokens.add(request.headers.authorization);
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const { query, variables } = JSON.parse(text);
    const { status, body } = answer(query, variables);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, comments, tokens };
}
