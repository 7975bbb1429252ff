import { expect, newSecret, test } from "../fixtures.js";

const PASSWORD = "correct horse battery staple";

test("from the set-up link to a test event that appears live, is opened and understood", async ({ server, page, context }) => {
  await page.goto(await server.setUpLink());
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create admin and log in" }).click();

  await page.getByRole("link", { name: "Create an endpoint" }).click();
  await page.getByLabel("Name").fill("prod-openai");
  await page.locator("input[name=secret]").fill(newSecret());
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.locator("main")).toContainText(`${server.baseURL}/in/`);
  const settings = page.url();

  const watching = await context.newPage();
  await watching.goto("/events");
  await expect(watching.locator("[data-live=Live]")).toBeVisible();
  await expect(watching.locator("tbody tr")).toHaveCount(0);

  await page.goto(settings);
  await page.getByRole("button", { name: "Send test event" }).click();
  await expect(page).toHaveURL(/\/events\?endpoint=prod-openai/);

  const row = watching.locator("tbody tr");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("Verified");
  await row.locator("a").click();
  await watching.getByRole("link", { name: "Signature" }).click();
  await expect(watching.locator(".steps .mark.ok")).not.toHaveCount(0);
  await expect(watching.locator(".steps .mark.bad")).toHaveCount(0);
  await expect(watching.locator(".steps")).toContainText("Signature matches");

  await watching.getByRole("button", { name: "Log out" }).click();
  await expect(watching.getByRole("button", { name: "Log in" })).toBeVisible();
  await watching.goto("/events");
  await expect(watching).toHaveURL(/\/login\?next=/);
});

test("a wrong password is told in one sentence, and the e-mail stays", async ({ server, page }) => {
  const { email } = await server.createAdmin();
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByText("E-mail or password is wrong.").first()).toBeVisible();
  await expect(page.getByLabel("E-mail")).toHaveValue(email);
  await expect(page.getByLabel("Password")).toHaveValue("");
});
