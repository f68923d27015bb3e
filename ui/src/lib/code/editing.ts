// The undo history of the Console's editor, which contains text and programming language.

import { history, isolateHistory, invertedEffects } from "@codemirror/commands";
import { type EditorState, StateEffect, StateField, type Extension, type Transaction, type TransactionSpec } from "@codemirror/state";

/** Changes the programming language. It is part of the history, so that undoing an opened program restores its language too. */
export const speak = StateEffect.define<string>();

/** The programming language of the text. */
export const spoken = StateField.define<string>({
  create: () => "",
  update: (language, { effects }) => effects.reduce((last, effect) => (effect.is(speak) ? effect.value : last), language),
});

const restore = invertedEffects.of(({ effects, startState }: Transaction) =>
  effects.some((effect) => effect.is(speak)) ? [speak.of(startState.field(spoken))] : [],
);

/** The undo history for text and language. */
export const remembering = (language: string): Extension => [history(), spoken.init(() => language), restore];

/** Replaces the text by another program in one undoable step. */
export function replacing(state: EditorState, text: string, language: string): TransactionSpec {
  return {
    changes: { from: 0, to: state.doc.length, insert: text },
    effects: language === state.field(spoken) ? [] : speak.of(language),
    annotations: isolateHistory.of("full"),
    selection: { anchor: 0 },
  };
}
