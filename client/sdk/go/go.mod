module MODULE

go 1.18

require (
	google.golang.org/genproto/googleapis/rpc v0.0.0-20230525234030-28d5490b6b19
	google.golang.org/grpc v1.57.0
	google.golang.org/protobuf v1.30.0
)
