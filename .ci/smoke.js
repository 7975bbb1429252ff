// Run by .ci/smoke with the path of a release binary.

const { spawn } = require("node:child_process");
const { copyFileSync, mkdtempSync, rmSync } = require("node:fs");
const { once } = require("node:events");
const { createInterface } = require("node:readline");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const assert = require("node:assert/strict");

const PATIENCE_MS = 30_000;

async function main(binary) {
  const folder = mkdtempSync(join(tmpdir(), "hookpost-smoke-"));
  copyFileSync(binary, join(folder, "hookpost"));
  const server = spawn("./hookpost", ["serve"], {
    cwd: folder,
    // Nothing but what is set here: the machine's own HOOKPOST_ variables must not decide.
    env: { PATH: process.env.PATH, HOOKPOST_LISTEN: "127.0.0.1:0", HOOKPOST_LOG_FORMAT: "json" },
    stdio: ["ignore", "inherit", "pipe"],
  });
  const ended = once(server, "exit");
  try {
    const { base, setUp } = await started(server);
    await check(base, setUp);
    server.kill("SIGTERM");
    const [code, signal] = await within(ended, "the server did not stop after SIGTERM");
    assert.equal(code, 0, `the server ended with ${code ?? signal}`);
  } finally {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves once the log says where the server listens and where the first admin is made. */
function started(server) {
  const log = [];
  const found = {};
  const answer = new Promise((resolve, reject) => {
    createInterface({ input: server.stderr }).on("line", (line) => {
      log.push(line);
      const fields = parsed(line)?.fields ?? {};
      if (fields.message === "listening") found.base = `http://${fields.address}`;
      if (fields.message === "set-up link") found.setUp = fields.url;
      if (found.base && found.setUp) resolve(found);
    });
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`the server ended early with ${code}:\n${log.join("\n")}`)));
  });
  return within(answer, "the server did not start");
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function check(base, setUp) {
  assert.equal((await get(`${base}/healthz`)).json.status, "ok");
  for (const page of [setUp, `${base}/login`]) {
    const { text } = await get(page);
    const files = [...new Set(text.match(/\/pkg\/[\w.-]+\.(?:css|js|wasm)/g))];
    for (const kind of [".css", ".js", ".wasm"]) {
      assert.ok(files.some((file) => file.endsWith(kind)), `${page} names no ${kind} file`);
    }
    for (const file of files) {
      const { bytes } = await get(base + file);
      assert.ok(bytes > 0, `${file} is empty`);
      console.log(`smoke: ${file} ${bytes} bytes`);
    }
  }
}

async function get(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const body = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, `${url} answered ${response.status}`);
  const text = body.toString();
  return { text, bytes: body.length, json: parsed(text) };
}

function within(promise, message) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

main(process.argv[2]).then(
  () => console.log("smoke: the release binary works alone"),
  (error) => {
    console.error(`smoke: ${error.message}`);
    process.exitCode = 1;
  },
);
