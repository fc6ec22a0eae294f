"""Packs the same small folder with every packer that data sets come in: Fixtures/packed.* of FoveaDataTests.

Run: python3 Tests/Reference/data.py
"""
import bz2
import gzip
import io
import lzma
import pathlib
import tarfile
import zipfile

FILES = {"packed/one.txt": b"one\n", "packed/inner/two.bin": bytes(range(256))}
folder = pathlib.Path(__file__).parent.parent / "FoveaDataTests" / "Fixtures"

tar = io.BytesIO()
with tarfile.open(fileobj=tar, mode="w") as archive:
    for name, data in FILES.items():
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
(folder / "packed.tar.gz").write_bytes(gzip.compress(tar.getvalue(), mtime=0))
(folder / "packed.tar.bz2").write_bytes(bz2.compress(tar.getvalue()))
(folder / "packed.tar.xz").write_bytes(lzma.compress(tar.getvalue()))

with zipfile.ZipFile(folder / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data in FILES.items():
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
