// PageReader: the calls that it takes to get one page with records, or to reach the end.
#ifndef FALCON_UPSTREAM_PAGING_PAGE_READER_H_
#define FALCON_UPSTREAM_PAGING_PAGE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "upstream/paging/page_request.h"
#include "upstream/paging/pager.h"

namespace falcon::upstream {

// Serves one FetchPage, which documents the behaviour. One thread at a time.
class PageReader {
 public:
  PageReader(const PagePlan& plan, Cursor cursor, const ReadContext& read,
             google::protobuf::Message& answer, const std::string& records);

  // The last page ended where the window does.
  bool AtEnd();

  // The next call, or why there is none.
  absl::StatusOr<UpstreamRequest> NextCall();
  // Of the next call. Those of the read, until a page is asked for again: then of age 0.
  const CallOptions& options() const { return options_; }

  // OK: another call is worth it.
  absl::Status Recover(const absl::Status& failure);

  // True: the page is complete. False: the response had nothing new, another call may. `as_of`: when
  // the call was sent.
  absl::StatusOr<bool> Take(const json::Document& document, SteadyTime as_of, Entities entities);

  // How to look up the ids of a page that was asked for at `as_of`.
  LookupPlan Lookup(SteadyTime as_of) const;
  const google::protobuf::Message& prototype() const;
  json::DecodeReport& report() { return page_.report; }

  PageOutcome Done() { return std::move(page_); }

 private:
  bool CanSeek() const;
  // Whether the count can start anew past its window, since more than one sort value lies in it.
  bool CanPassWindow() const;
  void Seek();
  // Whether the rest was sought, and nothing came that had not been sent before.
  bool SoughtInVain() const { return sent_at_seek_ == page_.next.sent; }
  void MoveTo(std::string upstream);
  // What is asked once more is asked of Falcon.
  bool AskAgain();
  // Brent: whatever the circle's length, the cursor marked last comes again.
  bool TurnsInCircle(const std::string& next);
  // Once more than was sent can be found by the sort value, offsets are no longer needed.
  bool Resumable(const Cursor& at) const;
  // Where a token of the last page leads: to nothing more, though nothing can be sought there.
  std::string TokenOfEnd(const PageEnd& end) const;
  bool IsCounted(const PageEnd& end) const { return ByOffset(plan_) || IsOffsetLink(end.next); }
  bool InOrder() const { return plan_.seek_field != nullptr && !page_.next.seek_value.empty(); }

  absl::StatusOr<bool> TakeEmpty(const PageEnd& end, bool known_total);
  absl::StatusOr<bool> TakeRows(const PageEnd& end, Entities entities);
  absl::StatusOr<bool> EndInDoubt(const PageEnd& end, int passed, bool asked_before);
  bool Unsure(const PageEnd& end) const;
  size_t rows() const { return document_->envelope().resources; }
  std::string IdAt(size_t row) const {
    return plan_.entities == nullptr ? document_->TextOf(row, id_key_) : ids_.at(row);
  }
  // The first row of the page that was not answered before; nullopt: nobody knows.
  std::optional<size_t> FirstNewRow() const;
  int AddRecords(size_t from);
  int AddEntities(Entities entities, size_t from);
  // False: a re-seek brought it again, or it has another name than asked for. Clears what was not
  // selected, and ends the answer before it where that is full. `row`: where it stands in the page.
  bool Accept(TieDeduplicator& tie, google::protobuf::Message& record, std::string id, size_t row);
  Cursor CursorBefore(size_t row, const TieDeduplicator& tie) const;
  // How many rows the page answered or left out for their names.
  int Passed(const TieDeduplicator& tie);
  void Finish(const PageEnd& end);

  const PagePlan& plan_;
  const Clock& clock_;
  CallOptions options_;
  CallStats& stats_;
  google::protobuf::Message& answer_;
  const google::protobuf::FieldDescriptor* records_;
  std::string id_key_;
  int asked_ = 0;  // rows, by the last call
  int seeks_ = 0;
  int strikes_ = 0;
  int idle_ = 0;
  bool doubted_ = false;  // once: what comes again may end in an empty page again
  std::optional<int64_t> sent_at_seek_;
  SteadyTime::duration age_{0};  // of the answer that is taken
  // The page that is taken.
  const json::Document* document_ = nullptr;
  std::vector<std::string> ids_;  // where it holds ids
  Cursor asked_at_;               // without `seen`
  int added_ = 0;
  int dropped_ = 0;    // of it: records of other names
  int fruitless_ = 0;  // pages that held no others
  size_t weight_ = 0;  // of the answer that is being filled
  PageOutcome page_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_PAGE_READER_H_
