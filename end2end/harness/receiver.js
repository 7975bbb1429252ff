import { createServer } from "node:http";

/** A receiver of forwards on loopback. `answers` are the statuses of the next requests, 200 after them. */
export async function startReceiver(answers = []) {
  const got = [];
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      got.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(answers.shift() ?? 200).end("answer of the worker");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { got, answers, url: `http://127.0.0.1:${server.address().port}/hook`, stop: () => server.close() };
}
