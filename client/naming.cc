// Names from descriptors.
#include "naming.h"

#include <algorithm>
#include <iterator>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

// A capital opens a word, unless it goes on a run of capitals: the last of a run opens one only
// before a lower-case letter that is not a mere plural s.
bool OpensWord(std::string_view name, size_t at) {
  if (at == 0 || !IsUpper(name[at])) return at == 0;
  if (!IsUpper(name[at - 1])) return true;
  if (at + 1 >= name.size() || !IsLower(name[at + 1])) return false;
  const bool plural_s = name[at + 1] == 's' && (at + 2 == name.size() || IsUpper(name[at + 2]));
  return !plural_s;
}

std::string StemOf(const ServiceDescriptor& service) {
  std::vector<std::string> words = Words(service.name());
  if (words.size() > 1 && words.back() == "service") words.pop_back();
  return Join(words, "-");
}

// Where `part` stands in `whole` as whole words; npos if nowhere.
size_t FindWords(const std::vector<std::string>& whole, const std::vector<std::string>& part) {
  const auto at = std::search(whole.begin(), whole.end(), part.begin(), part.end());
  return at == whole.end() ? std::string::npos : static_cast<size_t>(at - whole.begin());
}

// The words of the name without the stem, singular or plural; empty if it is not among them.
std::vector<std::string> WithoutStem(const std::vector<std::string>& name,
                                     const std::string& stem) {
  for (const std::string& form : {stem, Plural(stem)}) {
    const std::vector<std::string> part = Split(form, '-');
    const size_t at = FindWords(name, part);
    if (at == std::string::npos) continue;
    std::vector<std::string> rest = name;
    const auto first = rest.begin() + static_cast<std::ptrdiff_t>(at);
    rest.erase(first, first + static_cast<std::ptrdiff_t>(part.size()));
    return rest;
  }
  return {};
}

// The service's own noun, in the singular; empty where no method names it.
std::string OwnStem(const ServiceDescriptor& service) {
  std::string stem = StemOf(service);
  for (int i = 0; i < service.method_count(); ++i) {
    if (!WithoutStem(Words(service.method(i)->name()), stem).empty()) return stem;
  }
  return {};
}

// The word that all methods of a service with several begin with; empty where they do not.
std::string SharedVerb(const ServiceDescriptor& service) {
  const std::string verb = Words(service.method(0)->name()).front();
  for (int i = 1; i < service.method_count(); ++i) {
    if (Words(service.method(i)->name()).front() != verb) return {};
  }
  return service.method_count() > 1 ? verb : std::string();
}

// "vulnerabilities" -> "vulnerability".
std::string Singular(std::string_view plural) {
  if (plural.ends_with("ies")) return StrCat(plural.substr(0, plural.size() - 3), "y");
  for (size_t cut = 1; cut <= 2 && cut < plural.size(); ++cut) {
    std::string stem(plural.substr(0, plural.size() - cut));
    if (Plural(stem) == plural) return stem;
  }
  return std::string(plural);
}

std::vector<std::string> ListedStems(const ServiceDescriptor& service) {
  std::vector<std::string> stems;
  for (int i = 0; i < service.method_count(); ++i) {
    const std::vector<std::string> name = Words(service.method(i)->name());
    if (name.size() > 1 && name[0] == "list") {
      stems.push_back(Singular(Join({name.begin() + 1, name.end()}, "-")));
    }
  }
  return stems;
}

// The method's noun in the singular.
std::string StemOf(const MethodDescriptor& method) {
  const std::vector<std::string> name = Words(method.name());
  for (const std::string& stem : ListedStems(*method.service())) {
    if (!WithoutStem(name, stem).empty()) return stem;
  }
  return OwnStem(*method.service());
}

std::string ShortVerb(const MethodDescriptor& method) {
  const std::vector<std::string> name = Words(method.name());
  const std::string stem = StemOf(method);
  const std::vector<std::string> rest =
      stem.empty() ? std::vector<std::string>() : WithoutStem(name, stem);
  if (!rest.empty()) return Join(rest, "-");
  const bool batch = name.size() > 2 && name[0] == "batch";
  const bool plain = batch || name[0] == "get" || name[0] == "list" || stem.empty();
  const size_t verb = batch ? 2 : plain ? 1 : 0;
  if (name.size() <= verb) return Join(name, "-");
  return Join({name.begin() + static_cast<std::ptrdiff_t>(verb), name.end()}, "-");
}

std::string EnumPrefix(const EnumDescriptor& type) {
  return Upper(Join(Words(type.name()), "_")) + "_";
}

}  // namespace

std::vector<std::string> Words(std::string_view camel) {
  std::vector<std::string> words;
  for (size_t at = 0; at < camel.size(); ++at) {
    if (OpensWord(camel, at)) words.emplace_back();
    words.back().append(Lower(camel.substr(at, 1)));
  }
  return words;
}

std::string Plural(std::string_view word) {
  const std::string text(word);
  const auto ends = [&](std::string_view tail) { return text.ends_with(tail); };
  const bool vowel_y = ends("ay") || ends("ey") || ends("oy") || ends("uy");
  if (ends("y") && !vowel_y) return text.substr(0, text.size() - 1) + "ies";
  if (ends("s") || ends("x") || ends("ch") || ends("sh")) return text + "es";
  return text + "s";
}

std::string NounOf(const MethodDescriptor& method) {
  const std::string stem = StemOf(method);
  return stem.empty() ? SharedVerb(*method.service()) : Plural(stem);
}

std::string VerbOf(const MethodDescriptor& method) {
  std::string verb = ShortVerb(method);
  const ServiceDescriptor& service = *method.service();
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& other = *service.method(i);
    const bool collides = &other != &method && ShortVerb(other) == verb;
    if (collides && StemOf(other) == StemOf(method)) return Join(Words(method.name()), "-");
  }
  return verb;
}

std::string FlagNameOf(const FieldDescriptor& field) {
  const std::string& singular = field.options().GetExtension(options::v1::singular_name);
  return Replace(field.is_repeated() && !singular.empty() ? singular : field.name(), '_', '-');
}

bool IsRecordIdField(const FieldDescriptor& field) {
  return field.number() == 1 && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         (field.name() == "id" || field.name().ends_with("_id"));
}

bool IsDeviceIdField(const FieldDescriptor& field) {
  constexpr std::string_view kNames[] = {"aid", "device_id"};
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         std::find(std::begin(kNames), std::end(kNames), field.name()) != std::end(kNames);
}

bool IsHostNameField(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && field.name() == "hostname";
}

std::string EnumWord(const EnumValueDescriptor& value) {
  const std::string prefix = EnumPrefix(*value.type());
  const bool prefixed = value.name().starts_with(prefix) && value.name() != prefix;
  return Lower(prefixed ? value.name().substr(prefix.size()) : value.name());
}

std::vector<std::string> EnumWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) words.push_back(EnumWord(*type.value(i)));
  }
  return words;
}

const EnumValueDescriptor* EnumValueNamed(const EnumDescriptor& type, std::string_view word) {
  const std::string wanted = Replace(Lower(word), '-', '_');
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (value->number() == 0) continue;
    if (wanted == EnumWord(*value) || wanted == Lower(value->name())) return value;
  }
  return nullptr;
}

}  // namespace falcon::client
