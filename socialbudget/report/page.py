"""What every HTML page is made with: templates that escape, assets, and scripts named by hash."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).resolve().parent


def filled(template: str, context: Mapping[str, Any]) -> str:
    """A template of ``templates/`` with a context; all texts are escaped, none may be missing."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(context).lstrip()


@cache
def asset(name: str) -> str:
    """The text of a file of ``assets/``."""
    return (HERE / "assets" / name).read_text(encoding="utf-8").strip()


def script_hash(script: str) -> str:
    """A script's hash as a content security policy names it."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return Markup(f"'sha256-{base64.b64encode(digest).decode('ascii')}'")


def script_json(data: object) -> Markup:
    """JSON in which no tag can begin or end, for a script element."""
    plain = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return Markup(plain)
