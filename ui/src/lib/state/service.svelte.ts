// The service's latest known state.

import { backend } from "../backend";
import type { Status } from "../bindings";
import type { Mark } from "../format/outcome";
import type { Key } from "../i18n/index.svelte";
import { attempt } from "./toasts.svelte";

class Service {
  status = $state.raw<Status | null>(null);

  get on(): boolean {
    return this.status?.state === "running" || this.status?.state === "starting";
  }

  /** Whether it is starting or stopping, so that the switch is disabled. */
  get turning(): boolean {
    return this.status === null || this.status.state === "starting" || this.status.state === "stopping";
  }

  get mark(): Mark {
    switch (this.status?.state) {
      case "running":
        return this.status.running > 0 ? "busy" : "running";
      case "starting":
      case "stopping":
        return "busy";
      case "failed":
        return "problem";
      default:
        return "stopped";
    }
  }

  get word(): Key {
    switch (this.status?.state) {
      case "running":
        return this.status.running > 0 ? "state.busy" : "state.running";
      case "stopping":
        return this.status.running > 0 ? "state.ending" : "state.stopping";
      case "failed":
        return "state.failed";
      case "stopped":
        return "state.stopped";
      default:
        return "state.starting";
    }
  }

  switch(on: boolean): Promise<void> {
    return attempt(() => (on ? backend().startService() : backend().stopService())) as Promise<void>;
  }
}

export const service = new Service();
