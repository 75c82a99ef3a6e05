// What a prompt gathers and embeds: parts with live data, each answered, empty, failed or left out.
#ifndef FALCON_CLIENT_MCP_PROMPTS_DOSSIER_H_
#define FALCON_CLIENT_MCP_PROMPTS_DOSSIER_H_

#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mcp/prompts/question.h"
#include "mcp/prompts/shown_part.h"
#include "mcp/protocol/server_definition.h"

namespace falcon::mcp {

// A part that is to be asked for.
struct Wanted {
  // Its name in the prompt, and in its URI: "detections".
  std::string key;
  // What it is, in a sentence: "Detections of the incident".
  std::string title;
  Question question;
  // Its share of the room where not all fits.
  int weight = 1;
  // Empty: falcon://prompts/<prompt>/<key>.
  std::string uri = {};
  // Path of what is read but not shown; empty: all is shown.
  std::string hidden = {};
};

// The words around the parts. They hold nothing that Falcon said.
struct PromptText {
  std::string description;
  // What is asked for, and about what: the first paragraph.
  std::string task;
  // What to write, and in which order: the last message.
  std::string_view outline;
};

// Most bytes of a whole prompt: two results of the bridge, but at least 32 KiB, since outlines need
// room too.
size_t PromptBytes(const Bridge& bridge);

class Dossier {
 public:
  // `inquiry` must outlive it. `prompt`: its name.
  Dossier(std::string prompt, const Inquiry& inquiry);

  // Asks for all at once, and keeps what came in this order.
  void Gather(std::vector<Wanted> wanted);
  // A part that was not asked for, because of what a sentence in our words says.
  void Leave(std::string title, std::string reason);

  // The answer of a part, and its failure; null: there is none.
  const google::protobuf::Message* AnswerOf(std::string_view key) const;
  const client::Failure* FailureOf(std::string_view key) const;

  // Takes records out of a part's answer: those in the list at `list` of which the field `id_field`
  // is one of `ids`.
  void Drop(std::string_view key, std::string_view list, std::string_view id_field,
            const std::vector<std::string>& ids);

  // A failure in sentences, without hostile characters.
  std::string WhyNot(const client::Failure& failure) const;

  // The prompt: the task, a line for each part, the parts themselves as resources, and the outline,
  // within PromptBytes. Once, at the end. CANCELLED when the call was stopped; if no part was
  // answered, why not.
  absl::StatusOr<PromptResult> Finish(const PromptText& text);

 private:
  struct Part {
    Wanted wanted;
    // Unset where `left_out` says why.
    std::optional<Reply> reply;
    std::string left_out;
  };
  // A part as it is told.
  struct Item {
    std::string title;
    std::string uri;
    std::string line;
    // Null: there is nothing to embed.
    std::unique_ptr<ShownPart> shown;
    int weight = 0;
  };

  absl::Status Gathered() const;
  const Part* Find(std::string_view key) const;
  Item ItemOf(Part& part, std::string& last_reason) const;
  static void Fit(std::vector<Item>& items, size_t room);

  const std::string prompt_;
  const Inquiry& inquiry_;
  std::vector<Part> parts_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_DOSSIER_H_
