import { sign as octokitSign, verify as octokitVerify } from "@octokit/webhooks-methods";
import OpenAI from "openai";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { expect, newSecret, test } from "../fixtures.js";

test("what the npm package standardwebhooks signs is accepted, and a changed body is not", async ({ server }) => {
  const { ingest_url: url, secret } = await server.createEndpoint("sw", { scheme: "standard-webhooks" });
  const [body, at] = ['{"type": "täst"}', new Date()];
  const headers = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at / 1000)),
    "webhook-signature": new Webhook(secret).sign("msg_1", at, body),
  };
  await expect.poll(async () => (await fetch(url, { method: "POST", headers, body })).status).toBe(200);
  expect((await fetch(url, { method: "POST", headers, body: `${body} ` })).status).toBe(400);
});

test("what the npm package @octokit/webhooks-methods signs is accepted, and it verifies what Hookpost signs", async ({ server }) => {
  const secret = "It's a secret to everybody";
  const { ingest_url: url } = await server.createEndpoint("gh", { scheme: "github", secret });
  const body = '{"zen": "Design for failure."}';
  const headers = { "x-hub-signature-256": await octokitSign(secret, body), "x-github-event": "ping", "x-github-delivery": "1" };
  await expect.poll(async () => (await fetch(url, { method: "POST", headers, body })).status).toBe(200);
  const { received } = await receive(server, ["--scheme", "github"], secret);
  expect(await octokitVerify(secret, received.body, received.headers["x-hub-signature-256"])).toBe(true);
});

test("what hookpost send signs the npm packages openai and standardwebhooks verify, and its faults they refuse", async ({ server }) => {
  const secret = newSecret();
  const client = new OpenAI({ apiKey: "unused", webhookSecret: secret });
  const { received } = await receive(server, ["--type", "response.completed"], secret);
  const event = await client.webhooks.unwrap(received.body, received.headers);
  expect(event.type).toBe("response.completed");
  expect(new Webhook(secret).verify(received.body, received.headers).type).toBe("response.completed");
  const stale = await receive(server, ["--fault", "stale"], secret);
  await expect(client.webhooks.unwrap(stale.received.body, stale.received.headers)).rejects.toThrow();
  const two = await receive(server, ["--fault", "unknown-version"], secret);
  expect((await client.webhooks.unwrap(two.received.body, two.received.headers)).type).toBe("batch.completed");
});

/** Lets `hookpost send` send one event to a server here, and resolves with what arrived. */
async function receive(server, args, secret) {
  const arrived = Promise.withResolvers ? Promise.withResolvers() : deferred();
  const receiver = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      arrived.resolve({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${receiver.address().port}/hook`;
  const { code, stderr } = await server.cli(["send", url, "--secret-stdin", ...args], { stdin: secret });
  expect(code, stderr).toBe(0);
  const received = await arrived.promise;
  receiver.close();
  return { received };
}

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
