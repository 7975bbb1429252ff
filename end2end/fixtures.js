import { expect, test as base } from "@playwright/test";
import { Problems } from "./harness/problems.js";
import { Server } from "./harness/server.js";

export { expect };
export { seriousFindings } from "./harness/axe.js";
export { newSecret, sendSigned, sign } from "./harness/signing.js";

/** Tests with a server of their own, in which any error in the browser's console is a failure. */
export const test = base.extend({
  /** Further HOOKPOST_ variables for the server: `test.use({ settings: { HOOKPOST_BODY_LIMIT: "100" } })`. */
  settings: [{}, { option: true }],

  /** A running Hookpost; it must end well too. */
  server: async ({ settings }, use, testInfo) => {
    const server = await Server.start({ env: settings });
    await use(server);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach("server log", { body: server.log.join("\n"), contentType: "text/plain" });
    }
    await server.stop();
  },

  /** So that `page.goto("/login")` and `request.get("/healthz")` reach that server. */
  baseURL: async ({ server }, use) => {
    await use(server.baseURL);
  },

  /** Errors that the browser met; see `Problems.expect` for those that belong to a test. */
  problems: async ({}, use) => {
    const problems = new Problems();
    await use(problems);
    expect(problems.unexpected(), "errors in the browser").toEqual([]);
  },

  context: async ({ context, problems }, use) => {
    await problems.watch(context);
    await use(context);
  },

  /** A page of another visitor, who shares no cookies with the first. */
  otherPage: async ({ browser, baseURL, problems }, use) => {
    const context = await browser.newContext({ baseURL });
    await problems.watch(context);
    await use(await context.newPage());
    await context.close();
  },
});

/** Logs in through the form. */
export async function signIn(page, { email, password }) {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
}
