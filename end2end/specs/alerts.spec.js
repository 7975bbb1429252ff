import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, sendSigned, seriousFindings, signIn, test } from "../fixtures.js";

/** A real mail server (aiosmtpd) on a free port; `letters()` are the messages it took. */
async function mailServer() {
  const program = `
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Handler:
    async def handle_DATA(self, server, session, envelope):
        print(envelope.content.decode().replace("\\r\\n", "\\x1e"), flush=True)
        return "250 taken"
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
`;
  const child = spawn(process.env.HOOKPOST_TEST_PYTHON ?? "python3", ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    lines.push(...parts);
  });
  while (lines.length === 0) await once(child.stdout, "data");
  return { port: Number(lines[0]), letters: () => lines.slice(1), stop: () => child.kill() };
}

test.describe("alerts", () => {
  test.use({ settings: { HOOKPOST_ALLOW_OUTBOUND: "127.0.0.1/32" } });

  test("a silence becomes an incident, an e-mail tells of it, and of its end", async ({ server, page }) => {
    test.setTimeout(240_000);
    const mail = await mailServer();
    try {
      const { ingest_url: url, secret } = await server.createEndpoint("prod-openai");
      await sendSigned(url, secret, { type: "batch.completed" });
      await signIn(page, await server.createAdmin());

      await page.goto("/alerts");
      await expect(page.getByText("Nobody would be notified")).toBeVisible();
      await page.getByRole("link", { name: "Add a channel" }).click();
      await page.getByRole("link", { name: /^E-mail/ }).click();
      await page.getByLabel("Name", { exact: true }).fill("on call");
      await page.getByLabel("Mail server").fill("127.0.0.1");
      await page.getByLabel("Port").fill(String(mail.port));
      await page.getByLabel("TLS").selectOption("none");
      await page.getByLabel("From", { exact: true }).fill("hookpost@example.com");
      await page.getByLabel("To", { exact: true }).fill("ada@example.com");
      await page.getByRole("button", { name: "Create channel" }).click();
      await expect(page.getByRole("heading", { name: /on call/ })).toBeVisible();

      await page.goto("/alerts/rules");
      await page.locator("section.rules", { hasText: "prod-openai" }).getByRole("link", { name: "Silence" }).click();
      await page.getByRole("link", { name: "Edit" }).click();
      await page.getByLabel("Above").fill("1m");
      await page.getByLabel("Recovers at or below").fill("1m");
      await page.getByRole("button", { name: "Preview" }).click();
      await expect(page).toHaveURL(/threshold=1m/);
      await expect(page.locator("#preview")).toContainText("No incident would have opened.");
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("more than 1 min")).toBeVisible();

      // Nothing comes for a minute.
      await page.goto("/alerts");
      const incident = page.getByRole("link", { name: "No events on prod-openai" });
      await expect(incident).toBeVisible({ timeout: 150_000 });
      await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Alerts/ })).toContainText("1");
      await expect.poll(() => mail.letters().length, { timeout: 20_000 }).toBe(1);
      expect(mail.letters()[0]).toContain("No events on prod-openai");

      await incident.click();
      await page.getByLabel("Note").fill("looking into it");
      await page.getByRole("button", { name: "Acknowledge" }).click();
      await expect(page.locator("#timeline")).toContainText("looking into it");
      await expect(page.locator("#told")).toContainText("sent");
      expect(await seriousFindings(page)).toEqual([]);

      await sendSigned(url, secret, { type: "batch.completed" });
      await expect(async () => {
        await page.reload();
        await expect(page.locator("main .tag", { hasText: "Recovered" })).toBeVisible({ timeout: 500 });
      }).toPass({ timeout: 30_000 });
      await expect.poll(() => mail.letters().length, { timeout: 20_000 }).toBe(2);
      expect(mail.letters()[1]).toMatch(/recovered/i);
      await page.locator("#deliveries").getByRole("link", { name: "Show all in Events" }).click();
      await expect(page.locator("table.deliveries tbody tr").first()).toBeVisible();
    } finally {
      mail.stop();
    }
  });
});
