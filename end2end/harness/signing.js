import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a running server may take to know an endpoint that the command line made. */
const TAKES_IN_MS = 2_000;

/** A signing secret as OpenAI shows it. */
export function newSecret() {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** The three headers of the Standard Webhooks specification, version `v1`, over the bytes of a body. */
export function sign(secret, { id, timestamp, body }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}

/**
 * Sends a signed event as OpenAI would. `body` (text or bytes) replaces the event that `type` and `data` make; `headers`
 * replace or add. Resolves with the answer's status and text and with what was sent.
 */
export async function sendSigned(url, secret, options = {}) {
  const { type = "batch.completed", data = { id: "batch_abc123" }, headers = {} } = options;
  const { id = `wh_${randomUUID().replaceAll("-", "")}`, timestamp = Math.floor(Date.now() / 1000) } = options;
  const event = { id: `evt_${id.slice(3)}`, object: "event", created_at: timestamp, type, data };
  const body = Buffer.from(options.body ?? JSON.stringify(event));
  const request = {
    method: "POST",
    headers: { "content-type": "application/json", ...sign(secret, { id, timestamp, body }), ...headers },
    body,
  };
  const response = await untilKnown(() => fetch(url, request));
  return { status: response.status, text: await response.text(), id, body };
}

async function untilKnown(send) {
  const deadline = Date.now() + TAKES_IN_MS;
  let response = await send();
  while (response.status === 404 && Date.now() < deadline) {
    await sleep(50);
    response = await send();
  }
  return response;
}
