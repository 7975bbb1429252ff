import { expect, sendSigned, signIn, test } from "../fixtures.js";

const SCRIPT = "</script></textarea></pre><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>";
const deep = (levels) => "[".repeat(levels) + "]".repeat(levels);

const BODIES = {
  "markup in every field": JSON.stringify({ id: SCRIPT, type: SCRIPT, created_at: SCRIPT, data: { id: SCRIPT, [SCRIPT]: SCRIPT } }),
  "bidi and control characters": JSON.stringify({ type: "a\u202eb\u0000c\u001b[31m", data: { id: "\u2066x\u2069" } }),
  "a megabyte": JSON.stringify({ type: "big", data: { id: "x".repeat(1_000_000) } }),
  "ten thousand levels": `{"type":"deep","data":${deep(10_000)}}`,
  "bytes that are no text": Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
  "lone surrogates and doubled keys": '{"type":"odd","type":"\\ud800","data":{"id":1,"id":"two"}}',
  nothing: "",
};

for (const [name, body] of Object.entries(BODIES)) {
  test(`${name}: shown as text everywhere`, async ({ server, page }) => {
    const { ingest_url, secret } = await server.createEndpoint(SCRIPT.slice(0, 60));
    const sent = await sendSigned(ingest_url, secret, { body, headers: { "x-hostile": SCRIPT } });
    expect(sent.status).toBe(200);
    await signIn(page, await server.createUser("viewer"));
    await page.goto("/events");
    await expect(page.locator("tbody tr")).toHaveCount(1);
    const href = await page.locator("tbody tr a").getAttribute("href");
    const parts = ["overview", "signature", "headers", "body"].map((tab) => `?tab=${tab}`);
    const views = ["tree", "text", "hex"].flatMap((view) => [`?tab=body&view=${view}`, `?tab=body&view=${view}&all=1`]);
    for (const query of [...parts, ...views]) {
      const answer = await page.goto(href + query);
      expect(answer.status(), query).toBe(200);
      expect(await page.evaluate(() => window.owned), query).toBeUndefined();
      await expect(page.locator("main img")).toHaveCount(0);
    }
    await page.goto("/");
    expect(await page.evaluate(() => window.owned)).toBeUndefined();
  });
}

test("a body is downloaded as a file, never shown", async ({ server, page }) => {
  const { ingest_url, secret } = await server.createEndpoint("prod");
  await sendSigned(ingest_url, secret, { body: SCRIPT, headers: { "content-type": "text/html" } });
  await signIn(page, await server.createUser("viewer"));
  await page.goto("/events");
  const href = await page.locator("tbody tr a").getAttribute("href");
  const answer = await page.request.get(`${href}/body`);
  expect(await answer.text()).toBe(SCRIPT);
  expect(answer.headers()).toMatchObject({
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "content-disposition": expect.stringContaining("attachment"),
    "content-security-policy": expect.stringContaining("sandbox"),
  });
});
