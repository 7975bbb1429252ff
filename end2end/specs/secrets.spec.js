import { expect, newSecret, sendSigned, signIn, test } from "../fixtures.js";

test("a secret is rotated under traffic and not one delivery is rejected", async ({ server, page }) => {
  const { id, ingest_url: url, secret: old } = await server.createEndpoint("prod-openai");
  const next = newSecret();
  await signIn(page, await server.createAdmin());
  const answers = [];
  let [signing, stopped] = [old, false];
  const traffic = (async () => {
    while (!stopped) answers.push((await sendSigned(url, signing)).status);
  })();
  await page.goto(`/settings/endpoints/${id}`);
  await page.getByText("Rotate secret…").click();
  await page.locator("#rotate-secret").fill(next);
  await page.getByLabel("Keep old secrets for (hours)").fill("2");
  await page.getByRole("button", { name: "Rotate" }).click();
  await expect(page.getByText("The new secret is active")).toBeVisible();
  signing = next;
  const counted = answers.length;
  await expect.poll(() => answers.length).toBeGreaterThan(counted + 20);
  stopped = true;
  await traffic;
  expect(answers.filter((status) => status !== 200)).toEqual([]);

  await page.reload();
  await expect(page.locator("#secrets")).toContainText(/\d+ % of deliveries in the last 24 h were signed with the new secret/);
  const countdown = page.locator(".countdown");
  await expect(countdown).toContainText("1 h 59 min");
  const row = page.locator("tr", { hasText: "Expiring" });
  await expect(row).toHaveCount(1);
  await page.getByText("Change “first”…").click();
  await page.getByRole("button", { name: "Expire now" }).click();
  await expect(page.locator("tr", { hasText: "Revoked" })).toHaveCount(1);
  expect((await sendSigned(url, old)).status).toBe(400);
  expect((await sendSigned(url, next)).status).toBe(200);

  await page.getByRole("link", { name: "Audit" }).click();
  await expect(page.locator("table.audit")).toContainText("rotated the secret of prod-openai");
  await expect(page.locator("table.audit")).toContainText("revoked a secret of prod-openai");
});

test("a rejected delivery says why, a secret is tried on it, and all of a filter are re-verified", async ({ server, page }) => {
  const right = newSecret();
  const { id, ingest_url: url } = await server.createEndpoint("prod-openai");
  for (let n = 0; n < 5; n += 1) expect((await sendSigned(url, right)).status).toBe(400);
  await signIn(page, await server.createAdmin());
  await page.goto("/events?verdict=rejected");
  await page.locator("tbody tr a").first().click();
  await page.getByRole("link", { name: "Signature" }).click();
  await page.getByText("Try a secret…").click();
  await page.getByLabel("Secret", { exact: true }).fill(newSecret());
  await page.getByRole("button", { name: "Try secret" }).click();
  await expect(page.getByText("This secret doesn't match.").first()).toBeVisible();
  await page.getByLabel("Secret", { exact: true }).fill(right);
  await page.getByRole("button", { name: "Try secret" }).click();
  await expect(page.getByText("This secret matches.")).toBeVisible();

  const delivery = page.url();
  await page.goto(`/settings/endpoints/${id}`);
  await page.getByText("Add a secret").click();
  await page.locator("#secret").fill(right);
  await page.getByRole("button", { name: "Add secret" }).click();
  await expect(page.getByText("Secret added.")).toBeVisible();
  await page.goto(delivery);
  await expect(page.locator("[data-cause=added-since]")).toBeVisible();
  await page.getByRole("button", { name: "Re-verify" }).click();
  await expect(page.getByText("Verified (age not checked) and accepted.")).toBeVisible();

  await page.goto("/events?endpoint=prod-openai&verdict=rejected");
  await page.getByRole("link", { name: "Re-verify these…" }).click();
  await page.getByRole("button", { name: "Re-verify 4" }).click();
  await expect(page.getByText("4 of 4")).toBeVisible();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await page.goto("/events?endpoint=prod-openai&verdict=accepted");
  await expect(page.locator("tbody tr")).toHaveCount(5);
});

test("the verify tool reads a delivery's own curl command and explains a wrong secret", async ({ server, page }) => {
  const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
  await sendSigned(url, secret, { body: '{"täst": "it\'s", "n": 1}' });
  // A viewer does not see the signature.
  await signIn(page, await server.createUser("member"));
  await page.goto("/events");
  await page.locator("tbody tr a").first().click();
  await page.getByText("curl command").click();
  const command = await page.locator("details pre.raw").innerText();
  await page.goto("/tools/verify");
  await expect(page.locator("fieldset.hmac")).toBeHidden();
  await page.locator("#request").fill(command);
  await page.locator("#secret").fill(secret);
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.locator("#answer")).toContainText("The signature matches.");
  await expect(page.locator("#request")).toHaveValue(command);
  await expect(page.locator("#secret")).toHaveValue("");
  await page.locator("#secret").fill(newSecret());
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.locator("#answer .mark.bad")).toHaveCount(1);
  await page.getByText("Signature settings for the scheme HMAC…").click();
  await expect(page.locator("fieldset.hmac")).toBeVisible();
});

test("an event with a fault is sent from the tools and seen rejected", async ({ server, page }) => {
  await server.createEndpoint("prod-openai");
  await signIn(page, await server.createUser("member"));
  await page.goto("/tools/send?type=batch.failed");
  await expect(page.locator("#body")).toHaveValue(/"type": "batch.failed"/);
  await page.getByLabel("Fault").selectOption("stale");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("prod-openai answered 400.")).toBeVisible();
  await page.goto("/events");
  await expect(page.locator("tbody tr")).toContainText("Too old");
});

test("an endpoint of the scheme HMAC is made with what its sender signs", async ({ server, page }) => {
  await signIn(page, await server.createAdmin());
  await page.goto("/settings/endpoints/new");
  await expect(page.locator("fieldset.hmac")).toBeHidden();
  await page.locator("input[name=scheme][value=hmac]").check();
  await expect(page.locator("fieldset.hmac")).toBeVisible();
  await page.getByLabel("Name").fill("own");
  await page.getByLabel("Signature header").fill("x-own-signature");
  await page.getByLabel("Signed content", { exact: true }).fill("{timestamp}.{body}");
  await page.locator("input[name=secret]").fill("a shared secret");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByText("contains {timestamp}").first()).toBeVisible();
  await expect(page.getByLabel("Signature header")).toHaveValue("x-own-signature");
  await page.getByLabel("Timestamp header").fill("x-own-time");
  await page.locator("input[name=secret]").fill("a shared secret");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByText("x-own-signature:")).toBeVisible();
  await page.getByRole("button", { name: "Send test event" }).click();
  await expect(page.locator("tbody tr")).toContainText("Verified");
});
