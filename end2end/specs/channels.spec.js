import { expect, seriousFindings, signIn, test } from "../fixtures.js";
import { startReceiver } from "../harness/receiver.js";

test.use({ settings: { HOOKPOST_ALLOW_OUTBOUND: "127.0.0.1/32" } });

test("a channel to a program is made, shows its secret once, and a test arrives", async ({ server, page }) => {
  const receiver = await startReceiver();
  await signIn(page, await server.createAdmin());
  await page.goto("/alerts/channels");
  await expect(page.getByRole("heading", { name: "No channel yet: nobody is notified" })).toBeVisible();
  await page.getByRole("link", { name: "New channel" }).click();
  await page.getByRole("link", { name: "Webhook" }).click();
  await page.getByLabel("Name", { exact: true }).fill("on-call");
  await page.getByLabel("Minimum severity").selectOption("warning");
  await page.getByLabel("URL").fill("http://10.0.0.1/hook");
  await page.getByRole("button", { name: "Create channel" }).click();
  await expect(page.locator("#url-error")).toContainText("10.0.0.1 is a private address");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("on-call");
  await expect(page.getByLabel("Minimum severity")).toHaveValue("warning");
  await page.getByLabel("URL").fill(receiver.url);
  await page.getByRole("button", { name: "Create channel" }).click();
  await expect(page.locator("#new-secret")).toContainText("whsec_");
  await page.reload();
  await expect(page.locator("#new-secret")).toHaveCount(0);

  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.locator(".flash")).toHaveText("The test was delivered.");
  expect(receiver.got).toHaveLength(1);
  expect(JSON.parse(receiver.got[0].body)).toMatchObject({ type: "alert.test", data: { rule: "test" } });
  expect(receiver.got[0].headers["webhook-id"]).toMatch(/^notice_\d+$/);
  await expect(page.getByRole("row", { name: /Test of the channel on-call/ })).toContainText("Sent");

  receiver.answers.push(500);
  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.locator(".flash")).toContainText("The test failed: it answered 500");
  await page.goto("/alerts/channels");
  await expect(page.getByRole("row", { name: /on-call/ })).toContainText("Failing");

  await page.getByRole("link", { name: "on-call" }).click();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator("main .tag").first()).toHaveText("Paused");
  await page.getByText("Remove the channel…").click();
  await page.getByLabel(/Also delete its queued/).check();
  await page.getByRole("button", { name: "Remove permanently" }).click();
  await expect(page.getByRole("heading", { name: "No channel yet: nobody is notified" })).toBeVisible();
  receiver.stop();
});

for (const [name, size] of [["wide", { width: 1280, height: 800 }], ["narrow", { width: 360, height: 740 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the pages of channels are usable, ${name} and ${colorScheme}`, async ({ server, page }, testInfo) => {
      const receiver = await startReceiver([403]);
      await server.json(["channel", "add", "team", "--kind", "slack", "--secret-stdin"], { stdin: receiver.url });
      const mail = ["--host", "smtp.example.com", "--from", "hookpost@example.com"];
      await server.json(["channel", "add", "mail", "--kind", "email", ...mail, "--to", "ops@example.com", "--to", "ada@example.com"]);
      const { id } = await server.json(["channel", "add", "program", "--kind", "webhook", "--secret-stdin"], { stdin: receiver.url });
      expect((await server.cli(["channel", "test", "team"])).code).toBe(1);
      expect((await server.cli(["channel", "test", "program"])).code).toBe(0);
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await signIn(page, await server.createAdmin());
      const paths = ["", "/new", "/new?kind=email", "/new?kind=slack", "/new?kind=pagerduty", `/${id}`, `/${id}/edit`];
      for (const [index, path] of paths.entries()) {
        await page.goto(`/alerts/channels${path}`);
        expect(await seriousFindings(page), path).toEqual([]);
        const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(inner, `${path} fits`).toBeLessThanOrEqual(outer);
        await page.screenshot({ path: testInfo.outputPath(`${index}.png`), fullPage: true });
      }
      receiver.stop();
    });
  }
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a channel is made, tried and changed", async ({ server, page }) => {
    const receiver = await startReceiver();
    await signIn(page, await server.createAdmin());
    await page.goto("/alerts/channels/new?kind=slack");
    await page.getByLabel("Name", { exact: true }).fill("team");
    await page.getByLabel("URL").fill(receiver.url);
    await page.getByRole("button", { name: "Create channel" }).click();
    await page.getByRole("button", { name: "Send a test" }).click();
    await expect(page.locator(".flash")).toHaveText("The test was delivered.");
    expect(JSON.parse(receiver.got[0].body).text).toBe("[test] Test of the channel team");
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Name", { exact: true }).fill("the team");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Send a test" }).click();
    await expect(page.locator(".flash")).toHaveText("The test was delivered.");
    expect(receiver.got).toHaveLength(2);
    receiver.stop();
  });
});
