"""Writes an SPDX 2.3 document for packages: their programs, and the Debian packages of the libraries that these load.

usage: sbom.py VERSION PROGRAM... > falcon-gateway.spdx.json     (SOURCE_DATE_EPOCH: the time of creation)
"""
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def libraries_of(program):
    """The Debian packages of the shared libraries."""
    paths = {os.path.realpath(path) for path in re.findall(r"(/\S+) \(0x", run("ldd", program))}
    # dpkg knows some files by their path before /usr was merged, and fails where it does not know one of the two.
    names = [name for path in paths for name in (path, path.removeprefix("/usr"))]
    found = subprocess.run(["dpkg-query", "-S", *names], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    owners = dict(reversed(line.split(": ")) for line in found.splitlines())
    return {(owners.get(path) or owners[path.removeprefix("/usr")]).partition(":")[0] for path in paths}


def package(name, version, supplier, **more):
    return {"name": name, "SPDXID": f"SPDXRef-{re.sub('[^A-Za-z0-9.-]', '-', name)}", "versionInfo": version, "supplier": supplier,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION", **more}


def main():
    version, programs = sys.argv[1], sys.argv[2:]
    packages, relations = {}, []
    for program in programs:
        digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
        own = package(pathlib.Path(program).name, version, "Organization: falcon-gateway", licenseDeclared="MIT",
                      checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
        packages[own["SPDXID"]] = own
        relations.append(("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"]))
        for name in sorted(libraries_of(program)):
            shown = run("dpkg-query", "-W", "-f", "${Version}", name)
            purl = f"pkg:deb/debian/{name}@{shown}"
            library = package(name, shown, "Organization: Debian", licenseDeclared="NOASSERTION", externalRefs=[
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}])
            packages[library["SPDXID"]] = library
            relations.append((own["SPDXID"], "DYNAMIC_LINK", library["SPDXID"]))
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    print(json.dumps({
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"falcon-gateway-{version}",
        "documentNamespace": f"urn:falcon-gateway:{version}:{created:%Y%m%dT%H%M%SZ}",
        "creationInfo": {"created": f"{created:%Y-%m-%dT%H:%M:%SZ}", "creators": ["Tool: packaging/sbom.py"]},
        "packages": [packages[key] for key in sorted(packages)],
        "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in relations],
    }, indent=1))


main()
