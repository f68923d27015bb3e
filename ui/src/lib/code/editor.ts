// The window's CodeMirror: an editor for code and a read-only view.

import { defaultKeymap, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, Transaction, type Extension } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { Editing } from "../state/editing";
import { remembering, replacing, speak, spoken } from "./editing";

export interface EditorOptions {
  text: string;
  language: string;
  label: string;
  /** The id of the element that describes its keys. */
  describedby?: string;
  /** The editing state; without it the text is read-only. */
  editing?: Editing;
}

/** An editor on the page. */
export interface Editor {
  /** Shows another program, unless it is shown already. */
  show(text: string, language: string): void;
  setLabel(label: string, describedby?: string): void;
  focus(): void;
  destroy(): void;
}

// Extensions that are reconfigured while the rest of the state stays.
const GRAMMAR = new Compartment();
const ATTRIBUTES = new Compartment();

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.className], color: "var(--code-name)" },
  { tag: tags.invalid, textDecoration: "underline wavy var(--problem)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", fontSize: "12px", color: "var(--grey-12)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.5" },
  ".cm-gutters": { color: "var(--grey-9)", backgroundColor: "transparent", border: "none", paddingLeft: "8px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": { backgroundColor: "var(--grey-2)" },
  ".cm-cursor": { borderLeftColor: "var(--grey-12)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-ground)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--grey-4)" },
});

function grammar(language: string): Extension {
  if (language === "python") return [python(), indentUnit.of("    ")];
  if (language === "javascript" || language === "typescript") {
    return [javascript({ typescript: language === "typescript" }), indentUnit.of("  ")];
  }
  return [];
}

/** Extensions of the editor. Tab indents; Escape and then Tab leaves it, as CodeMirror's guide recommends. */
function writing(editing: Editing, language: string): Extension {
  const run = () => {
    editing.onrun();
    return true;
  };
  return [
    keymap.of([{ key: "Mod-Enter", run }, ...defaultKeymap, ...historyKeymap, indentWithTab]),
    remembering(language),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    EditorView.updateListener.of(({ docChanged, startState, state, view }) => {
      const language = state.field(spoken);
      const other = startState.field(spoken) !== language;
      if (other) view.dispatch({ effects: GRAMMAR.reconfigure(grammar(language)) });
      if (docChanged || other) editing.onchange(state.doc.toString(), language);
    }),
  ];
}

/** Extensions of the read-only view. It keeps its place in the Tab order, so that its lines can be scrolled and copied. */
function reading(): Extension {
  return [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.lineWrapping];
}

function attributes({ label, describedby, editing }: Pick<EditorOptions, "label" | "describedby" | "editing">): Extension {
  return EditorView.contentAttributes.of({
    "aria-label": label,
    ...(describedby ? { "aria-describedby": describedby } : {}),
    ...(editing ? {} : { tabindex: "0", "aria-readonly": "true" }),
  });
}

function stateOf(options: EditorOptions): EditorState {
  const { text, language, editing } = options;
  return EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      drawSelection(),
      syntaxHighlighting(COLOURS),
      LOOK,
      GRAMMAR.of(grammar(language)),
      ATTRIBUTES.of(attributes(options)),
      editing ? writing(editing, language) : reading(),
    ],
  });
}

export function createEditor(parent: HTMLElement, options: EditorOptions): Editor {
  const { editing } = options;
  const scrollTo = editing?.scroll as ReturnType<EditorView["scrollSnapshot"]> | undefined;
  const view = new EditorView({ parent, state: editing?.state ?? stateOf(options), ...(scrollTo ? { scrollTo } : {}) });
  const setLabel = (label: string, describedby?: string) =>
    view.dispatch({ effects: ATTRIBUTES.reconfigure(attributes({ label, describedby, editing })) });
  const show = (text: string, language: string) => {
    const { state } = view;
    const sameText = text === state.doc.toString();
    if (!editing) {
      if (!sameText) view.dispatch({ changes: { from: 0, to: state.doc.length, insert: text } });
      view.dispatch({ effects: GRAMMAR.reconfigure(grammar(language)) });
    } else if (!sameText) {
      view.dispatch(replacing(state, text, language));
    } else if (language !== state.field(spoken)) {
      // A choice in the list is not part of the undo history.
      view.dispatch({ effects: speak.of(language), annotations: Transaction.addToHistory.of(false) });
    }
  };
  // A kept state may be outdated: draft and window language can change while no view exists.
  setLabel(options.label, options.describedby);
  show(options.text, options.language);
  return {
    show,
    setLabel,
    focus: () => view.focus(),
    destroy() {
      if (editing) [editing.state, editing.scroll] = [view.state, view.scrollSnapshot()];
      view.destroy();
    },
  };
}
