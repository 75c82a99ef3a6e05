"""The Go module, built against Debian's packages, checked by go vet, then driven against a TLS gateway and the simulator: by the program of
its README and by the tests in go/.

usage: go_test.py BUILD
"""
import os
import pathlib
import re
import sys
import tempfile

import world

BUILD = pathlib.Path(sys.argv[1]).resolve()
MODULE = "example.com/falcon-gateway/client"


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        world.run(str(world.ROOT / "scripts/generate-clients"), "--out", str(folder / "clients"), "go")
        packages = folder / "gopath/src"
        (packages / MODULE).parent.mkdir(parents=True)
        (folder / "clients/go").rename(packages / MODULE)
        (packages / "client_test").mkdir()
        test = (world.ROOT / "tests/clients/go/client_test.go").read_text()
        (packages / "client_test/client_test.go").write_text(test.replace("MODULE", MODULE))
        (packages / "readme").mkdir()
        readme = (world.ROOT / "client/sdk/go/README.md").read_text()
        (packages / "readme/main.go").write_text(re.search(r"^```go\n(.*?)^```$", readme, re.M | re.S).group(1))
        # Debian's Go packages have no module index.
        os.environ.update(GO111MODULE="off", GOPATH=f"{folder / 'gopath'}:/usr/share/gocode", GOCACHE=str(BUILD / "go-cache"), GOFLAGS="-trimpath")
        assert not world.run("gofmt", "-l", str(packages))
        world.run("go", "vet", f"{MODULE}/...", "client_test", "readme")
        world.run_language_test(BUILD, ["sh", "-c", "go run readme && go test -v -count=1 client_test"], folder)


main()
