/** Asks the server of this page: GraphQL over HTTP, with a key once the server wants one. */
import { askForKey } from './key';

/** An error as the server tells it; docs/errors.md lists the codes. */
export interface ServerError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string };
}

export interface Answer<Data> {
  data?: Data | null;
  errors?: ServerError[];
  extensions?: { age?: number };
}

export interface Request {
  query: string;
  variables?: unknown;
  operationName?: string | null;
  extensions?: { age?: boolean };
}

/** The server cannot answer now; asking again may help. */
export class Unavailable extends Error {
  constructor(
    message: string,
    /** When the server wants to be asked again, if it says so. */
    readonly retryAfterS?: number,
  ) {
    super(message);
  }
}

/** Codes of a server that will answer later. */
const TRANSIENT = new Set(['STARTING', 'DATABASE_UNAVAILABLE', 'IDENTITY_PROVIDER_UNAVAILABLE', 'RATE_LIMITED']);

const STORED_KEY = 'candleql.key';

/** The server's answer, errors included; throws `Unavailable` if there is none. */
export async function ask<Data>(request: Request, signal?: AbortSignal): Promise<Answer<Data>> {
  const response = await post(request, signal);
  const answer = (await response.json().catch(() => undefined)) as Answer<Data> | undefined;
  if (!answer) throw new Unavailable(`The server answers with status ${response.status}`);
  const error = answer.errors?.[0];
  const code = error?.extensions?.code;
  if (error && code === 'UNAUTHENTICATED') {
    const key = await askForKey(error.message);
    if (key === null) return answer;
    sessionStorage.setItem(STORED_KEY, key);
    return ask(request, signal);
  }
  if (error && code && TRANSIENT.has(code)) {
    const seconds = Number(response.headers.get('Retry-After'));
    throw new Unavailable(`The server says: ${error.message}`, seconds || undefined);
  }
  return answer;
}

async function post(request: Request, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: 'application/graphql-response+json',
    'Content-Type': 'application/json',
    ...credentials(),
  };
  try {
    return await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(request), signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unavailable('The server does not answer');
  }
}

/** A JSON Web Token has three parts with dots between them; an API key has none. */
function credentials(): Record<string, string> {
  const key = sessionStorage.getItem(STORED_KEY);
  if (!key) return {};
  return key.split('.').length === 3 ? { Authorization: `Bearer ${key}` } : { 'X-API-Key': key };
}
