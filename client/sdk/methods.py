"""What the generators of the clients know about the methods of the API."""
import collections
import re

from google.protobuf import descriptor_pb2

Field = descriptor_pb2.FieldDescriptorProto


def read_files(descriptor_set):
    """The files of the API in a descriptor set with imports and source info."""
    files = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set.read_bytes()).file
    ours = [file for file in files if file.package == "falcon_gateway.v1"]
    methods = collections.Counter(snake(rpc.name) for file in ours for service in file.service for rpc in service.method)
    assert max(methods.values()) == 1, "a method name is not unique"
    return ours


def comments_of(file):
    """Leading comments by the path of their element."""
    return {tuple(place.path): " ".join(place.leading_comments.split()) for place in file.source_code_info.location}


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def kind_of(rpc, request, response):
    names = {field.name for field in response.field}
    if rpc.server_streaming:
        return "export"
    if "next_page_token" in names:
        return "pages"
    first = request.field[0] if request.field else Field()
    if rpc.name.startswith("BatchGet") and first.type == Field.TYPE_STRING and first.label == Field.LABEL_REPEATED:
        return "batch"
    return "unary"
