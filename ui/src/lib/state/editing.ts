// The Console's editor state: text, selection and undo history. It outlives the view.

import type { EditorState, StateEffect } from "@codemirror/state";

export class Editing {
  state: EditorState | null = null;
  scroll: StateEffect<unknown> | undefined;
  /** The callbacks of the view; each new view sets them. */
  onchange: (text: string, language: string) => void = () => {};
  onrun: () => void = () => {};
}

/** The Console's only editor state, for every view of it. */
export const editing = new Editing();
