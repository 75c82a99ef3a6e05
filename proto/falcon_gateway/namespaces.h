// Short names of the generated code's namespaces, for all rooms.
#ifndef FALCON_GATEWAY_NAMESPACES_H_
#define FALCON_GATEWAY_NAMESPACES_H_

namespace falcon_gateway::v1 {}
namespace falcon_gateway::options::v1 {}

namespace falcon {
namespace v1 = falcon_gateway::v1;
namespace options = falcon_gateway::options;
}  // namespace falcon

#endif  // FALCON_GATEWAY_NAMESPACES_H_
