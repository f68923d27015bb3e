// Runs code on the user's machine through Runtray.
export { Runtray, collect } from "./client.ts";
export type { ClientOptions } from "./client.ts";
export {
  DisconnectedError,
  LocalNetworkBlockedError,
  NotApprovedError,
  NotRunningError,
  RefusedError,
  RuntrayError,
  TimedOutError,
  TooManyError,
} from "./errors.ts";
export type * from "./types.ts";
