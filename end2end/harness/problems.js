/** What went wrong in the browser during a test: errors in the console, uncaught exceptions, CSP violations. */
export class Problems {
  #seen = [];
  // The browser asks for it when an answer, such as JSON, is no page that names an icon.
  #expected = [/\/favicon\.ico\)$/];

  /** Watches all pages of a browser context, also those to come. */
  async watch(context) {
    context.on("console", (message) => {
      if (message.type() === "error") this.#seen.push(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#seen.push(`exception: ${error.error().stack ?? error.error()}`));
    // Chromium logs most violations, but not all.
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`CSP: ${event.effectiveDirective} blocked ${event.blockedURI} ${event.sample}`);
      });
    });
  }

  /** Says that problems of this form belong to the test, such as the browser's note of an answer 404. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** Those that no pattern expects. */
  unexpected() {
    return this.#seen.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
  }
}
