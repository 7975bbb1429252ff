import { defineConfig } from "@playwright/test";
import config from "./playwright.config.js";

/** `make pictures`: screenshots for README and docs, taken from the current version. */
export default defineConfig(config, { testDir: "pictures", testMatch: "*.js", workers: 1 });
