"""The C++ package: installed, built against outside of the tree, then driven against a TLS gateway and the simulator.

usage: cpp_test.py BUILD
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import world

BUILD = pathlib.Path(sys.argv[1]).resolve()


def main():
    cache = (BUILD / "CMakeCache.txt").read_text()
    sanitize = re.search(r"^FALCON_SANITIZE:STRING=(.*)$", cache, re.MULTILINE)[1]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        world.run("cmake", "--install", str(BUILD), "--component", "client", "--prefix", str(folder / "prefix"))
        source = folder / "source"
        subprocess.run(["cp", "-r", world.ROOT / "tests/clients/cpp", source], check=True)
        subprocess.run(["cp", "-r", world.ROOT / "client/sdk/cpp/example", source / "example"], check=True)
        # The installed archives carry the sanitizers of the build.
        world.run("cmake", "-G", "Ninja", "-S", str(source), "-B", str(folder / "build"), f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}",
                  "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_CXX_FLAGS=-O0 -Wall -Wextra -Werror" + (f" -fsanitize={sanitize}" if sanitize else ""))
        world.run("cmake", "--build", str(folder / "build"))
        flags = world.run("pkg-config", "--cflags", "--libs", "falcon_gateway", env={**os.environ, "PKG_CONFIG_PATH": str(folder / "prefix/lib/pkgconfig")})
        assert "-lfalcon_gateway_client" in flags, flags
        world.run_language_test(BUILD, [str(folder / "build/client_test")], folder)


main()
