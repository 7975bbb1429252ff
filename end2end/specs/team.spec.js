import { expect, signIn, test } from "../fixtures.js";

test("an invited viewer joins, sees no way to change things, and is out once disabled", async ({ server, page, otherPage }) => {
  const { ingest_url } = await server.createEndpoint("prod");
  await signIn(page, await server.createAdmin());
  await page.goto("/settings/team");
  await page.getByLabel("E-mail").fill("eve@example.com");
  await page.getByRole("button", { name: "Create invite link" }).click();
  const link = await page.locator("#invite-link").innerText();
  await page.reload();
  await expect(page.locator("#invite-link")).toHaveCount(0);

  await otherPage.goto(link);
  await otherPage.getByLabel("Password").fill("correct horse battery staple");
  await otherPage.getByRole("button", { name: "Join" }).click();
  await otherPage.goto("/settings/endpoints");
  await otherPage.getByRole("link", { name: "prod" }).click();
  await expect(otherPage.locator("main")).not.toContainText(ingest_url.split("/in/")[1]);
  await expect(otherPage.locator("main form")).toHaveCount(0);

  await page.goto("/settings/team");
  const row = page.getByRole("row", { name: /eve@example.com/ });
  await row.getByLabel("Role of eve@example.com").selectOption("member");
  await row.getByRole("button", { name: "Set role" }).click();
  await otherPage.reload();
  await expect(otherPage.locator("main")).toContainText(ingest_url.split("/in/")[1]);

  await page.getByRole("row", { name: /eve@example.com/ }).getByRole("button", { name: "Disable" }).click();
  await otherPage.reload();
  await expect(otherPage.getByRole("button", { name: "Log in" })).toBeVisible();
});

test("the last admin can be neither disabled nor given another role", async ({ server, page }) => {
  await signIn(page, await server.createAdmin());
  await page.goto("/settings/team");
  await page.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText("This is the only admin").first()).toBeVisible();
});
