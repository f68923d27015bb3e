import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib

text = b"the quick brown fox jumps over the lazy dog\n" * 200
for module in (zlib, gzip, bz2, lzma):
    packed = module.compress(text)
    print(module.__name__, len(packed) < len(text) // 10, module.decompress(packed) == text)

with zipfile.ZipFile("archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("fox.txt", text)
    archive.writestr("folder/ünïcode ✨.txt", "✨")
with zipfile.ZipFile("archive.zip") as archive:
    print(archive.namelist(), archive.testzip(), archive.getinfo("fox.txt").file_size)
    print(archive.read("folder/ünïcode ✨.txt").decode())

buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
    info = tarfile.TarInfo("fox.txt")
    info.size = len(text)
    archive.addfile(info, io.BytesIO(text))
buffer.seek(0)
with tarfile.open(fileobj=buffer) as archive:
    print(archive.getnames(), zlib.crc32(archive.extractfile("fox.txt").read()) == zlib.crc32(text))
