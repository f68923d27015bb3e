import { createServer } from "node:http";
import { once } from "node:events";

const todos = [{ id: 1, title: "write tests" }];
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (request.method === "GET" && pathname === "/todos") {
    response.setHeader("Content-Type", "application/json");
    return response.end(JSON.stringify(todos.slice(0, Number(searchParams.get("limit") ?? 10))));
  }
  if (request.method === "POST" && pathname === "/todos") {
    let body = "";
    for await (const chunk of request) body += chunk;
    todos.push({ id: todos.length + 1, ...JSON.parse(body) });
    return response.writeHead(201).end(String(todos.length));
  }
  response.writeHead(404).end("not found");
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const base = `http://127.0.0.1:${server.address().port}`;

const created = await fetch(`${base}/todos`, { method: "POST", body: JSON.stringify({ title: "größer" }) });
console.log(created.status, await created.text());
const listed = await fetch(`${base}/todos?limit=5`);
console.log(listed.headers.get("content-type"), await listed.json());
console.log((await fetch(`${base}/nothing`)).ok);
server.closeAllConnections();
server.close();
await fetch(base).catch((error) => console.log(error.message));
