import { createHmac, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, newSecret, sendSigned, sign, signIn, test } from "../fixtures.js";
import { startReceiver } from "../harness/receiver.js";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));

test.use({ settings: { HOOKPOST_ALLOW_OUTBOUND: "127.0.0.1/32" }, viewport: { width: 1600, height: 1000 } });

test("events, and a delivery whose signature failed", async ({ server, page }) => {
  const receiver = await startReceiver();
  await server.json(["destination", "add", "batch-worker", "--url", receiver.url, "--type", "batch.*"]);
  const openai = await server.createEndpoint("prod-openai");
  const staging = await server.createEndpoint("staging-openai");
  const github = await server.createEndpoint("github-ci", { scheme: "github", secret: "a-secret-for-pictures" });
  const stripe = await server.createEndpoint("billing-stripe", { scheme: "stripe", secret: "whsec_for_pictures" });
  await traffic({ openai, staging, github, stripe });
  const rejected = await rewrittenBody(openai);
  await expect.poll(() => receiver.got.length).toBeGreaterThanOrEqual(6);
  receiver.stop();

  await signIn(page, await server.createUser("admin", "ada@example.com"));
  await inBothThemes(page, "events", async () => {
    await page.goto("/events");
    await expect(page.locator("[data-live=Live]")).toBeVisible();
  });
  await page.goto(`/events?id=${rejected}`);
  const delivery = await page.locator("tbody tr a").first().getAttribute("href");
  await inBothThemes(page, "delivery", async () => {
    await page.goto(`${delivery}?tab=signature`);
    await expect(page.getByText("Probable cause")).toBeVisible();
  });
});

/** Takes `NAME-light.png` and `NAME-dark.png`. */
async function inBothThemes(page, name, open) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await open();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${FOLDER}${name}-${colorScheme}.png`, animations: "disabled" });
  }
}

/** What a team may receive within a few minutes. */
async function traffic({ openai, staging, github, stripe }) {
  const now = Math.floor(Date.now() / 1000);
  for (let n = 0; n < 3; n++) {
    const data = (kind, plus = 0) => ({ data: { id: `${kind}_68${(71_100_000 + n * 1_733 + plus).toString(16)}f0c2` } });
    await sendSigned(openai.ingest_url, openai.secret, { type: "batch.completed", timestamp: now - 2, ...data("batch") });
    await post(github, { action: "completed", id: n }, (body) => ({
      "x-github-event": "workflow_run",
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${hmac(github.secret, body)}`,
    }));
    await sendSigned(staging.ingest_url, staging.secret, { type: "eval.run.succeeded", timestamp: now - 1, ...data("evalrun") });
    await sendSigned(openai.ingest_url, openai.secret, { type: "response.completed", timestamp: now, ...data("resp") });
    await post(stripe, { id: `evt_1Q${n}8fKe`, object: "event", created: now, type: "invoice.paid", data: { object: { id: `in_1Q${n}` } } }, (body) => ({
      "stripe-signature": `t=${now},v1=${hmac(stripe.secret, `${now}.${body}`)}`,
    }));
    await sendSigned(openai.ingest_url, openai.secret, { type: "batch.failed", timestamp: now - 1, ...data("batch", 911) });
  }
  const twice = { type: "fine_tuning.job.succeeded", id: "wh_6871f0c2aa9e4b7d", data: { id: "ftjob_6871f0c2" } };
  await sendSigned(openai.ingest_url, openai.secret, twice);
  await sendSigned(openai.ingest_url, openai.secret, twice);
  await sendSigned(staging.ingest_url, newSecret(), { type: "batch.completed", data: { id: "batch_6871f0c2" } });
  await sendSigned(openai.ingest_url, openai.secret, { type: "batch.expired", timestamp: now - 1_000, data: { id: "batch_687093aa" } });
}

/** Signed over JSON with spaces, sent without them, as a careless proxy does. Resolves with the event key. */
async function rewrittenBody({ ingest_url: url, secret }) {
  const id = "wh_6871f0d4c2b84e11";
  const timestamp = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ id: "evt_6871f0d4", object: "event", created_at: timestamp, type: "batch.completed", data: { id: "batch_6871f0d4" } });
  const signed = body.replaceAll('":', '": ').replaceAll(',"', ', "');
  await sendSigned(url, secret, { id, timestamp, body, headers: sign(secret, { id, timestamp, body: Buffer.from(signed) }) });
  return id;
}

async function post({ ingest_url: url }, event, headersOf) {
  const body = JSON.stringify(event);
  const request = { method: "POST", body, headers: { "content-type": "application/json", ...headersOf(body) } };
  // The running server may take a second to know a new endpoint.
  await expect.poll(async () => (await fetch(url, request)).status).toBe(200);
}

function hmac(key, text) {
  return createHmac("sha256", key).update(text).digest("hex");
}
