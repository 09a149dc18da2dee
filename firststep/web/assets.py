"""Built files: names that carry a hash of their content, served for good."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from firststep.settings import ROOT
from firststep.web.headers import security_headers

DIST = ROOT / "static" / "dist"
PREFIX = "/static/dist/"
#: Names to hashed names: the first is written by static/build.mjs, the second by static/icons.py.
MANIFESTS = ("manifest.json", "icons.json")

_HASHED = re.compile(r"-[0-9a-f]{10}\.[a-z]+$")


class BuildMissing(Exception):
    """Says that the browser side is not built, and how to build it."""


class Manifest:
    """The names of the built files; read again when a build has changed them."""

    def __init__(self, folder: Path, on_change: Callable[[], None] = lambda: None) -> None:
        self.folder = folder
        self._on_change = on_change
        self._stamp: tuple[int, ...] = ()
        self._names: dict[str, str] = {}

    def asset(self, name: str) -> str:
        """Return the address of a built file, such as ``asset("app.css")``."""
        names = self._read()
        if name not in names:
            raise BuildMissing(f"The build has no file {name!r}: run `make build`, or correct the name.")
        return PREFIX + names[name]

    def _read(self) -> dict[str, str]:
        paths = [self.folder / manifest for manifest in MANIFESTS]
        try:
            stamp = tuple(path.stat().st_mtime_ns for path in paths)
            if stamp != self._stamp:
                lists = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
                self._names = {name: hashed for names in lists for name, hashed in names.items()}
                self._stamp = stamp
                self._on_change()
        except FileNotFoundError as error:
            raise BuildMissing(
                f"{error.filename} is missing, the browser side is not built: run `make build`."
            ) from error
        return self._names


def init_assets(app: Flask, folder: Path = DIST) -> None:
    """Give templates ``asset`` and serve the built files, compressed ones where the browser takes them."""
    always = security_headers(app)

    def add_headers(headers: Headers, _path: str, _url: str) -> None:
        for name, value in always.items():
            headers[name] = value

    server = WhiteNoise(
        app.wsgi_app,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: bool(_HASHED.search(url)),
        add_headers_function=add_headers,
    )

    def find_files() -> None:
        server.add_files(folder, PREFIX)

    if folder.is_dir():
        find_files()
    manifest = Manifest(folder, on_change=find_files)
    app.extensions["assets"] = manifest
    app.jinja_env.globals["asset"] = manifest.asset
    app.wsgi_app = server  # type: ignore[method-assign]
