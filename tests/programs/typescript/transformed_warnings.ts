enum Kind {
  Own = "ExperimentalWarning",
}

process.emitWarning("of the program's own", Kind.Own);
process.emitWarning("another one");
setTimeout(() => {
  throw new Error(`at line 8 of ${Kind.Own}` as string);
}, 1);
