// Where in the window one is: the part of the address after `#/`.

export const VIEWS = ["status", "log", "console", "settings"] as const;
export type View = (typeof VIEWS)[number];

class Place {
  view = $state<View>("status");
  /** What the view is to show at once: an execution's id, a setting's key. */
  detail = $state<string | null>(null);

  /** Goes where `place` says, `log/01J…`; what there is not is Status. */
  go(place: string): void {
    const [name = "", ...rest] = place.replace(/^#?\/?/, "").split("?")[0]?.split("/") ?? [];
    this.view = VIEWS.find((view) => view === name) ?? "status";
    this.detail = rest.length > 0 ? decodeURIComponent(rest.join("/")) : null;
    const address = `#/${this.view}`;
    if (location.hash !== address) history.replaceState(null, "", address);
  }
}

export const place = new Place();
