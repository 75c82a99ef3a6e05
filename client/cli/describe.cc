// Describes nouns, verbs and fields from their comments.
#include <algorithm>
#include <set>

#include "base/error.h"
#include "cli/flags.h"
#include "cli/reference.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

class Page {
 public:
  explicit Page(size_t width) : width_(width == 0 ? 100 : std::max<size_t>(width, 50)) {}

  void Title(std::string_view text) { out_.append(StrCat(out_.empty() ? "" : "\n", text, "\n")); }

  void Paragraph(std::string_view text, size_t indent) {
    for (const std::string& line : Wrap(text, width_ - indent)) {
      out_.append(StrCat(std::string(indent, ' '), line, "\n"));
    }
  }

  void Item(std::string_view name, std::string_view text, size_t indent) {
    out_.append(StrCat(std::string(indent, ' '), name, "\n"));
    Paragraph(text, indent + 4);
  }

  std::string Take() { return std::move(out_); }

 private:
  const size_t width_;
  std::string out_;
};

// Each message type is described once: a record may hold one twice, or itself.
void AddFields(const Descriptor& type, size_t indent, std::set<const Descriptor*>& seen,
               Page& page) {
  if (!seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool brief = field.options().GetExtension(options::v1::brief);
    page.Item(StrCat(field.name(), "  (", field.is_map() ? "map" : TypeName(field),
                     brief ? ", brief" : "", ")"),
              CommentOf(field), indent);
    if (field.enum_type() != nullptr) {
      page.Paragraph(StrCat("Words: ", Join(EnumWords(*field.enum_type()), ", "), "."), indent + 4);
    }
    if (field.message_type() != nullptr && !field.is_map() &&
        KindOf(*field.message_type()) == MessageKind::kOther) {
      AddFields(*field.message_type(), indent + 4, seen, page);
    }
  }
}

void AddUpstream(const Method& method, Page& page) {
  const options::v1::Upstream& upstream =
      method.descriptor->options().GetExtension(options::v1::upstream);
  if (upstream.operations().empty()) return;
  page.Title("BEHIND IT");
  page.Paragraph(StrCat("Falcon operations: ",
                        Join({upstream.operations().begin(), upstream.operations().end()}, ", "),
                        ". API scopes: ", ScopesOf(*method.descriptor), "."),
                 2);
}

std::string CommandOf(const Method& method) {
  return StrCat("fgctl ", method.noun, method.noun.empty() ? "" : " ", method.verb);
}

std::string DescribeMethod(const Method& method, size_t width) {
  Page page(width);
  page.Title(StrCat(CommandOf(method), "  (", method.descriptor->full_name(), ")"));
  const std::vector<Flag> flags = FlagsOf(method);
  page.Paragraph(InFlagTerms(flags, CommentOf(*method.descriptor)), 2);
  if (!flags.empty()) page.Title("FLAGS");
  if (const Flag* positional = PositionalOf(method, flags)) {
    page.Paragraph(StrCat("--", positional->name, " may be given without its name."), 2);
  }
  for (const Flag& flag : flags) {
    const std::string hint = flag.ValueHint();
    page.Item(StrCat("--", flag.name, hint.empty() ? "" : " ", hint), flag.help, 2);
  }
  for (const OwnFlag& flag : MethodFlags(method)) {
    page.Item(StrCat("--", flag.name, flag.value_hint.empty() ? "" : " ", flag.value_hint),
              flag.help, 2);
  }
  page.Title("ANSWER");
  std::set<const Descriptor*> seen;
  AddFields(*method.descriptor->output_type(), 2, seen, page);
  AddUpstream(method, page);
  return page.Take();
}

void AddVerbs(const Noun& noun, Page& page) {
  page.Title(noun.name.empty() ? std::string("fgctl") : StrCat("fgctl ", noun.name));
  page.Paragraph(noun.about, 2);
  for (const Method& method : noun.methods) {
    page.Item(method.verb, CommentOf(*method.descriptor), 2);
  }
}

std::string DescribeNoun(const Noun& noun, size_t width) {
  Page page(width);
  AddVerbs(noun, page);
  for (const Method& method : noun.methods) {
    if (method.verb != "list" || method.shape.records == nullptr) continue;
    const Descriptor& record = *method.shape.records->message_type();
    page.Title(StrCat("FIELDS of a ", record.name()));
    page.Paragraph(CommentOf(record), 2);
    std::set<const Descriptor*> seen;
    AddFields(record, 2, seen, page);
  }
  return page.Take();
}

std::vector<std::string> VerbsOf(const Noun& noun) {
  std::vector<std::string> verbs;
  verbs.reserve(noun.methods.size());
  for (const Method& method : noun.methods) verbs.push_back(method.verb);
  return verbs;
}

}  // namespace

std::string TypeName(const FieldDescriptor& field) {
  std::string name = field.type_name();
  if (field.message_type() != nullptr) name = field.message_type()->name();
  if (field.enum_type() != nullptr) name = field.enum_type()->name();
  return field.is_repeated() ? StrCat("repeated ", name) : name;
}

std::string ScopesOf(const google::protobuf::MethodDescriptor& method) {
  const options::v1::Upstream& upstream = method.options().GetExtension(options::v1::upstream);
  if (upstream.operations().empty()) return "none";
  if (upstream.scopes().empty()) {
    return method.service()->options().GetExtension(options::v1::scope);
  }
  return Join({upstream.scopes().begin(), upstream.scopes().end()}, ", ");
}

absl::StatusOr<const Noun*> NounNamed(const Catalog& catalog, const std::string& word) {
  std::vector<std::string> names;
  for (const Noun& noun : catalog.nouns()) {
    if (noun.name == word && !word.empty()) return &noun;
    if (!noun.name.empty()) names.push_back(noun.name);
  }
  return absl::InvalidArgumentError(StrCat(
      word.empty() ? "A noun is required." : StrCat("'", EscapeUnsafe(word), "' is not a noun."),
      " Known: ", Join(names, ", "), "."));
}

absl::StatusOr<std::string> Describe(const Catalog& catalog, const std::vector<std::string>& words,
                                     size_t width) {
  if (words.empty()) {
    Page page(width);
    for (const Noun& noun : catalog.nouns()) AddVerbs(noun, page);
    return page.Take();
  }
  if (words.size() == 1) {
    if (const Method* method = catalog.Find("", words[0])) return DescribeMethod(*method, width);
  }
  ASSIGN_OR_RETURN(const auto noun, NounNamed(catalog, words[0]));
  if (words.size() == 1) return DescribeNoun(*noun, width);
  if (const Method* method = catalog.Find(words[0], words[1])) {
    return DescribeMethod(*method, width);
  }
  return absl::InvalidArgumentError(StrCat("'", EscapeUnsafe(words[1]), "' is not a verb of ",
                                           words[0], ". Known: ", Join(VerbsOf(*noun), ", "), "."));
}

}  // namespace falcon::client
