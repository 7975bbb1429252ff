import { expect, sendSigned, signIn, test } from "../fixtures.js";

test("pausing holds rows back and says how many", async ({ server, page }) => {
  const { ingest_url, secret } = await server.createEndpoint("prod");
  await sendSigned(ingest_url, secret);
  await signIn(page, await server.createUser("viewer"));
  await page.goto("/events");
  await expect(page.locator("[data-live=Live]")).toBeVisible();
  await page.keyboard.press("f");
  await expect(page.locator("[data-live=Paused]")).toBeVisible();
  await sendSigned(ingest_url, secret, { data: { id: "batch_two" } });
  await sendSigned(ingest_url, secret, { data: { id: "batch_three" } });
  await expect(page.getByRole("button", { name: "2 new" })).toBeVisible();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.getByRole("button", { name: "2 new" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(3);
  await expect(page.locator("tbody tr").first()).toContainText("batch_three");
});

test("a filter in the URL keeps other deliveries out of the live table", async ({ server, page }) => {
  const { ingest_url, secret } = await server.createEndpoint("prod");
  await sendSigned(ingest_url, secret, { type: "batch.failed", data: { id: "batch_1" } });
  await signIn(page, await server.createUser("viewer"));
  await page.goto("/events?type=batch.*");
  await expect(page.locator("[data-live=Live]")).toBeVisible();
  await sendSigned(ingest_url, secret, { type: "response.completed", data: { id: "resp_1" } });
  await sendSigned(ingest_url, secret, { type: "batch.completed", data: { id: "batch_2" } });
  await expect(page.locator("tbody tr")).toHaveCount(2);
  await expect(page.locator("tbody")).not.toContainText("resp_1");
});

test("after a restart of the server the table goes on without a hole", async ({ server, page, problems }) => {
  problems.expect(/ERR_|Failed to load resource|net::/);
  const { ingest_url, secret } = await server.createEndpoint("prod");
  await sendSigned(ingest_url, secret, { data: { id: "before" } });
  await signIn(page, await server.createUser("viewer"));
  await page.goto("/events");
  await expect(page.locator("[data-live=Live]")).toBeVisible();
  await server.restart();
  await sendSigned(ingest_url, secret, { data: { id: "meanwhile" } });
  await expect(page.locator("[data-live=Live]")).toBeVisible({ timeout: 20_000 });
  await sendSigned(ingest_url, secret, { data: { id: "after" } });
  await expect(page.locator("tbody tr")).toHaveText([/after/, /meanwhile/, /before/]);
});

test("the table is worked by keyboard alone", async ({ server, page }) => {
  const { ingest_url, secret } = await server.createEndpoint("prod");
  for (const id of ["one", "two"]) await sendSigned(ingest_url, secret, { data: { id } });
  await signIn(page, await server.createUser("viewer"));
  await page.goto("/events");
  for (const island of ["events-table", "shortcuts"]) {
    await expect(page.locator(`[data-island=${island}][data-ready=true]`)).toBeAttached();
  }
  await page.keyboard.press("?");
  await expect(page.getByText("Show this help").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await expect(page.locator("input[name=type]")).toBeFocused();
  await page.keyboard.press("j");
  await expect(page.locator("input[name=type]")).toHaveValue("j");
  await page.locator("input[name=type]").blur();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/events\/\d+/);
  await expect(page.locator("main")).toContainText("two");
  await expect(page.locator("[data-island=copy-button][data-ready=true]").first()).toBeAttached();
});
