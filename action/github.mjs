/** Writes the comment on a pull request, through GitHub's GraphQL API. */

const findComments = `query ($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id
      comments(first: 100, after: $after) {
        nodes { id body viewerDidAuthor }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;
const create =
  "mutation ($id: ID!, $body: String!) { addComment(input: { subjectId: $id, body: $body }) { clientMutationId } }";
const update =
  "mutation ($id: ID!, $body: String!) { updateIssueComment(input: { id: $id, body: $body }) { clientMutationId } }";

/**
 * Updates the comment that begins with the marker, or creates it. Throws if GitHub refuses or does not answer.
 *
 * @param github `{ url, token, repository }`: the address of the GraphQL API; `repository` is `owner/name`
 */
export async function writeComment(github, number, marker, body) {
  const [owner, name] = github.repository.split("/");
  for (let after = null; ; ) {
    const { repository } = await ask(github, findComments, { owner, name, number, after });
    const { id, comments } = repository.pullRequest;
    // Anybody can write the marker, and edit their own comment later. So only ours counts.
    const ours = comments.nodes.find((one) => one.viewerDidAuthor && one.body.startsWith(marker));
    if (ours) return ask(github, update, { id: ours.id, body });
    if (!comments.pageInfo.hasNextPage) return ask(github, create, { id, body });
    after = comments.pageInfo.endCursor;
  }
}

async function ask({ url, token }, query, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json().catch(() => ({}));
  const problem = answer.errors?.[0]?.message ?? answer.message;
  if (!response.ok || problem) throw new Error(`GitHub answered ${response.status}: ${problem ?? "no reason given"}`);
  return answer.data;
}
