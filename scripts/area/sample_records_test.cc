// SampleRecordService: its noun, which gives it the tests that all nouns share. Write tests of your own
// for what is special to it.
#include "tests/e2e/nouns.h"

namespace falcon::e2e {

extern const Noun kSampleRecord;
const Noun kSampleRecord = {
    .record = "SampleRecord",
    .flag = "--sample-records",
    .small = 80,
    .medium = 1000,
    .unknown_id = "0123456789abcdef0123456789abcdef",
    .no_match = "statuses: 'disabled' fql: \"status:'enabled'\"",
    .order = "-created_timestamp",
    .other_order = "created_timestamp created_timestamp",
    .list_calls = 2,
    .ids_per_call = 100,
    .filters =
        {
            {"statuses: 'disabled'", "status = disabled"},
            {"days: 100", "created_timestamp >= {interval}"},
            {"created { end { seconds: {100d} } }", "created_timestamp < {100d}"},
            {"fql: \"status:'enabled'\"", "status = enabled"},
        },
    .refused =
        {
            {"ListSampleRecords"},
            {"filter { statuses: 'enabeld' }", "filter.statuses", "enabled"},
        },
};

}  // namespace falcon::e2e
