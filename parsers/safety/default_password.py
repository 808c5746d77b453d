"""Office files that only seem locked: Excel encrypts a protected workbook under a password every reader knows."""

from __future__ import annotations

import io
import struct

from parsers.magic import OLE_MAGIC

DEFAULT_PASSWORD = "VelvetSweatshop"
"""[MS-OFFCRYPTO] 2.4.2.3: what Excel uses where a workbook's structure is protected and no password to open is set."""

_LARGEST = 64 << 20


def without_default_password(data: bytes) -> bytes | None:
    """The file decrypted where Excel's default password opens it; None where it is not encrypted or has another one."""
    if not data.startswith(OLE_MAGIC) or len(data) > _LARGEST:
        return None
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        if not file.is_encrypted():
            return None
        file.load_key(password=DEFAULT_PASSWORD, **({"verify_password": True} if file.format == "ooxml" else {}))
        out = io.BytesIO()
        file.decrypt(out)
    except (InvalidKeyError, DecryptionError):
        return None
    except (FileFormatError, ParseError, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, struct.error):
        return None  # a directory or key description that leads nowhere; an algorithm that msoffcrypto does not know
    return out.getvalue() or None
