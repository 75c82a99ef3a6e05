"""Writes the methods of the Go client, which follow from the protos.

usage: generate.py DESCRIPTOR_SET FOLDER MODULE VERSION     (the descriptor set holds imports and source info)
"""
import pathlib
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from methods import Field, comments_of, kind_of, read_files  # noqa: E402

HEAD = """// The methods of the API. Generated from the protos.

package falcongateway

import (
	"context"

	pb "{module}/v1"
)

const version = "{version}"
"""
METHODS = {
    "unary": """
func (c *Client) {name}(ctx context.Context, request *pb.{request}) (*pb.{response}, error) {{
	return unary(ctx, c, "{path}", request, &pb.{response}{{}})
}}
""",
    "batch": """
func (c *Client) {name}(ctx context.Context, request *pb.{request}) (*pb.{response}, error) {{
	return batch(ctx, c, "{path}", request, func() *pb.{response} {{ return &pb.{response}{{}} }})
}}
""",
    "pages": """
func (c *Client) {name}(ctx context.Context, request *pb.{request}) *Iterator[{record}] {{
	return pages(ctx, c, "{path}", request, func() *pb.{response} {{ return &pb.{response}{{}} }}, (*pb.{response}).Get{records})
}}
""",
    "export": """
func (c *Client) {name}(ctx context.Context, request *pb.{request}) *Export[{record}] {{
	return export(ctx, c, "{path}", request, func() *pb.{response} {{ return &pb.{response}{{}} }}, (*pb.{response}).Get{records})
}}
""",
}


def short(name):
    return name.rpartition(".")[2]


def methods(files):
    messages = {f".{file.package}.{message.name}": message for file in files for message in file.message_type}
    for file in files:
        comments = comments_of(file)
        for i, service in enumerate(file.service):
            for j, rpc in enumerate(service.method):
                response = messages[rpc.output_type]
                records = response.field[0] if response.field else Field()
                record = "*pb." + short(records.type_name) if records.type == Field.TYPE_MESSAGE else "string"
                yield "\n" + textwrap.fill(f"{rpc.name}: {comments[6, i, 2, j]}", 110, initial_indent="// ", subsequent_indent="// ")
                yield METHODS[kind_of(rpc, messages[rpc.input_type], response)].format(
                    name=rpc.name, request=short(rpc.input_type), response=short(rpc.output_type), record=record,
                    path=f"/{file.package}.{service.name}/{rpc.name}", records="".join(word.title() for word in records.name.split("_")))


def main():
    descriptor_set, folder, module, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    (folder / "methods.go").write_text(HEAD.format(module=module, version=version) + "".join(methods(read_files(descriptor_set))))


main()
