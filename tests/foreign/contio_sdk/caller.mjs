// The vendor's SDK, called from outside: reads a command a line from standard input and writes what came
// of it, a line each, to standard output. Nothing of the SDK is replaced; where its requests go, it is
// told by its own configuration.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import express from 'express';

const sdk = createRequire(import.meta.url)('@contio/partner-sdk');

// Private by its declarations, which JavaScript cannot see.
const PRIVATE = new Set(['constructor', 'addAuthHeaders', 'parseTokenResponse']);

let targets = {};

const commands = {
  // Makes all of its clients anew.
  connect({ settings }) {
    const { baseURL, secret, tokens, ...known } = settings;
    const oauthSettings = {
      ...known,
      authorizationUrl: `${baseURL}/oauth2/authorize`,
      tokenUrl: `${baseURL}/oauth2/token`,
    };
    // It would repeat whatever fails, by default.
    const client = { baseURL, retries: 0 };
    const oauth = new sdk.OAuthClient(oauthSettings);
    oauth.setTokens(tokens);
    const key = { apiKey: known.apiKey, clientId: known.adminClientId };
    const apiKey = new sdk.ApiKeyClient(key);
    targets = {
      user: new sdk.PartnerUserClient(oauth, client),
      admin: new sdk.PartnerAdminClient(apiKey, client),
      oauth,
      apiKey,
      verifier: new sdk.WebhookVerifier(secret),
      handler: new sdk.WebhookEventHandler(secret),
      functions: sdk,
      facade: facade({ ...oauthSettings, baseURL }, { ...key, baseURL }, tokens),
    };
  },

  // The public methods of each.
  list() {
    const methods = ({ prototype }) =>
      Object.getOwnPropertyNames(prototype).filter((name) => !PRIVATE.has(name));
    const isFunction = (name) =>
      typeof sdk[name] === 'function' && !/^class\b/.test(Function.prototype.toString.call(sdk[name]));
    return {
      user: methods(sdk.PartnerUserClient),
      admin: methods(sdk.PartnerAdminClient),
      oauth: methods(sdk.OAuthClient),
      apiKey: methods(sdk.ApiKeyClient),
      verifier: methods(sdk.WebhookVerifier),
      handler: methods(sdk.WebhookEventHandler),
      functions: Object.keys(sdk).filter(isFunction),
      facade: Object.getOwnPropertyNames(sdk.ContioPartnerSDK)
        .filter((name) => typeof sdk.ContioPartnerSDK[name] === 'function')
        .concat('new'),
    };
  },

  async call({ on, method, arguments: given }) {
    return await targets[on][method](...given);
  },

  // Takes an event with the handler as users write it, and tells whom it was given to.
  async handle({ payload, signature, event }) {
    const given = [];
    const { handler } = targets;
    handler.onAny(() => given.push('any'));
    handler.on(event, () => given.push(event));
    await handler.handle(payload, signature);
    return { given, known: handler.hasHandler(event) };
  },

  // Receives behind Express: at `/raw` as the README of the SDK says, at `/parsed` behind the parser
  // that most applications have.
  async listen({ secret }) {
    const app = express();
    const verify = sdk.createWebhookMiddleware({ secret });
    const answer = (request, response) =>
      response.sendStatus(sdk.hasWebhookEvent(request) ? 200 : 500);
    app.post('/raw', express.raw({ type: 'application/json' }), verify, answer);
    app.post('/parsed', express.json(), verify, answer);
    return await new Promise((resolve, reject) => {
      const server = app.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${server.address().port}`));
      server.on('error', reject);
    });
  },
};

// The ways to its clients that the README shows, each with a call.
function facade(user, admin, tokens) {
  const profile = (made, options) => {
    made.oauth.setTokens(tokens);
    return made.user.getUserProfile(options);
  };
  return {
    forUser: (options) => profile(sdk.ContioPartnerSDK.forUser(user), options),
    forAdmin: () => sdk.ContioPartnerSDK.forAdmin(admin).admin.getApp(),
    new: (options) => profile(new sdk.ContioPartnerSDK({ ...admin, oauth: user }), options),
  };
}

// What JSON has no form for.
function revive(_, value) {
  if (value?.$blob !== undefined) return new Blob([value.$blob]);
  if (value?.$date !== undefined) return new Date(value.$date);
  return value;
}

async function answer(line) {
  try {
    const { do: name, ...command } = JSON.parse(line, revive);
    return { value: (await commands[name](command)) ?? null };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
process.exit();
