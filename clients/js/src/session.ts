// An interactive run over a WebSocket.
import { Channel } from "./channel.ts";
import { DisconnectedError, NotApprovedError, RefusedError, RuntrayError, TimedOutError, refused } from "./errors.ts";
import type { ClientMessage, Run, ServerMessage } from "./messages.ts";
import { encode } from "./reach.ts";
import type { Address } from "./reach.ts";
import type { ErrorBody, Finished, RunEvent, Session, SignalName } from "./types.ts";
import { unlessSilent } from "./watch.ts";

const DIAGNOSIS_MS = 2000;

/** Opens a WebSocket, starts the program, and resolves when it has started. */
export async function openSession(
  address: Address,
  request: Run,
  options: { token?: string; WebSocket?: typeof WebSocket },
  graceMs: number,
  signal?: AbortSignal,
): Promise<Session> {
  const Socket = options.WebSocket ?? globalThis.WebSocket;
  if (!Socket) throw new RuntrayError("This Node.js has no WebSocket: use version 22 or newer, or pass one as the option `WebSocket`.");
  signal?.throwIfAborted();
  const run = encode(request, { type: "run" });
  const protocols = options.token ? ["runtray", `bearer.${options.token}`] : ["runtray"];
  const socket = new Socket(address.url.replace(/^http/, "ws") + "/execute/ws", protocols);
  const session = new SocketSession(socket);
  // A socket that is still connecting may never report its end.
  const stop = () => session.abandon(new DisconnectedError());
  signal?.addEventListener("abort", stop);
  watch(session, address, graceMs).finally(() => signal?.removeEventListener("abort", stop));
  try {
    await session.start(run);
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof RefusedError || error instanceof TimedOutError ? error : ((await refusal(address, error)) ?? error);
    if (reason instanceof NotApprovedError) address.showProgram(JSON.stringify(request));
    throw reason;
  }
  return session;
}

/** Ends a session whose other side is gone without a word. Pages do not see the service's pings, so a silent one is asked. */
async function watch(session: SocketSession, address: Address, ms: number): Promise<void> {
  let heard = session.heard;
  const isAlive = () => {
    const isSilent = session.heard === heard;
    heard = session.heard;
    return !isSilent || (session.isOpen ? address.isAlive() : address.isAsking());
  };
  const bound = { ms, what: `Runtray at ${address.url}`, isAlive };
  await unlessSilent(session.finished, bound).catch((error: RuntrayError) => session.abandon(error));
}

/** Why a WebSocket could not be opened; browsers keep that to themselves. */
async function refusal(address: Address, cause: unknown): Promise<RuntrayError | undefined> {
  const trouble = await address.trouble(DIAGNOSIS_MS, cause);
  if (trouble) return trouble;
  // Without an upgrade the route answers with the guard's reason, or that it wants an upgrade.
  const response = await address.request("/execute/ws").catch(() => undefined);
  const body = (await response?.json().catch(() => undefined)) as ErrorBody | undefined;
  if (!response || !body?.code || body.code === "invalid_request") return undefined;
  return body.code === "origin_not_allowed" ? address.notApproved({ cause }) : refused(response.status, body, response.headers);
}

class SocketSession implements Session {
  readonly finished: Promise<Finished>;
  readonly #socket: WebSocket;
  readonly #channel: Channel<RunEvent>;
  #started!: () => void;
  #failed!: (error: unknown) => void;
  #finish!: (finished: Finished) => void;
  readonly #hasStarted: Promise<void>;
  #error: RuntrayError | undefined;
  /** How many messages came. */
  heard = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#channel = new Channel(() => this.close());
    this.finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#failed = reject;
    });
    this.#hasStarted = new Promise((resolve, reject) => {
      this.#started = resolve;
      this.finished.then(() => resolve(), reject);
    });
    socket.onmessage = ({ data }) => {
      this.heard += 1;
      this.#take(JSON.parse(data as string) as ServerMessage);
    };
    // Node.js 22 reports a connection that could not be made only as an error.
    socket.onclose = socket.onerror = () => this.#end(this.#error ?? new DisconnectedError());
  }

  /** Whether the connection has been made. */
  get isOpen(): boolean {
    return this.#socket.readyState !== this.#socket.CONNECTING;
  }

  async start(run: string): Promise<void> {
    this.#socket.onopen = () => this.#socket.send(run);
    await this.#hasStarted;
  }

  write(data: string): void {
    this.#send({ type: "stdin", data });
  }

  eof(): void {
    this.#send({ type: "eof" });
  }

  signal(signal: SignalName): void {
    this.#send({ type: "signal", signal });
  }

  resize(columns: number, rows: number): void {
    this.#send({ type: "resize", columns, rows });
  }

  close(): void {
    this.#socket.close();
  }

  /** Ends everything at once, whatever the other side still says. */
  abandon(reason: RuntrayError): void {
    this.#socket.close();
    this.#end(reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    return this.#channel[Symbol.asyncIterator]();
  }

  #take(message: ServerMessage): void {
    if (message.type === "error") {
      this.#error = refused(message.code === "too_many_executions" ? 429 : 400, message);
      return;
    }
    this.#channel.push(message);
    if (message.type === "started") this.#started();
    if (message.type !== "finished") return;
    const { type: _, ...finished } = message;
    this.#finish(finished);
    this.#channel.end();
  }

  #end(error: RuntrayError): void {
    // After `finished` neither has an effect any more, but the reader of a run that was cut off must be told.
    this.#failed(error);
    this.finished.catch(() => this.#channel.end(error));
  }

  #send(message: ClientMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
