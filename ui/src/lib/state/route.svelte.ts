// The present route: the part of the address after `#/`.

export const VIEWS = ["status", "log", "console", "connect", "settings"] as const;
export type View = (typeof VIEWS)[number];

class Route {
  view = $state<View>("status");
  /** The item that the view shows at once: an execution's id, a setting's key. */
  detail = $state<string | null>(null);

  /** Goes to a path such as `log/01J…`; an unknown one leads to Status. */
  go(path: string): void {
    const [name = "", ...rest] = path.replace(/^#?\/?/, "").split("?")[0]?.split("/") ?? [];
    this.view = VIEWS.find((view) => view === name) ?? "status";
    this.detail = rest.length > 0 ? decodeURIComponent(rest.join("/")) : null;
    const address = `#/${this.view}`;
    if (location.hash !== address) history.replaceState(null, "", address);
  }
}

export const route = new Route();
