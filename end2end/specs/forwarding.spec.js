import { createServer } from "node:http";
import OpenAI from "openai";
import { expect, sendSigned, signIn, test } from "../fixtures.js";

test.use({ settings: { HOOKPOST_ALLOW_OUTBOUND: "127.0.0.1/32" } });

test("a destination is made, an event fails there and turns green when it is retried", async ({ server, page }) => {
  const answers = [500];
  const got = [];
  const receiver = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      got.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(answers.shift() ?? 200).end("answer of the worker");
    });
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
  await signIn(page, await server.createAdmin());

  await page.goto("/destinations");
  await page.getByRole("link", { name: "New destination" }).click();
  await page.getByLabel("Name").fill("worker");
  await page.getByLabel("URL").fill("http://10.0.0.1/hook");
  await page.getByRole("button", { name: "Create destination" }).click();
  await expect(page.locator("#url-error")).toContainText("10.0.0.1");
  await expect(page.getByLabel("Name")).toHaveValue("worker");
  await page.getByLabel("URL").fill(`http://127.0.0.1:${receiver.address().port}/hook`);
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
  await expect.poll(async () => {
    await page.reload();
    return page.locator(".forward").innerText();
  }).toContain("Delivered");
  await page.getByText("Answer").last().click();
  await expect(page.locator(".forward pre").last()).toContainText("answer of the worker");

  await page.getByRole("button", { name: "Replay" }).click();
  await expect.poll(() => got.length).toBe(3);
  expect(got[2].headers["x-hookpost-replay"]).toBe("true");
  expect(new Set(got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  receiver.close();
});
