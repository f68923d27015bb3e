// The call that shows that the service works, for a terminal.

const BODY = '{"code":"print(6 * 7)"}';

/** One line for the system's shells: cmd.exe knows no single quotes. */
export function curl(url: string, windows = navigator.userAgent.includes("Windows")): string {
  const quote = (text: string) => (windows ? `"${text.replaceAll('"', '\\"')}"` : `'${text}'`);
  const program = windows ? "curl.exe" : "curl";
  return `${program} ${url}/execute -H ${quote("Content-Type: application/json")} -d ${quote(BODY)}`;
}
