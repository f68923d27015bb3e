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

/// A file that is only listed.
pub(crate) fn listed(file: &str) -> Published {
    Published { file: file.to_owned(), content: b"nothing".to_vec(), more: json!({}) }
}

/// The index. It serves until the test ends.
pub(crate) struct StandIn {
    pub(crate) port: u16,
    /// The lines of requests, with the header `Authorization` after them.
    asked: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
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
    let mut authorization = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 || line == "\r\n" {
            break;
        }
        if line.to_ascii_lowercase().starts_with("authorization:") {
            authorization = line.trim().to_owned();
        }
    }
    asked.lock().expect("a list").push(format!("{} {authorization}", request.trim()).trim().to_owned());
    let target = request.split(' ').nth(1).unwrap_or_default();
    // A client of a proxy sends the whole address.
    let path = target.find("/simple").or_else(|| target.find("/files")).map_or(target, |at| &target[at..]);
    let answer = answer(path, published);
    let is_cut = broken.iter().any(|file| path.ends_with(file.as_str()));
    send(stream, answer, is_cut);
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

fn send(mut stream: TcpStream, answer: Option<Vec<u8>>, is_cut: bool) {
    let (status, body) = answer.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let end = if is_cut { body.len() / 2 } else { body.len() };
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..end])).ok();
}
