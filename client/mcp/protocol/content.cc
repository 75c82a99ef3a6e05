// Makes blocks of answers.
#include "mcp/protocol/content.h"

#include <utility>

namespace falcon::mcp {

Content Content::Text(std::string text) {
  Content content;
  content.text = std::move(text);
  return content;
}

Content Content::Image(std::string data, std::string mime_type) {
  Content content;
  content.kind = Kind::kImage;
  content.data = std::move(data);
  content.mime_type = std::move(mime_type);
  return content;
}

Content Content::Audio(std::string data, std::string mime_type) {
  Content content = Image(std::move(data), std::move(mime_type));
  content.kind = Kind::kAudio;
  return content;
}

Content Content::Resource(ResourceContents resource) {
  Content content;
  content.kind = Kind::kResource;
  content.resource = std::move(resource);
  return content;
}

}  // namespace falcon::mcp
