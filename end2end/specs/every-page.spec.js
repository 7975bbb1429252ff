import { expect, sendSigned, seriousFindings, signIn, test } from "../fixtures.js";

test.use({ settings: { HOOKPOST_ALLOW_OUTBOUND: "127.0.0.1/32" } });

/** Every page of an admin, with data in it. */
async function pages(server, page) {
  const to = await server.json(["destination", "add", "worker", "--url", "http://127.0.0.1:1/hook", "--condition", 'event.type != "x"']);
  const { id, ingest_url, secret } = await server.createEndpoint("prod-openai");
  await server.createEndpoint("open", { scheme: "none", secret: null });
  for (const type of ["batch.completed", "response.failed", "made.up.by.someone.else"]) await sendSigned(ingest_url, secret, { type });
  await sendSigned(ingest_url, secret, { headers: { "webhook-signature": "v1,AAAA" } });
  await page.goto("/events");
  const delivery = await page.locator("tbody tr a").first().getAttribute("href");
  const tabs = ["overview", "signature", "headers", "body"].map((tab) => `${delivery}?tab=${tab}`);
  const settings = ["/settings/endpoints", "/settings/endpoints/new", `/settings/endpoints/${id}`, "/settings/team", "/settings/audit", "/settings/backups", "/settings/account", "/settings/tokens"];
  const destinations = ["/destinations", "/destinations/new", `/destinations/${to.id}`, `/destinations/${to.id}/edit`, "/destinations/condition?condition=event.type%20%3D%3D%201", `${delivery}?tab=forwards`, `${delivery}/edit`];
  await page.goto("/replay?verdict=accepted");
  await page.getByLabel("worker").check();
  await page.getByRole("button", { name: /^Replay/ }).click();
  await expect(page.locator("main .tag").first()).toHaveText("Done");
  const job = new URL(page.url()).pathname;
  const tools = ["/tools/verify", "/tools/send", "/tools/types", "/reverify?verdict=rejected", "/replay?verdict=accepted", "/replay?type=nothing"];
  const alerts = ["/alerts", "/alerts/rules", ...(await alertPages(server, page, { ingest_url, secret }))];
  return ["/", "/?range=30d&compare=1", "/health", "/health?from=2026-11-02T00%3A00&to=2026-11-01T00%3A00", "/events", "/events?type=nothing", "/events?after=soon", ...tabs, ...settings, ...destinations, ...alerts, ...tools, job, "/no/such/page"];
}

/** Rules, an incident that is open, and the channel that was told. */
async function alertPages(server, page, { ingest_url, secret }) {
  const { id: channel } = await server.json(["channel", "add", "team", "--kind", "webhook", "--secret-stdin"], { stdin: "http://127.0.0.1:1/hook" });
  for (let n = 0; n < 5; n++) await sendSigned(ingest_url, secret, { headers: { "webhook-signature": "v1,AAAA" } });
  await page.goto("/alerts/rules");
  const rule = await page.locator("section.rules", { hasText: "prod-openai" }).getByRole("link", { name: "Verification failures" }).getAttribute("href");
  await page.goto("/alerts");
  const incident = page.getByRole("link", { name: "Deliveries to prod-openai are failing verification" });
  await expect(incident).toBeVisible({ timeout: 30_000 });
  const channels = ["/alerts/channels", "/alerts/channels/new", `/alerts/channels/${channel}`, `/alerts/channels/${channel}/edit`];
  const news = ["/alerts/rules/new", "/alerts/rules/new?kind=silence", "/alerts/rules/new?kind=missing-end&threshold=many"];
  return [await incident.getAttribute("href"), rule, `${rule}/edit`, ...news, ...channels];
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing serious on any page (${colorScheme})`, async ({ server, page, problems }) => {
    problems.expect(/status of 4\d\d/);
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme });
    const admin = await server.createAdmin();
    await page.goto("/login");
    expect(await seriousFindings(page), "/login").toEqual([]);
    await signIn(page, admin);
    for (const empty of ["/", "/events", "/health", "/alerts", "/alerts/rules", "/alerts/channels"]) {
      await page.goto(empty);
      expect(await seriousFindings(page), `${empty} when empty`).toEqual([]);
    }
    for (const path of await pages(server, page)) {
      await page.goto(path);
      expect(await seriousFindings(page), path).toEqual([]);
    }
  });
}

test("no page is wider than a phone", async ({ server, page, problems }) => {
  problems.expect(/status of 4\d\d/);
  test.setTimeout(120_000);
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, await server.createAdmin());
  for (const path of await pages(server, page)) {
    await page.goto(path);
    expect(await page.evaluate(() => document.scrollingElement.scrollWidth), path).toBeLessThanOrEqual(360);
  }
  await page.goto("/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Events" }).click();
  await expect(page).toHaveURL(/\/events$/);
});
