import OpenAI from "openai";
import { expect, sendSigned, signIn, test } from "../fixtures.js";
import { startReceiver } from "../harness/receiver.js";

test.use({ settings: { HOOKPOST_ALLOW_OUTBOUND: "127.0.0.1/32" } });

test("a destination is made, an event fails there and turns green when it is retried", async ({ server, page }) => {
  const receiver = await startReceiver([500]);
  const { got } = receiver;
  const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
  await signIn(page, await server.createAdmin());

  await page.goto("/destinations");
  await page.getByRole("link", { name: "New destination" }).click();
  await page.getByLabel("Name", { exact: true }).fill("worker");
  await page.getByLabel("URL").fill("http://10.0.0.1/hook");
  await page.getByRole("button", { name: "Create destination" }).click();
  await expect(page.locator("#url-error")).toContainText("10.0.0.1");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("worker");
  await page.getByLabel("URL").fill(receiver.url);
  await page.getByLabel("Event types (optional)").fill("batch.*");
  await page.getByRole("button", { name: "Create destination" }).click();
  const signing = await page.locator("#new-secret").innerText();
  await page.reload();
  await expect(page.locator("#new-secret")).toHaveCount(0);

  expect((await sendSigned(url, secret)).status).toBe(200);
  await expect.poll(() => got.length).toBe(1);
  const event = await new OpenAI({ apiKey: "unused", webhookSecret: signing }).webhooks.unwrap(got[0].body, got[0].headers);
  expect(event.type).toBe("batch.completed");

  await page.goto("/events");
  await page.locator("tbody tr a").first().click();
  await page.getByRole("link", { name: "Forwards" }).click();
  await expect(page.locator(".forward")).toContainText("Retrying");
  await page.getByRole("button", { name: "Retry now" }).click();
  await expect.poll(() => got.length).toBe(2);
  // A reload may meet one that the page makes by itself: then it is tried again.
  await expect(async () => {
    await page.reload();
    expect(await page.locator(".forward").innerText()).toContain("Delivered");
  }).toPass();
  await page.getByText("Answer").last().click();
  await expect(page.locator(".forward pre").last()).toContainText("answer of the worker");

  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await expect.poll(() => got.length).toBe(3);
  expect(got[2].headers["x-hookpost-replay"]).toBe("true");
  expect(new Set(got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  receiver.stop();
});

test("a failed event is replayed from the list and turns green without a reload", async ({ server, page }) => {
  const receiver = await startReceiver([500]);
  const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
  await server.json(["destination", "add", "worker", "--url", receiver.url]);
  await signIn(page, await server.createAdmin());
  await page.goto("/events");
  await expect(page.locator("[data-live=Live]")).toBeVisible();
  await expect.poll(async () => (await sendSigned(url, secret)).status).toBe(200);
  const cell = page.locator("tbody td.forward").last();
  await expect(cell).toContainText("Failing");
  await page.getByLabel("Forward").selectOption("failing");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.locator("tbody a[data-row]").focus();
  await page.keyboard.press("r");
  await expect(page.getByRole("status").first()).toContainText("Replay queued for the failed destination");
  await expect.poll(() => receiver.got.length).toBeGreaterThan(1);
  await page.goto("/events");
  await expect(page.locator("tbody td.forward").last()).toContainText("Delivered");
  receiver.stop();
});

test("a delivery is edited before it is sent again, and nothing typed is lost over a mistake", async ({ server, page }) => {
  const receiver = await startReceiver();
  const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
  await signIn(page, await server.createAdmin());
  expect((await sendSigned(url, secret)).status).toBe(200);
  await server.json(["destination", "add", "worker", "--url", receiver.url]);
  await page.goto("/events");
  await page.locator("tbody a[data-row]").first().click();
  await page.getByRole("link", { name: "Forwards" }).click();
  await page.getByRole("link", { name: "Edit and replay…" }).click();
  await page.getByLabel("Headers").fill("no colon here");
  await page.getByLabel("Body").fill('{"edited":\n"</textarea><b>"}');
  await page.getByRole("button", { name: "Replay edited" }).click();
  await expect(page.locator("#headers-error")).toContainText("line 1 has no colon");
  await expect(page.getByLabel("Body")).toHaveValue('{"edited":\n"</textarea><b>"}');
  await page.getByLabel("Headers").fill("x-try: 2");
  await page.getByRole("button", { name: "Replay edited" }).click();
  await expect(page.locator(".forward").first()).toContainText("Delivered");
  expect(receiver.got).toHaveLength(1);
  expect(receiver.got[0].body).toBe('{"edited":\n"</textarea><b>"}');
  expect(receiver.got[0].headers).toMatchObject({ "x-try": "2", "x-hookpost-edited": "true" });
  receiver.stop();
});

test("a token made in settings opens the API, a condition is tried, and a destination is edited", async ({ server, page }) => {
  const receiver = await startReceiver();
  const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
  await signIn(page, await server.createAdmin());
  expect((await sendSigned(url, secret)).status).toBe(200);
  const { id } = await server.json(["destination", "add", "worker", "--url", receiver.url]);

  await page.goto("/settings/tokens");
  await page.getByLabel("Name").fill("ci");
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await page.locator("#new-token").innerText();
  const ask = () => fetch(`${server.baseURL}/api/v1/deliveries`, { headers: { authorization: `Bearer ${token}` } });
  expect((await (await ask()).json()).deliveries).toHaveLength(1);
  await page.getByRole("button", { name: "Revoke" }).click();
  expect((await ask()).status).toBe(401);

  await page.goto("/destinations/condition");
  await page.getByLabel("Condition").fill('event.type == "batch.completed" && body.data.id == "none"');
  await page.getByRole("button", { name: "Try" }).click();
  await expect(page.locator("tbody")).toContainText("No");

  await page.goto(`/destinations/${id}`);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Retry schedule").fill("soon");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("#waits-error")).toContainText("such as 5s 30s 2m");
  await page.getByLabel("Retry schedule").fill("1m 5m");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("main")).toContainText("retries after 1m 5m");
  receiver.stop();
});

test("all events of a filter are replayed as a job, which is paused, resumed and stopped", async ({ server, page }) => {
  const receiver = await startReceiver();
  const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
  await signIn(page, await server.createAdmin());
  for (let n = 0; n < 8; n++) expect((await sendSigned(url, secret, { type: n < 6 ? "batch.failed" : "batch.completed" })).status).toBe(200);
  await server.json(["destination", "add", "worker", "--url", receiver.url]);

  await page.goto("/events?type=batch.failed");
  await page.getByRole("link", { name: "Replay these…" }).click();
  await expect(page.getByRole("heading", { name: "6 events" })).toBeVisible();
  await page.getByRole("button", { name: "Replay 6" }).click();
  await expect(page.getByText("choose at least one")).toBeVisible();
  await page.getByLabel("worker").check();
  await page.getByLabel("Requests per minute").fill("often");
  await page.getByRole("button", { name: "Replay 6" }).click();
  await expect(page.locator("#rate-error")).toContainText("whole number");
  await page.getByLabel("worker").check();
  await page.getByLabel("Requests per minute").fill("30");
  await page.getByRole("button", { name: "Replay 6" }).click();
  await expect(page.locator("main .tag").first()).toHaveText("Running");
  await expect.poll(() => receiver.got.length).toBe(1);

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator("main .tag").first()).toHaveText("Paused");
  await page.waitForTimeout(2500);
  expect(receiver.got).toHaveLength(1);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect.poll(() => receiver.got.length, { timeout: 10_000 }).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.locator("main .tag").first()).toHaveText("Stopped");
  const sent = receiver.got.length;
  expect(sent).toBeLessThan(6);
  await page.waitForTimeout(2500);
  expect(receiver.got).toHaveLength(sent);
  expect(receiver.got.every(({ body }) => JSON.parse(body).type === "batch.failed")).toBe(true);
  await expect(page.getByRole("row", { name: /worker/ })).toContainText(String(sent));

  await page.goto("/settings/audit");
  await expect(page.locator("tbody")).toContainText("many deliveries");
  receiver.stop();
});
