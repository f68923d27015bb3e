//! The modules of a component, as far as one function of one of them is to be replaced.

use std::error::Error;
use std::ops::Range;

use wasmparser::{ConstExpr, DataKind, ExternalKind, Operator, Parser, Payload, TypeRef};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A module of the component, as far as it matters here.
#[derive(Default)]
pub(crate) struct Module {
    /// Its section with its header, and its bytes alone.
    pub(crate) section: Range<usize>,
    pub(crate) bytes: Range<usize>,
    /// How many functions and globals it imports.
    imported: [u32; 2],
    exports: Vec<(String, ExternalKind, u32)>,
    /// The constants that its globals begin with, if they do.
    globals: Vec<Option<u32>>,
    /// The section of code with its header, and the functions, both in the module's bytes.
    code: Range<usize>,
    pub(crate) functions: Vec<Range<usize>>,
    /// The addresses of its data, and where that is in the component.
    pub(crate) data: Vec<(usize, Range<usize>)>,
}

impl Module {
    /// The kind and index of an export.
    pub(crate) fn export(&self, name: &str) -> Option<(ExternalKind, u32)> {
        self.exports.iter().find(|(exported, ..)| exported == name).map(|(_, kind, index)| (*kind, *index))
    }

    /// The constant that an exported global begins with.
    pub(crate) fn global(&self, name: &str) -> Option<u32> {
        let (kind, index) = self.export(name)?;
        let own = usize::try_from(index.checked_sub(self.imported[1])?).ok()?;
        self.globals.get(own).copied().flatten().filter(|_| kind == ExternalKind::Global)
    }

    /// The number of an exported function among the module's own.
    pub(crate) fn function(&self, name: &str) -> Option<usize> {
        let (kind, index) = self.export(name)?;
        let own = usize::try_from(index.checked_sub(self.imported[0])?).ok()?;
        (kind == ExternalKind::Func && own < self.functions.len()).then_some(own)
    }

    /// The module's bytes with `body` in the place of a function's.
    pub(crate) fn with_function(&self, bytes: &[u8], function: usize, body: &[u8]) -> Vec<u8> {
        let mut code = unsigned(self.functions.len());
        for (number, range) in self.functions.iter().enumerate() {
            let body = if number == function { body } else { &bytes[range.clone()] };
            code.extend(unsigned(body.len()));
            code.extend(body);
        }
        [&bytes[..self.code.start], &section(10, &code), &bytes[self.code.end..]].concat()
    }
}

/// The modules of `component`, without those of components inside it.
///
/// # Errors
/// It is not WebAssembly.
pub(crate) fn modules(component: &[u8]) -> Result<Vec<Module>> {
    let (mut modules, mut depth, mut end) = (Vec::new(), 0_u32, 8);
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        let section = payload.as_section().filter(|_| depth == 0);
        match &payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                if depth == 0 {
                    modules.push(module(component, end..unchecked_range.end, unchecked_range.clone())?);
                }
                depth += 1;
            }
            Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        end = section.map_or(end, |(_, range)| range.end);
    }
    Ok(modules)
}

fn module(component: &[u8], section: Range<usize>, range: Range<usize>) -> Result<Module> {
    let mut module = Module { section, bytes: range.clone(), ..Module::default() };
    let mut end = 8;
    for payload in Parser::new(0).parse_all(&component[range.clone()]) {
        let payload = payload?;
        let section = payload.as_section();
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => module.imported[0] += 1,
                        TypeRef::Global(_) => module.imported[1] += 1,
                        _ => {}
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    module.exports.push((export.name.to_owned(), export.kind, export.index));
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    module.globals.push(beginning(&global?.init_expr)?);
                }
            }
            Payload::CodeSectionStart { range, .. } => module.code = end..range.end,
            Payload::CodeSectionEntry(body) => module.functions.push(body.range()),
            Payload::DataSection(data) => {
                for data in data {
                    let data = data?;
                    if let DataKind::Active { offset_expr, .. } = &data.kind
                        && let Some(address) = beginning(offset_expr)?
                    {
                        let last = range.start + data.range.end;
                        module.data.push((address as usize, last - data.data.len()..last));
                    }
                }
            }
            _ => {}
        }
        end = section.map_or(end, |(_, range)| range.end);
    }
    Ok(module)
}

/// The value of an expression that is a constant alone.
fn beginning(expression: &ConstExpr<'_>) -> wasmparser::Result<Option<u32>> {
    let mut operators = expression.get_operators_reader().into_iter();
    let Some(Operator::I32Const { value }) = operators.next().transpose()? else { return Ok(None) };
    let is_alone = matches!(operators.next().transpose()?, Some(Operator::End) | None);
    Ok(is_alone.then_some(value.cast_unsigned()))
}

/// A section with its header.
pub(crate) fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id][..], &unsigned(content.len()), content].concat()
}

/// A number as WebAssembly writes it (LEB128).
fn unsigned(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        bytes.push(if value == 0 { low } else { low | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}

/// As [`unsigned`], of a number with a sign.
pub(crate) fn signed(mut value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        let is_last = value == 0 && low & 0x40 == 0 || value == -1 && low & 0x40 != 0;
        bytes.push(if is_last { low } else { low | 0x80 });
        if is_last {
            return bytes;
        }
    }
}
