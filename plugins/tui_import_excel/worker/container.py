"""From a path to a workbook: what kind of file it is, whether it may be unpacked, its password."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

MOST_PARTS = 10_000
MOST_UNPACKED = 4 << 30
"""Bytes of all parts together."""
SUSPICIOUS_PART = 64 << 20
SUSPICIOUS_RATIO = 500
"""A part that large which shrank that much is no table that anybody made."""
DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - Excel's own, for workbooks that are only protected against changes
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"


class RefusedError(Exception):
    """The workbook is not read; the code says why, the detail may add a figure."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Container:
    """An opened workbook file."""

    file: BinaryIO
    size: int
    """Bytes."""
    kind: str
    """xlsx | xlsb | ods | xls."""
    archive: zipfile.ZipFile | None
    """Where it is a zip."""
    path: str = ""
    """Where it is a file as it stands, not decrypted."""


def again(container: Container) -> BinaryIO:
    """The file opened a second time, for a thread that reads it beside the first one."""
    return io.BytesIO(container.file.getbuffer()) if isinstance(container.file, io.BytesIO) else open(container.path, "rb")


def open_container(path: str, password: str) -> Container:
    """Open a file, decrypting it where needed. Raises `RefusedError`."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - the process ends with it
    except OSError as error:
        raise RefusedError("unreadable", error.strerror or "") from error
    if _is_encrypted(file):
        return _container(_decrypt(file, password))
    return _container(file, path)


def _container(file: BinaryIO, path: str = "") -> Container:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    magic = file.read(4)
    file.seek(0)
    if magic != ZIP:
        return Container(file, size, "xls", None, path)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RefusedError("damaged", str(error)) from error
    kind = _check_parts(archive)
    file.seek(0)
    return Container(file, size, kind, archive, path)


def _check_parts(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS:
        raise RefusedError("parts", str(len(parts)))
    if len(names) < len(parts):
        raise RefusedError("damaged", "duplicate parts")
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise RefusedError("unpacked", str(sum(part.file_size for part in parts) >> 20))
    for part in parts:
        if part.file_size > SUSPICIOUS_PART and part.file_size > SUSPICIOUS_RATIO * max(1, part.compress_size):
            raise RefusedError("bomb", str(part.file_size >> 20))
        if part.flag_bits & 1:
            raise RefusedError("zip_password")
    return _kind(archive, names)


def _kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        with archive.open("mimetype") as file:
            mimetype = file.read(200).decode("ascii", "replace").strip()
        if "spreadsheet" in mimetype:
            _check_ods(archive, names)
            return "ods"
        raise RefusedError("not_workbook", mimetype)
    plain = {name.lower().replace("\\", "/") for name in names}  # some programs write them so
    if "[content_types].xml" not in plain:
        raise RefusedError("not_workbook")
    if "xl/workbook.bin" in plain:
        return "xlsb"
    if any(name.startswith(("word/", "ppt/")) for name in plain):
        raise RefusedError("not_workbook")
    return "xlsx"


def _check_ods(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "META-INF/manifest.xml" in names:
        with archive.open("META-INF/manifest.xml") as file:
            if b"encryption-data" in file.read(1 << 20):
                raise RefusedError("ods_password")


def _is_encrypted(file: BinaryIO) -> bool:
    """An Office container with an encrypted package in it, or a BIFF workbook that says it is encrypted."""
    file.seek(0)
    if file.read(4) != OLE:
        file.seek(0)
        return False
    file.seek(0)
    import msoffcrypto

    try:
        return bool(msoffcrypto.OfficeFile(file).is_encrypted())
    except Exception:  # it knows fewer old formats than calamine does, and says so in many ways
        return False
    finally:
        file.seek(0)


def _decrypt(file: BinaryIO, password: str) -> BinaryIO:
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    for key in [password, DEFAULT_PASSWORD] if password else [DEFAULT_PASSWORD]:
        out = io.BytesIO()
        try:
            office = msoffcrypto.OfficeFile(file)
            office.load_key(password=key, **({"verify_password": True} if office.format == "ooxml" else {}))
            office.decrypt(out)
        except (InvalidKeyError, DecryptionError):
            continue
        out.seek(0)
        return out
    raise RefusedError("wrong_password" if password else "password")
