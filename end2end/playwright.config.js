import { defineConfig } from "@playwright/test";
import { findChromium } from "./harness/chromium.js";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  reporter: "list",
  forbidOnly: Boolean(process.env.CI),
  // A test that fails now and then is a bug, here or in the server.
  retries: 0,
  // Each test has a server and a database of its own.
  fullyParallel: true,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  use: {
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: findChromium(),
      // The sandbox needs rights that build machines lack; the rest keeps the browser from calling home.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
