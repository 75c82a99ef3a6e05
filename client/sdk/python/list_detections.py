#!/usr/bin/env python3
"""Lists detections page by page: one line each, graver marks first. Generate the stubs as ../README.md says."""

import argparse
import pathlib
import sys
import unicodedata

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "gen"))
from falcon_gateway.v1 import detections_pb2, detections_pb2_grpc, types_pb2  # noqa: E402


def pages(stub, request, timeout=30):
    """Yields every detection that matches, asking for the next page only when it is wanted."""
    while True:
        answer = stub.ListDetections(request, timeout=timeout)
        yield from answer.detections
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token


def harmless(text):
    """Host and file names are written by attackers: no control or invisible character reaches the terminal."""
    return "".join(c if unicodedata.category(c)[0] != "C" else f"\\u{{{ord(c):04X}}}" for c in text)


def line(detection):
    severity = types_pb2.Severity.Name(detection.severity).removeprefix("SEVERITY_").lower()
    created = detection.created_timestamp.ToJsonString()
    return harmless(f"{severity:13} {created:24} {detection.device.hostname:20} "
                    f"{detection.display_name:32} {detection.composite_id}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="127.0.0.1:50051")
    parser.add_argument("--ca-file", help="speak TLS and trust these certificates")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--min-severity", default="medium")
    parser.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    try:
        severity = types_pb2.Severity.Value("SEVERITY_" + options.min_severity.upper())
    except ValueError:
        parser.error("--min-severity is one of informational, low, medium, high, critical")

    if options.ca_file:
        credentials = grpc.ssl_channel_credentials(pathlib.Path(options.ca_file).read_bytes())
        channel = grpc.secure_channel(options.address, credentials)
    else:
        channel = grpc.insecure_channel(options.address)
    with channel:
        stub = detections_pb2_grpc.DetectionServiceStub(channel)
        request = detections_pb2.ListDetectionsRequest(filter={"days": options.days, "min_severity": severity})
        try:
            for count, detection in enumerate(pages(stub, request)):
                if count == options.limit:
                    break
                print(line(detection))
        except grpc.RpcError as error:
            print(f"{error.code().name}: {harmless(error.details())}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
