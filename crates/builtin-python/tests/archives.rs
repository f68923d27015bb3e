//! `bz2` and `lzma`, whose work is done outside of the Python inside.

use crate::harness::{Python, check, prints, raises};

/// [`TEXT`], compressed by an own Python: bzip2, xz, `.lzma`, and xz with SHA-256.
const PACKED: [(&str, &str); 4] = [
    (
        "bz2",
        "QlpoOTFBWSZTWeoZ0zIAAajRgAAQQAAbabbAIABgKVUNA9I9T9UKGmmADEXtFpF5Rd0WkWkXVFtF+RcosRYi2i8ItotosRYRfxdyRThQkOoZ0zI=",
    ),
    (
        "lzma",
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4APnACFdADoaCM52x+Xp1gc0w9EOv85V4aq93BCSUrZOPVeS7AmbAAAAAACBLBa5CQ/RhQABPegHAAAACXTC/rHEZ/sCAAAAAARZWg==",
    ),
    ("lzma", "XQAAgAD//////////wA6GgjOdsfl6dYHNMPRDr/OVeGqvdwQklK2Tj1Xkz1Sdv//3BIAAA=="),
    (
        "lzma",
        "/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4APnACFdADoaCM52x+Xp1gc0w9EOv85V4aq93BCSUrZOPVeS7AmbAAAAAACSbF8AlU3cAaQjWdDGMm5+TEnmA3imD6dvujdXuJXzQAABVegHAAAAPvllGrbp3xwCAAAAAApZWg==",
    ),
];

const TEXT: &str = "b'the quick brown fox\\n' * 50";

#[test]
fn what_others_packed_is_unpacked() {
    for (module, packed) in PACKED {
        check(
            &format!("import base64, {module}; print({module}.decompress(base64.b64decode('{packed}')) == {TEXT})"),
            "True\n",
        );
    }
}

#[test]
fn what_is_packed_is_unpacked_again() {
    for pack in [
        "bz2.compress(data)",
        "bz2.compress(data, 1)",
        "lzma.compress(data)",
        "lzma.compress(data, format=lzma.FORMAT_ALONE)",
        "lzma.compress(data, check=lzma.CHECK_SHA256, preset=1)",
        "lzma.compress(data, filters=[{'id': lzma.FILTER_LZMA2, 'preset': 9}])",
    ] {
        let module = &pack[..pack.find('.').unwrap_or_default()];
        check(
            &format!(
                "import bz2, lzma, random\nfor data in b'', b'x', bytes(300_000), random.randbytes(200_000), {TEXT}:\n    \
                 packed = {pack}\n    print({module}.decompress(packed) == data, {module}.decompress(packed * 2) == data * 2)"
            ),
            &"True True\n".repeat(5),
        );
    }
}

#[test]
fn files_and_archives_are_read_and_written() {
    let code = "
import bz2, io, lzma, shutil, tarfile, zipfile
for kind in bz2, lzma:
    with kind.open('f', 'wt', encoding='utf-8') as file:
        file.writelines(f'line {n}\\n' for n in range(10_000))
    with kind.open('f', 'rt', encoding='utf-8') as file:
        print(sum(1 for _ in file), file.seek(5), file.read(4))
for kind in 'bz2', 'xz':
    with tarfile.open('a.tar', 'w:' + kind) as archive:
        archive.add('f')
    print(tarfile.open('a.tar').getnames())
for kind in zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA:
    try:
        with zipfile.ZipFile('a.zip', 'w', kind) as archive:
            archive.writestr('t', 'text' * 100)
        print(zipfile.ZipFile('a.zip').read('t') == b'text' * 100)
    except Exception as error:
        print(type(error).__name__)
print([name for name, _ in shutil.get_archive_formats()])
";
    assert_eq!(
        Python::new().file("main.py", code).run(&["main.py"]).stdout,
        "10000 5 0\nli\n10000 5 0\nli\n['f']\n['f']\nTrue\nLZMAError\n['bztar', 'gztar', 'tar', 'xztar', 'zip']\n"
    );
}

#[test]
fn damaged_and_unfinished_data_is_an_exception() {
    for (module, packed) in PACKED {
        let begin = format!("import base64, bz2, lzma; data = base64.b64decode('{packed}'); ");
        let unfinished = if module == "bz2" { "ValueError" } else { "LZMAError" };
        raises(&format!("{begin}{module}.decompress(data[:-9])"), &[unfinished]);
        let failure = if module == "bz2" { "OSError: Invalid data stream" } else { "LZMAError" };
        raises(
            &format!("{begin}{module}.decompress(b'\\xfd7zXZ' + data)"),
            &[if module == "bz2" { "OSError" } else { "LZMAError" }],
        );
        if module == "bz2" {
            raises(&format!("{begin}bz2.decompress(data[:20] + bytes(9) + data[29:])"), &[failure]);
        }
    }
    raises("import lzma; lzma.LZMACompressor(lzma.FORMAT_RAW)", &["LZMAError", "choose your own Python in Settings"]);
    raises("import bz2; bz2.BZ2Compressor(10)", &["ValueError: compresslevel must be between 1 and 9"]);
    raises(
        "import bz2; c = bz2.BZ2Compressor(); c.flush(); c.compress(b'x')",
        &["ValueError: Compressor has been flushed"],
    );
    raises("import bz2; c = bz2.BZ2Compressor(); c.flush(); c.flush()", &["ValueError: Repeated call to flush()"]);
    raises(
        "import bz2; d = bz2.BZ2Decompressor(); d.decompress(bz2.compress(b'x')); d.decompress(b'')",
        &["EOFError: End of stream already reached"],
    );
}

#[test]
fn data_that_expands_comes_in_pieces() {
    for (pack, decompressor) in [("bz2.compress", "bz2.BZ2Decompressor"), ("lzma.compress", "lzma.LZMADecompressor")] {
        check(
            &format!(
                "import bz2, lzma\npacked = {pack}(bytes(50_000_000))\nd = {decompressor}()\ntotal = len(d.decompress(packed + b'rest', 1000))\n\
                 print(total, d.eof, d.needs_input)\nwhile not d.eof: total += len(d.decompress(b'', 1 << 20))\nprint(total, d.unused_data)"
            ),
            "1000 False False\n50000000 b'rest'\n",
        );
    }
    let many = "import bz2\nheld = []\ntry:\n    for _ in range(5000): held.append(bz2.BZ2Decompressor())\nexcept Exception as error:\n    print(len(held))";
    assert!(prints(many).trim().parse::<u32>().is_ok_and(|count| count <= 1024));
}
