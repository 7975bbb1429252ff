import { expect, sendSigned, test } from "../fixtures.js";

test("the server says that it lives", async ({ request }) => {
  const answer = await request.get("/healthz");
  expect(answer.status()).toBe(200);
  expect(await answer.json()).toMatchObject({ status: "ok" });
});

test("an endpoint made on the command line accepts a signed event while the server runs", async ({ server }) => {
  const { ingest_url, secret } = await server.createEndpoint("prod");
  const first = await sendSigned(ingest_url, secret);
  expect(first).toMatchObject({ status: 200, text: '{"status":"accepted"}' });
  const again = await sendSigned(ingest_url, secret, { id: first.id });
  expect(again).toMatchObject({ status: 200, text: '{"status":"duplicate"}' });
});

test("an event signed with another secret is refused", async ({ server }) => {
  const { ingest_url } = await server.createEndpoint("prod");
  const { secret } = await server.createEndpoint("other");
  expect((await sendSigned(ingest_url, secret)).status).toBe(400);
});
