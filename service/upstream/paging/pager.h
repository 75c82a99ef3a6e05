// Pager: the pages of a filtered, ordered collection, past 10,000 records and expired cursors, each
// record once.
#ifndef FALCON_UPSTREAM_PAGING_PAGER_H_
#define FALCON_UPSTREAM_PAGING_PAGER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "fql/catalogue.h"
#include "fql/filter_compiler.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "upstream/call/upstream_client.h"
#include "upstream/lookup/lookup.h"
#include "upstream/lookup/record_fields.h"
#include "upstream/paging/page_token.h"

namespace falcon::upstream {

// A collection and how to read it. Descriptors and decoder outlive the pager.
struct PagePlan {
  const Operation* operation;  // takes pages
  // The pages hold ids only, whose records this brings. Null: they hold records.
  const Operation* entities = nullptr;
  const json::Decoder* decoder;
  json::DecodeOptions options;
  const google::protobuf::FieldDescriptor*
      id_field;  // decoded always, cleared again if not selected
  fql::Order order;
  // The record field that `order` sorts by, if a dead cursor can be passed by `<field>:>='value'`:
  // an instant or a number that every record has and that never changes. Decoded and cleared as
  // id_field. Null: a dead cursor is ABORTED (CURSOR_EXPIRED).
  const google::protobuf::FieldDescriptor* seek_field = nullptr;
  options::v1::FqlKind seek_kind = options::v1::FQL_KIND_UNSPECIFIED;  // how FQL writes it
  // Records whose names it does not match are passed by. What it compares is decoded and cleared as
  // id_field.
  fql::NameFilter names;
  int page_size = 0;  // coerced to what the operation takes
  Parameters query;   // besides those of paging
  // Looks records up by id, as whole as the pages hold them where no parameter trims those. Null:
  // there is no such look-up.
  const Operation* look_ups = nullptr;
  bool whole = false;  // the reader wants all: what a window cuts off is said before the first row
  milliseconds attempt_timeout{0};        // as an UpstreamRequest's
  size_t answer_bytes = kMaxRecordBytes;  // what the records of one answer may weigh
};

// Where an answer has to end.
struct PageCut {
  int records = 0;  // of the page, up to there
  Cursor next;      // what goes on from there
};

// One page: records appended to the repeated field, and where the next one starts.
struct PageOutcome {
  Cursor next;
  bool last = false;  // nothing follows
  json::DecodeReport report;
  // Of a page that is more than one answer holds: where each answer but the last ends.
  std::vector<PageCut> cuts;
  int limit = 0;           // rows of the last request
  bool impatient = false;  // larger pages took too long
};

// What must be decoded of a record, whatever the reader selected.
json::DecodeOptions DecodedBy(const PagePlan& plan);
// Clears what the reader did not select.
void ClearUnselected(const PagePlan& plan, google::protobuf::Message& record);

// Fetches the page at `cursor` and appends its records to repeated field `records` of `answer`: at
// least one, unless the page is the last or ten in a row held nothing but other names. A cursor
// that is too old and can be passed, or is answered CURSOR_EXPIRED, is passed by a re-seek: filter
// AND sort key from the last value on, records in `cursor.seen` left out, and on by cursor in the
// new query while a tie is longer than a page. Before the first record it starts anew. A page that
// is cut, malformed or reset is fetched again (the chain's retries). Where the operation pages by
// offset, each page of an order that can be re-sought starts anew at the last value, so that
// neither its window nor a record that vanishes cuts the list; another order ends at the window
// with OUT_OF_RANGE (OFFSET_WINDOW). IDs without a record are in `stats.errors`. The
// request has the facets that the selected fields need. A page that is too large, or does not come
// in time, is asked for again at half the size.
//
// Totals are hints. A list ends where Falcon names no next page and counts no more, or with an
// empty page; a full page is followed by another call even where the total is just reached by
// counting. Where the end and the total contradict each other, the rest is sought once by the sort
// value, past the last record: what is found goes on, nothing ends the list with a note
// (TOTAL_IS_WRONG). In an order that cannot be sought the page is asked for once more, then the
// list is UNAVAILABLE (UPSTREAM_MALFORMED). So is a first page that has no rows though some are
// counted, and one whose records have no ids.
//
// Guards against loops: the same cursor again, or an empty page with a
// next one, three times in a row, or an earlier cursor again, is DATA_LOSS (CURSOR_LOOP). A record
// that is larger than an answer comes alone, its largest texts cut (TEXT_TRUNCATED in
// `stats.notes`). Failures leave `answer` as it was.
Task<absl::StatusOr<PageOutcome>> FetchPage(ReadContext read, const PagePlan& plan, Cursor cursor,
                                            google::protobuf::Message& answer, std::string records);

// OUT_OF_RANGE (OFFSET_WINDOW): more rows than the operation counts.
absl::Status OffsetWindowExceeded(const Operation& operation);

// UNAVAILABLE (UPSTREAM_MALFORMED): what came is no page of Falcon's, or not the rest of the list.
absl::Status Malformed(const Operation& operation, std::string_view why);

// DATA_LOSS (CURSOR_LOOP): the pages never end.
absl::Status CursorLoop();

// ABORTED (CURSOR_EXPIRED): Falcon forgot the place, as `expired` says, and there is no other way
// back.
absl::Status CursorExpired(const absl::Status& expired);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_PAGER_H_
