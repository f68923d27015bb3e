//! Calls of the Python inside to this program, beside WASI: the one function that its module imports.
//!
//! A request is a letter and its data, and the answer is bytes. `science/wit_world/imports/host.py` is the other side.

use std::time::Duration;

use serde_json::{Value, json};
use wasmtime::{Caller, Extern, Linker, Result, bail, format_err};

use crate::guest::{Launch, Source, Text};
use crate::wait;

/// The results of the import: the call was answered, or was not.
const ANSWERED: i32 = 0;
const REFUSED: i32 = -2;

/// The data that the Python inside can ask for.
#[derive(Debug, Default)]
pub(super) struct HostCalls {
    /// How the program is started, in JSON.
    pub(super) launch: Vec<u8>,
    /// The program, in JSON.
    pub(super) source: Vec<u8>,
}

/// The program's end, on its way out.
#[derive(Debug, thiserror::Error)]
#[error("ended with {0}")]
pub(super) struct Ended(pub(super) i32);

/// An address of the memory inside.
pub(super) fn address(place: i32) -> usize {
    place.cast_unsigned() as usize
}

/// Adds the import, which answers from the part `of` a store's data.
pub(super) fn add_to_linker<T: Send + 'static>(linker: &mut Linker<T>, of: fn(&T) -> &HostCalls) -> Result<()> {
    linker.func_wrap_async("host", "call", move |caller: Caller<'_, T>, asked: (i32, i32, i32, i32)| {
        Box::new(call(caller, of, asked))
    })?;
    Ok(())
}

async fn call<T: Send>(
    mut caller: Caller<'_, T>,
    of: fn(&T) -> &HostCalls,
    asked: (i32, i32, i32, i32),
) -> Result<i32> {
    let (request, length, place, size) = asked;
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let memory = memory.ok_or_else(|| format_err!("it has no memory"))?;
    let allocate = caller.get_export("host_alloc").and_then(Extern::into_func);
    let allocate = allocate.ok_or_else(|| format_err!("it allocates nothing"))?.typed::<i32, i32>(&caller)?;
    let mut asked = vec![0; address(length).min(memory.data_size(&caller))];
    memory.read(&caller, address(request), &mut asked)?;
    let answer = of(caller.data()).answer(&asked)?;
    let length = i32::try_from(answer.len())?;
    let answered = allocate.call_async(&mut caller, length).await?;
    if answered == 0 {
        return Ok(REFUSED);
    }
    memory.write(&mut caller, address(answered), &answer)?;
    memory.write(&mut caller, address(place), &answered.to_le_bytes())?;
    memory.write(&mut caller, address(size), &length.to_le_bytes())?;
    Ok(ANSWERED)
}

impl HostCalls {
    fn answer(&self, asked: &[u8]) -> Result<Vec<u8>> {
        let (letter, data) = asked.split_first().ok_or_else(|| format_err!("an empty request"))?;
        match letter {
            b'L' => Ok(self.launch.clone()),
            b'S' => Ok(self.source.clone()),
            b'E' => Err(Ended(i32::from_le_bytes(data.try_into()?)).into()),
            b'W' => Ok(vec![u8::from(wait::sleep(Duration::from_nanos(u64::from_le_bytes(data.try_into()?))))]),
            b'R' => {
                let most = u32::from_le_bytes(data.try_into()?);
                // Nothing is an interrupt; a byte before the input tells it from the end.
                Ok(wait::read_input(most as usize)?.map_or_else(Vec::new, |input| [&[1], input.as_slice()].concat()))
            }
            _ => bail!("the request {letter} is unknown"),
        }
    }
}

/// How the program is started. Bytes are texts whose characters have their numbers.
pub(super) fn describe(launch: &Launch) -> Result<Vec<u8>> {
    let list = |texts: &[Vec<u8>]| texts.iter().map(|text| letters(text)).collect::<Vec<_>>();
    let variables: Vec<_> = launch.variables.iter().map(|(name, value)| [letters(name), letters(value)]).collect();
    let told = json!({
        "arguments": list(&launch.arguments),
        "variables": variables,
        "folder": letters(&launch.folder),
        "first_path": launch.first_path.as_deref().map(letters),
        "unbuffered": launch.unbuffered,
        "optimize": launch.optimize,
        "warnings": launch.warnings,
    });
    Ok(serde_json::to_vec(&told)?)
}

/// The program.
pub(super) fn source(source: &Source) -> Result<Vec<u8>> {
    let told = |kind: &str, name: &[u8], content: &[u8]| json!({ "kind": kind, "name": letters(name), "content": letters(content) });
    let told: Value = match source {
        Source::Command(content) => told("command", &[], content),
        Source::File(Text { name, content }) => told("file", name, content),
        Source::Input(content) => told("input", &[], content),
        Source::Module(name) => told("module", name, &[]),
        Source::Prompt => told("prompt", &[], &[]),
    };
    Ok(serde_json::to_vec(&told)?)
}

fn letters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::{Ended, HostCalls, source};
    use crate::guest::Source;

    #[test]
    fn bytes_become_letters() {
        let text = source(&Source::Command(vec![b'a', 0xFF, b'"'])).expect("JSON");
        assert_eq!(String::from_utf8(text).expect("text"), r#"{"content":"aÿ\"","kind":"command","name":""}"#);
    }

    #[test]
    fn requests_that_are_none_end_the_program() {
        let calls = HostCalls { launch: b"{}".to_vec(), source: Vec::new() };
        assert_eq!(calls.answer(b"L").expect("an answer"), b"{}");
        let ended = calls.answer(b"E\x07\0\0\0").expect_err("it has ended");
        assert!(matches!(ended.downcast_ref(), Some(Ended(7))), "{ended}");
        for bad in [&b""[..], b"E", b"W\0", b"?"] {
            assert!(calls.answer(bad).is_err(), "{bad:?}");
        }
    }
}
