// ValueCounts: how often each value of one field occurs in the records that are added.
#ifndef FALCON_RPC_SERVICES_VALUE_COUNTS_H_
#define FALCON_RPC_SERVICES_VALUE_COUNTS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/aggregation.pb.h"
#include "fql/catalogue.h"
#include "google/protobuf/message.h"

namespace falcon::rpc {

// The start of the interval that `instant` lies in, in UTC: an hour, a week from Monday, a month, else
// a day.
std::chrono::sys_seconds IntervalStart(std::chrono::sys_seconds instant,
                                       v1::AggregationInterval interval);

// A record counts once for each of its different values. Memory is bounded by the number of values.
// One thread at a time.
class ValueCounts {
 public:
  static constexpr size_t kMaxValues = 100'000;
  static constexpr size_t kMaxIntervals = 10'000;
  static constexpr size_t kMaxBytes = size_t{16} << 20;  // of all values

  // `name`: a path in `record`, else a name in its `catalogue`, which outlives the counts. Instants
  // are counted by `interval`. INVALID_ARGUMENT on `request_field` where no values can be counted.
  static absl::StatusOr<ValueCounts> Of(const std::string& name, std::string_view request_field,
                                        v1::AggregationInterval interval,
                                        const google::protobuf::Descriptor* record,
                                        const fql::Catalogue& catalogue);

  // As a read mask names it.
  std::string path() const;

  // OUT_OF_RANGE (TOO_MANY_VALUES) once the records hold more values than are counted.
  absl::Status Add(const google::protobuf::Message& record);

  // The `size` most frequent values; of instants all intervals, in their order.
  v1::AggregationTable Table(size_t size) const;

 private:
  using Path = std::vector<const google::protobuf::FieldDescriptor*>;

  ValueCounts(std::string name, Path path, v1::AggregationInterval interval,
              const fql::Catalogue& catalogue);

  void Collect(const google::protobuf::Message& message, size_t step);
  void CollectMisfits(const google::protobuf::Message& record);
  // Empty: no value. `index` -1: the field is not repeated.
  std::string Label(const google::protobuf::Message& message, int index) const;

  std::string name_;
  Path path_;
  std::string json_path_;
  std::string fql_name_;  // empty: none
  v1::AggregationInterval interval_;
  const fql::Catalogue* catalogue_;
  bool instants_;
  std::unordered_map<std::string, int64_t> counts_;
  size_t bytes_ = 0;
  int64_t missing_ = 0;
  std::vector<std::string> values_;  // of the record that is added
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_VALUE_COUNTS_H_
