// New versions of Runtray, as the app tells of them.

import { backend } from "../backend";
import type { VersionNews } from "../bindings";
import { attempt } from "./toasts.svelte";

class News {
  now = $state.raw<VersionNews | null>(null);

  async load(): Promise<void> {
    const news = await attempt(() => backend().versionNews());
    if (news) this.now = news;
  }
}

export const news = new News();
