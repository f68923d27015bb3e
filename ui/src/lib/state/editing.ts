// The Console's editor state: text, selection and undo history. It outlives the view, which comes and goes.

import type { EditorState, StateEffect } from "@codemirror/state";

export class Editing {
  state: EditorState | null = null;
  scroll: StateEffect<unknown> | undefined;
  /** Who is told; each view sets them anew, because the state outlives it. */
  onchange: (text: string, language: string) => void = () => {};
  onrun: () => void = () => {};
}

/** The one that the Console has, whichever view shows it. */
export const editing = new Editing();
