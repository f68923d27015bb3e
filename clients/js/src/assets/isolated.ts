/** Whether this page is in a sandbox. Another site could open it without one, and would then run programs with this site's storage. */
export function isIsolated(): boolean {
  return globalThis.origin === "null";
}
