// The call that shows that the service works, for a terminal.

/** One line for the shells of the system: cmd.exe knows no single quotes. */
export function curl(url: string, windows = navigator.userAgent.includes("Windows")): string {
  const body = `{"code":"print('Hello from Runtray!')"}`;
  const quoted = windows ? `"${body.replaceAll('"', '\\"')}"` : `'${body.replaceAll("'", `'\\''`)}'`;
  const header = windows ? '"Content-Type: application/json"' : "'Content-Type: application/json'";
  return `${windows ? "curl.exe" : "curl"} ${url}/execute -H ${header} -d ${quoted}`;
}
