// Stands between a client and Prism, since clients cannot send headers of their own: the first
// segment of the path says which status Prism is asked for, `/409/config/..` becoming
// `/config/..` with `Prefer: code=409`. What Prism finds wrong with a request or with its own reply
// it only notes in a header; here that turns the reply into a 599, so that nobody misses it.
//
//     node prefer.mjs http://127.0.0.1:PORT

import http from "node:http";

const prism = new URL(process.argv[2]);

const server = http.createServer((request, response) => {
  const [, code, path] = /^\/(\d{3})(\/.*)$/.exec(request.url) ?? [];
  if (!code) {
    return refuse(response, `${request.url} does not begin with a status`);
  }
  const options = {
    host: prism.hostname,
    port: prism.port,
    method: request.method,
    path,
    headers: { ...request.headers, host: prism.host, prefer: `code=${code}` },
  };
  const forwarded = http.request(options, (reply) => {
    const violations = reply.headers["sl-violations"];
    if (violations) {
      reply.resume();
      return refuse(response, `${request.method} ${request.url}: ${violations}`);
    }
    response.writeHead(reply.statusCode, reply.headers);
    reply.pipe(response);
  });
  forwarded.on("error", (error) => refuse(response, `Prism does not answer: ${error.message}`));
  request.pipe(forwarded);
});

function refuse(response, reason) {
  console.error(reason);
  response.writeHead(599, { "content-type": "text/plain" }).end(reason);
}

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
