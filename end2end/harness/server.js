import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { newSecret } from "./signing.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const BINARY = resolve(process.env.HOOKPOST_BIN ?? join(HERE, "../../target/debug/hookpost"));
const PATIENCE_MS = 20_000;

/** A real Hookpost process in a folder of its own, and the commands of its command line on the same database. */
export class Server {
  /** What the process has logged, line by line. */
  log = [];
  #waiting = new Set();

  /** Starts one. `env`: further HOOKPOST_ variables. Resolves once it listens. */
  static async start({ env = {} } = {}) {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), "hookpost-e2e-"));
    server.env = {
      ...withoutOurs(process.env),
      HOOKPOST_LISTEN: "127.0.0.1:0",
      HOOKPOST_DATABASE: join(server.folder, "hookpost.db"),
      HOOKPOST_LOG_FORMAT: "json",
      ...env,
    };
    await server.#launch();
    return server;
  }

  async #launch() {
    this.process = spawn(BINARY, ["serve"], {
      cwd: this.folder,
      env: this.env,
      stdio: ["ignore", "inherit", "pipe"],
    });
    this.ended = once(this.process, "exit");
    // Whoever waits for the end sees the failure; until then it must not count as unhandled.
    this.ended.catch(() => {});
    this.process.on("error", (error) => this.#tell({ failed: `${BINARY} does not start: ${error.message}` }));
    this.process.on("exit", (code, signal) => this.#tell({ failed: `the server ended with ${code ?? signal}` }));
    createInterface({ input: this.process.stderr }).on("line", (line) => {
      this.log.push(line);
      this.#tell({ fields: fieldsOf(line) });
    });
    const { address } = await this.logged("listening");
    this.address = address;
    this.baseURL = `http://${address}`;
  }

  /** The fields of the first log line with this message, past or to come. */
  logged(message) {
    const past = this.log.map(fieldsOf).find((fields) => fields.message === message);
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const done = (settle, value) => {
        clearTimeout(timer);
        this.#waiting.delete(listen);
        settle(value);
      };
      const fail = (why) => done(reject, new Error(`${why}, no log line "${message}" among:\n${this.log.join("\n")}`));
      const timer = setTimeout(() => fail("time is up"), PATIENCE_MS);
      const listen = ({ fields, failed }) => {
        if (failed) fail(failed);
        else if (fields.message === message) done(resolve, fields);
      };
      this.#waiting.add(listen);
    });
  }

  #tell(news) {
    for (const listen of [...this.#waiting]) listen(news);
  }

  /** The one-time link that makes the first admin. */
  async setUpLink() {
    return (await this.logged("set-up link")).url;
  }

  /** Runs another command on the same database. Never throws for its exit code. */
  async cli(args, { stdin = "" } = {}) {
    const child = spawn(BINARY, args, {
      cwd: this.folder,
      env: { ...this.env, HOOKPOST_LISTEN: this.address },
      stdio: "pipe",
    });
    const ended = once(child, "close");
    // A command that does not read its input closes it early.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await ended;
    return { code, stdout, stderr };
  }

  /** The same with `--json`, for commands that must succeed; resolves with what they print. */
  async json(args, options) {
    const { code, stdout, stderr } = await this.cli([...args, "--json"], options);
    if (code !== 0) throw new Error(`hookpost ${args.join(" ")} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** Makes a user. Resolves with what `signIn` needs. */
  async createUser(role, email = `${role}@example.com`) {
    const password = "correct horse battery staple";
    await this.json(["user", "add", "--email", email, "--role", role, "--password-stdin"], { stdin: password });
    return { email, password, role };
  }

  /** Makes an admin. */
  createAdmin() {
    return this.createUser("admin");
  }

  /** Makes an endpoint. Resolves with `id`, `name`, `scheme`, `ingest_url` and the secret. */
  async createEndpoint(name, { scheme = "openai", secret = newSecret() } = {}) {
    const args = ["endpoint", "add", name, "--scheme", scheme];
    if (secret) args.push("--secret-stdin");
    return { ...(await this.json(args, { stdin: secret ?? "" })), secret };
  }

  /** Stops the process as an operator would and starts it again on the same database and address. */
  async restart() {
    await this.end();
    this.env.HOOKPOST_LISTEN = this.address;
    this.log = [];
    await this.#launch();
  }

  /** Sends SIGTERM and waits. Throws unless the process ends with code 0. */
  async end() {
    this.process.kill("SIGTERM");
    const killer = setTimeout(() => this.process.kill("SIGKILL"), PATIENCE_MS);
    const [code, signal] = await this.ended;
    clearTimeout(killer);
    if (code !== 0) {
      throw new Error(`the server ended with ${code ?? signal} instead of 0:\n${this.log.join("\n")}`);
    }
  }

  /** Ends the process, whatever its state, and removes its folder. */
  async stop() {
    try {
      await this.end();
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

/** The machine's own settings must not decide how a test ends. */
function withoutOurs(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("HOOKPOST_")));
}

function fieldsOf(line) {
  try {
    return JSON.parse(line).fields ?? {};
  } catch {
    return {};
  }
}

async function text(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
