import { expect, signIn, test } from "../fixtures.js";

test("the set-up link makes the first admin, once", async ({ server, page, otherPage, problems }) => {
  const link = await server.setUpLink();
  await page.goto(link);
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Create admin and log in" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toContainText("ada@example.com");

  problems.expect(/status of 4\d\d/);
  await otherPage.goto(link);
  await expect(otherPage.getByLabel("Password")).toHaveCount(0);
});

test("a user logs in and out", async ({ server, page }) => {
  await signIn(page, await server.createAdmin());
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
});
