"""Run a command line and look at what it left."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidencekit.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Done:
    """What one command line came to."""

    code: int
    out: str
    err: str

    def ok(self) -> "Done":
        assert self.code == 0, (self.code, self.out, self.err)
        return self

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        (only,) = self.objects
        return only


@dataclass(frozen=True, kw_only=True)
class Cli:
    """Calls main() in this process; ``apart`` starts another."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Done:
        code = main(arguments)
        out, err = self.capsys.readouterr()
        return Done(code=code, out=out, err=err)

    def apart(self, *arguments: str, **environ: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "evidencekit", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return Done(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())
