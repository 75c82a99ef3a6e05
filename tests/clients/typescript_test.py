"""The npm package: installed into an empty project, checked by tsc --strict, then driven against a TLS gateway and the simulator.

usage: typescript_test.py BUILD
"""
import pathlib
import shutil
import sys
import tempfile

import world

NODE = str(world.ROOT / "build/tools/node_modules/node/bin/node")  # Debian's is too old


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        world.run(str(world.ROOT / "scripts/generate-clients"), "--out", str(folder / "clients"), "typescript")
        (package,) = (folder / "clients/typescript/dist").glob("*.tgz")
        project = folder / "project"
        project.mkdir()
        (project / "package.json").write_text('{"type": "module", "private": true}')
        world.run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", str(package), cwd=project)
        shutil.copy(world.ROOT / "tests/clients/typescript/client.test.ts", project)
        modules = folder / "clients/typescript/node_modules"
        world.run(str(modules / ".bin/tsc"), "--noEmit", "--strict", "--target", "esnext", "--module", "nodenext", "--typeRoots", str(modules / "@types"),
                  "--types", "node", "client.test.ts", cwd=project)
        world.run_language_test(pathlib.Path(sys.argv[1]).resolve(), [NODE, "--test", "client.test.ts"], project)


main()
