// DecodeReport: what the records of an answer hold that their messages have no place for, by field.
#ifndef FALCON_JSON_DECODE_REPORT_H_
#define FALCON_JSON_DECODE_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace falcon::json {

struct DecodeReport {
  struct Field {
    int64_t count = 0;
    std::string example;  // JSON text, escaped
  };
  static constexpr size_t kMaxFields = 100;
  static constexpr size_t kMaxExampleBytes = 64;

  int64_t skipped_values = 0;
  int64_t skipped_records = 0;  // no JSON objects, or without an id
  // By path without places in lists, such as "files_written.timestamp"; records by the name of
  // their message. At most kMaxFields: further ones are only counted above.
  std::map<std::string, Field> fields;

  // One value of `field`, or `count` records of the message `record`. The new entry, which wants an
  // example; null where there was one, or is none.
  Field* AddValue(std::string_view field);
  Field* AddRecord(std::string_view record, int64_t count = 1);
  void Add(const DecodeReport& other);

 private:
  Field* Named(std::string_view name, int64_t count);
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DECODE_REPORT_H_
