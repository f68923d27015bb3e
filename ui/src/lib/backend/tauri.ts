// The app as the backend, through Tauri's commands.

import { Channel, invoke } from "@tauri-apps/api/core";

import type { ConsoleUpdate, PackProgress, Update } from "../bindings";
import type { Backend } from ".";

export const tauri: Backend = {
  follow(listener) {
    const channel = new Channel<Update>();
    channel.onmessage = listener;
    return invoke("follow", { channel });
  },
  startService: () => invoke("start_service"),
  stopService: () => invoke("stop_service"),
  restartService: () => invoke("restart_service"),
  usePort: (port) => invoke("use_port", { port }),
  cancelExecution: (id) => invoke("cancel_execution", { id }),
  executions: (query) => invoke("executions", { query }),
  execution: (id) => invoke("execution", { id }),
  facets: () => invoke("facets"),
  exportExecutions: (format, query) => invoke("export_executions", { format, query }),
  selectExecutions: (query) => invoke("select_executions", { query }),
  deleteExecutions: (selection) => invoke("delete_executions", { selection }),
  statistics: () => invoke("statistics"),
  pythons: () => invoke("pythons"),
  testPython: (path) => invoke("test_python", { path }),
  browsePython: () => invoke("browse_python"),
  packs: () => invoke("packs"),
  addPack(name, progress) {
    const channel = new Channel<PackProgress>();
    channel.onmessage = progress;
    return invoke("add_pack", { name, channel });
  },
  removePack: (name) => invoke("remove_pack", { name }),
  cancelPacks: () => invoke("cancel_packs"),
  languages: () => invoke("languages"),
  assistants: () => invoke("assistants"),
  planAssistant: (id, action) => invoke("plan_assistant", { id, action }),
  openAssistant: (id) => invoke("open_assistant", { id }),
  applyAssistant: (id, action, basis) => invoke("apply_assistant", { id, action, basis }),
  examine: () => invoke("examine"),
  settings: () => invoke("settings"),
  changeSettings: (changes) => invoke("change_settings", { changes }),
  allowOrigin: (origin) => invoke("allow_origin", { origin }),
  denyOrigin: (origin) => invoke("deny_origin", { origin }),
  revokeOrigin: (origin) => invoke("revoke_origin", { origin }),
  answerNetwork: (id, answer) => invoke("answer_network", { id, answer }),
  autostart: () => invoke("autostart"),
  setAutostart: (on) => invoke("set_autostart", { on }),
  token: () => invoke("token"),
  followConsole(window, listener) {
    const channel = new Channel<ConsoleUpdate>();
    channel.onmessage = listener;
    return invoke("console_follow", { window, channel });
  },
  acknowledgeConsole: (window, pieces) => void invoke("console_acknowledge", { window, pieces }),
  runInConsole: (message) => invoke("console_run", { message }),
  tellConsole: (message) => invoke("console_say", { message }),
  killInConsole: () => invoke("console_kill"),
  runAgain: (message) => invoke("run_again", { message }),
  dismissWelcome: () => invoke("dismiss_welcome"),
  openFolder: (which) => invoke("open_folder", { which }),
  about: () => invoke("about"),
  versionNews: () => invoke("version_news"),
  lookForUpdate: () => invoke("look_for_update"),
  installUpdate: (version) => invoke("install_update", { version }),
  copy: (text) => invoke("copy", { text }),
  quit: () => invoke("quit"),
};
