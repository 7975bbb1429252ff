import { expect, newSecret, sendSigned, signIn, test } from "../fixtures.js";

test.use({ javaScriptEnabled: false });

test("everything but live updates works without JavaScript", async ({ server, page }) => {
  await signIn(page, await server.createAdmin());
  await page.goto("/settings/endpoints/new");
  const secret = newSecret();
  await page.getByLabel("Name").fill("prod");
  await page.locator("input[name=secret]").fill(secret);
  await page.getByRole("button", { name: "Create endpoint" }).click();
  const text = await page.locator("main").innerText();
  const url = text.match(/http:\/\/\S+\/in\/\w+/)[0];
  await page.getByRole("button", { name: "Send test event" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(1);

  for (let n = 0; n < 60; n++) await sendSigned(url, secret, { data: { id: `n${n}` } });
  await page.goto("/events");
  await expect(page.locator("tbody tr").first()).toContainText("n59");
  await page.getByRole("link", { name: /Older/ }).click();
  await expect(page.locator("tbody tr")).toHaveCount(11);
  await page.getByRole("link", { name: /Newer/ }).click();
  await expect(page.locator("tbody tr").first()).toContainText("n59");

  await page.getByRole("textbox", { name: "Id" }).fill("n7");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.locator("tbody tr a").click();
  for (const tab of ["Signature", "Headers", "Body"]) {
    await page.getByRole("navigation", { name: "Parts" }).getByRole("link", { name: tab }).click();
    await expect(page.locator("main")).toContainText({ Signature: "Signature matches", Headers: "webhook-id", Body: "n7" }[tab]);
  }
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
});

test("what is wrong with a form is said at its field, and nothing typed is lost", async ({ server, page }) => {
  await signIn(page, await server.createAdmin());
  await page.goto("/settings/endpoints/new");
  await page.getByLabel("Name").fill("prod");
  await page.locator("input[name=secret]").fill("not a secret");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.locator(".error")).toContainText("whsec_");
  await expect(page.getByLabel("Name")).toHaveValue("prod");
});
