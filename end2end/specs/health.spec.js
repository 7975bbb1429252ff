import { expect, sendSigned, signIn, test } from "../fixtures.js";

const day = 86_400_000;

test.describe("figures", () => {
  test.use({ timezoneId: "America/New_York" });

  test("a chart leads to its list, in the viewer's zone", async ({ server, page }) => {
    const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
    for (const type of ["batch.completed", "batch.completed", "batch.failed"]) await sendSigned(url, secret, { type });
    await sendSigned(url, secret, { headers: { "webhook-signature": "v1,AAAA" } });
    await signIn(page, await server.createAdmin());

    await page.goto("/?range=24h");
    const bar = page.locator("figure.chart svg a").last();
    await expect(bar.locator("title")).toHaveText(/: 3 accepted, 0 duplicate, 1 rejected$/);
    await bar.click();
    await expect(page).toHaveURL(/\/events\?after=.*before=/);
    await expect(page.locator("table.deliveries tbody tr")).toHaveCount(4);

    // The browser told its zone on the first page; days are that zone's from then on.
    await page.goto("/?range=30d");
    await expect(page.getByText("Time zone: America/New_York")).toBeAttached();
    const here = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" }).slice(5);
    await expect(page.locator("figure.chart svg a title").last()).toContainText(here);

    await page.getByRole("link", { name: "Health in detail" }).click();
    await expect(page).toHaveURL(/\/health\?range=30d/);
    await page.locator("#reasons").getByRole("link").first().click();
    await expect(page.locator("table.deliveries tbody tr")).toHaveCount(1);
    await page.goBack();
    await page.locator("#outcomes").getByRole("link", { name: /^failed/ }).click();
    await expect(page.locator("table.deliveries tbody tr")).toHaveCount(1);
    await page.goBack();
    await expect(page.locator("#failing tbody tr")).toHaveCount(1);
  });

  test("figures follow what arrives, and leave an open table alone", async ({ server, page }) => {
    test.setTimeout(60_000);
    const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
    await sendSigned(url, secret);
    await signIn(page, await server.createAdmin());
    await page.goto("/");
    const accepted = page.locator(".strip b").first();
    await expect(accepted).toHaveText("1");
    await sendSigned(url, secret);
    await expect(accepted).toHaveText("2", { timeout: 15_000 });
    await page.getByText("Show as table").click();
    await sendSigned(url, secret);
    await page.waitForTimeout(11_000);
    await expect(accepted).toHaveText("2");
    await page.getByText("Show as table").click();
    await page.locator("h1").click();
    await expect(accepted).toHaveText("3", { timeout: 15_000 });
  });

  test("a time of one's own is picked with the keyboard and kept in the address", async ({ server, page }) => {
    const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
    await sendSigned(url, secret);
    await signIn(page, await server.createAdmin());
    await page.goto("/health");
    await page.getByText("Custom range").press("Enter");
    const local = (ms) => new Date(ms).toLocaleString("sv-SE", { timeZone: "America/New_York" }).slice(0, 16).replace(" ", "T");
    await page.getByLabel("From", { exact: true }).fill(local(Date.now() - 2 * day));
    await page.getByLabel("To", { exact: true }).fill(local(Date.now() - day));
    await page.getByLabel("Endpoint").selectOption("prod-openai");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page).toHaveURL(/endpoint=prod-openai/);
    await expect(page.getByText("No events were accepted in this period.")).toBeVisible();
    await page.getByRole("link", { name: "24h" }).click();
    await expect(page.locator("#outcomes tbody tr")).toHaveCount(1);
    await expect(page.getByLabel("Endpoint")).toHaveValue("prod-openai");
  });
});
