"""Writes what follows from the protos: the methods of Client and AsyncClient, the names of falcon_gateway.v1, and the version.

usage: generate.py DESCRIPTOR_SET PACKAGE_FOLDER VERSION     (the descriptor set holds imports and source info)
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from methods import Field, comments_of, kind_of, read_files, snake  # noqa: E402

SCALARS = {Field.TYPE_STRING: "str", Field.TYPE_BYTES: "bytes", Field.TYPE_BOOL: "bool", Field.TYPE_DOUBLE: "float", Field.TYPE_FLOAT: "float"}
CLIENTS = {
    "Client": ("SyncCaller", "Pager", "Export", "A client that blocks the thread that calls it. Any number of threads may call at once."),
    "AsyncClient": ("AsyncCaller", "AsyncPager", "AsyncExport", "A client for asyncio, of one event loop."),
}
HEAD = '''"""The clients, with a method for each method of the gateway. Generated from the protos."""
from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional, Union

from google.protobuf import field_mask_pb2

from falcon_gateway import v1
from falcon_gateway.aio import AsyncCaller, AsyncExport, AsyncPager
from falcon_gateway.request import build
from falcon_gateway.sync import Export, Pager, SyncCaller
'''


def class_name(type_name):
    return {".google.protobuf.FieldMask": "field_mask_pb2.FieldMask"}.get(type_name, "v1." + type_name.rpartition(".")[2])


def type_of(field):
    if field.type == Field.TYPE_MESSAGE:
        one = f"Union[{class_name(field.type_name)}, Mapping[str, Any]]"
    elif field.type == Field.TYPE_ENUM:
        one = f"Union[{class_name(field.type_name)}, str]"
    else:
        one = SCALARS.get(field.type, "int")
    return f"Iterable[{one}]" if field.label == Field.LABEL_REPEATED else one


def method(service, rpc, about, messages, asynchronous, pager, export):
    (request, field_comments), (response, _) = messages[rpc.input_type], messages[rpc.output_type]
    kind = kind_of(rpc, request, response)
    answer, first = class_name(rpc.output_type), response.field[0] if response.field else Field()
    record = class_name(first.type_name) if first.type == Field.TYPE_MESSAGE else "str"
    result = {"pages": f"{pager}[{answer}, {record}]", "export": f"{export}[{answer}, {record}]"}.get(kind, answer)
    waits = asynchronous and kind in ("unary", "batch")
    types = f"{answer}, {record}" if kind in ("pages", "export") else answer
    fields = "".join(f", {field.name}: Optional[{type_of(field)}] = None" for field in request.field)
    given = ", ".join(f"{field.name}={field.name}" for field in request.field)
    yield f"    {'async ' if waits else ''}def {snake(rpc.name)}("
    yield f"        self, request: Optional[{class_name(rpc.input_type)}] = None, *, timeout: Optional[float] = None{fields}"
    yield f"    ) -> {result}:"
    yield f'        """{about}'
    if request.field:
        yield ""
        yield from (f"        {field.name}: {comment}" for field, comment in zip(request.field, field_comments))
    yield '        """'
    yield f"        message = build({class_name(rpc.input_type)}, request, dict({given}))"
    yield f'        return {"await " if waits else ""}self._{kind}("/{service}/{rpc.name}", message, {types}, timeout)'
    yield ""


def write_clients(files, package):
    messages = {}
    for file in files:
        comments = comments_of(file)
        for i, message in enumerate(file.message_type):
            messages[f".{file.package}.{message.name}"] = message, [comments.get((4, i, 2, j), "") for j in range(len(message.field))]
    lines = [HEAD]
    for client, (base, pager, export, about) in CLIENTS.items():
        lines += ["", f"class {client}({base}):", f'    """{about}"""', ""]
        for file in files:
            comments = comments_of(file)
            for i, service in enumerate(file.service):
                for j, rpc in enumerate(service.method):
                    name = f"{file.package}.{service.name}"
                    lines += method(name, rpc, comments[6, i, 2, j], messages, base == "AsyncCaller", pager, export)
    (package / "client.py").write_text("\n".join(lines))


def write_names(files, package):
    lines = ['"""Every message, enum and enum value of the API. Generated from the protos."""']
    for file in files:
        names = [message.name for message in file.message_type] + [enum.name for enum in file.enum_type]
        names += [value.name for enum in file.enum_type for value in enum.value]
        module = pathlib.Path(file.name).stem + "_pb2"
        lines.append(f"from falcon_gateway.v1.{module} import (" + ", ".join(f"{name} as {name}" for name in names) + ")")
    (package / "v1/__init__.py").write_text("\n".join(lines) + "\n")


def main():
    descriptor_set, package, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    ours = read_files(descriptor_set)
    write_clients(ours, package)
    write_names(ours, package)
    (package / "_version.py").write_text(f'"""The version of the package. Generated."""\n__version__ = "{version}"\n')


main()
