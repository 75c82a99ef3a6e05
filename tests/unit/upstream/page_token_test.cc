// Page tokens: what they keep, and whom they refuse.
#include "upstream/paging/page_token.h"

#include <gtest/gtest.h>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "tests/support/status_matchers.h"
#include "upstream/paging/cursor.h"

namespace falcon::upstream {

using testing::FailsWith;

namespace {

using absl::StatusCode;

constexpr std::string_view kBinding = "0123456789abcdef0123456789abcdef";

Secret Key() { return Secret("a key of thirty-two bytes or more"); }

Cursor Example() {
  Cursor cursor;
  cursor.upstream = "WzE3MDAwMDAwMDAwMDAsImFiYyJd";
  cursor.offset = 300;
  cursor.filter = "created_timestamp:>='2026-01-01T00:00:00Z'";
  cursor.anchor = "2026-01-02T00:00:00.001Z";
  cursor.seek_value = "2026-01-02T00:00:00.123Z";
  cursor.seen = {IdHash("a"), IdHash("b")};
  cursor.sent = 1'000'000'000'000;
  cursor.dropped = 999;
  cursor.total = 0;
  cursor.issued = WallTime(milliseconds(1'780'000'000'123));
  cursor.pages = 77;
  cursor.mark = ~uint64_t{0};
  return cursor;
}

class PageTokenTest : public ::testing::Test {
 protected:
  absl::StatusOr<Cursor> Open(std::string_view token, std::string_view binding = kBinding) const {
    return tokens.Open(token, binding, "page_token");
  }
  const PageTokens tokens{Key(), "client/cid"};
};

TEST_F(PageTokenTest, ATokenKeepsTheWholeCursor) {
  EXPECT_EQ(*Open(tokens.Seal(Example(), kBinding)), Example());
  EXPECT_EQ(*Open(tokens.Seal(Cursor(), kBinding)), Cursor());
}

TEST_F(PageTokenTest, ATokenIsTextThatAnyUrlCarries) {
  const std::string token = tokens.Seal(Example(), kBinding);
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST_F(PageTokenTest, ATokenWithAnyByteChangedIsRefused) {
  const std::string token = tokens.Seal(Example(), kBinding);
  for (size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', '_', '=', ' ', '\0'}) {
      std::string forged = token;
      if (forged[i] == other) continue;
      forged[i] = other;
      EXPECT_THAT(Open(forged), FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID")) << i;
    }
  }
}

TEST_F(PageTokenTest, ATokenThatIsCutOrLengthenedIsRefused) {
  const std::string token = tokens.Seal(Example(), kBinding);
  for (size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(Open(token.substr(0, length)).ok()) << length;
  }
  EXPECT_FALSE(Open(token + "A").ok());
  EXPECT_FALSE(Open(token + "=").ok());
  EXPECT_FALSE(Open(" " + token).ok());
  EXPECT_FALSE(Open(std::string(4 << 20, 'A')).ok());
}

TEST_F(PageTokenTest, ARefusedTokenNamesItsFieldAndWhatToDo) {
  const auto refused = tokens.Open("nonsense", kBinding, "resume_token");
  ASSERT_EQ(Violations(refused.status()).size(), 1u);
  EXPECT_EQ(Violations(refused.status())[0].field, "resume_token");
}

TEST_F(PageTokenTest, ATokenOfAnotherTenantOrKeyIsRefused) {
  const std::string token = tokens.Seal(Example(), kBinding);
  const PageTokens stranger(Key(), "client/other");
  EXPECT_THAT(stranger.Open(token, kBinding, "page_token"),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  const PageTokens rotated(Secret("another key of thirty-two bytes.."), "client/cid");
  EXPECT_FALSE(rotated.Open(token, kBinding, "page_token").ok());
}

TEST_F(PageTokenTest, ATokenOfAnotherRequestIsAMismatch) {
  const std::string token = tokens.Seal(Example(), kBinding);
  EXPECT_THAT(Open(token, "fedcba9876543210fedcba9876543210"),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(PageTokenTest, AReplicaWithTheSameSecretOpensTheToken) {
  const Secret secret("the client secret");
  const PageTokens one(DerivePageTokenKey(secret), "t");
  const PageTokens two(DerivePageTokenKey(secret), "t");
  EXPECT_EQ(*two.Open(one.Seal(Example(), kBinding), kBinding, "page_token"), Example());
  EXPECT_EQ(DerivePageTokenKey(secret).Reveal().size(), 32u);
  EXPECT_NE(DerivePageTokenKey(secret), DerivePageTokenKey(Secret("another")));
}

TEST_F(PageTokenTest, ALongTieIsLeftOutTogetherWithTheWayPastADeadCursor) {
  Cursor cursor = Example();
  cursor.seen.assign(5000, 1);
  const std::string token = tokens.Seal(cursor, kBinding);
  EXPECT_LE(token.size(), 16u << 10);
  const Cursor opened = *Open(token);
  EXPECT_TRUE(opened.seen.empty());
  EXPECT_TRUE(opened.seek_value.empty());
  EXPECT_EQ(opened.upstream, cursor.upstream);
}

TEST_F(PageTokenTest, InsideASeamThatIsLeftOutFalconsCursorGoesToo) {
  Cursor cursor = Example();
  cursor.seen.assign(5000, 1);
  cursor.anchor = cursor.seek_value;
  EXPECT_TRUE(Open(tokens.Seal(cursor, kBinding))->upstream.empty());
}

TEST_F(PageTokenTest, ALongFilterStillFits) {
  Cursor cursor = Example();
  cursor.filter = std::string(100'000, 'f');
  EXPECT_EQ(Open(tokens.Seal(cursor, kBinding))->filter, cursor.filter);
}

TEST(BindingTest, ThePageSizeAndTheTokenMayChangeNothingElse) {
  v1::ListDetectionsRequest request;
  request.mutable_filter()->set_hostname("SRV-*");
  request.mutable_filter()->set_days(7);
  const std::string binding = PageTokens::Binding(request);
  v1::ListDetectionsRequest next = request;
  next.set_page_size(500);
  next.set_page_token("x");
  EXPECT_EQ(PageTokens::Binding(next), binding);
  next.mutable_filter()->set_days(8);
  EXPECT_NE(PageTokens::Binding(next), binding);
  next = request;
  next.mutable_read_mask()->add_paths("status");
  EXPECT_NE(PageTokens::Binding(next), binding);
}

TEST(BindingTest, AnExportMayChangeItsBatchSize) {
  v1::ExportDetectionsRequest request;
  const std::string binding = PageTokens::Binding(request);
  request.set_batch_size(10);
  request.set_resume_token("x");
  EXPECT_EQ(PageTokens::Binding(request), binding);
}

TEST(BindingTest, RequestsOfTwoMethodsDiffer) {
  EXPECT_NE(PageTokens::Binding(v1::ListDetectionsRequest()),
            PageTokens::Binding(v1::ExportDetectionsRequest()));
}

TEST(CursorCodecTest, BytesThatNoCursorWroteAreRefused) {
  const std::string bytes = EncodeCursor(Example());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(DecodeCursor(bytes.substr(0, length)), std::nullopt) << length;
  }
  EXPECT_EQ(DecodeCursor(bytes + "x"), std::nullopt);
  std::string other_version = bytes;
  other_version.back() = 1;
  EXPECT_EQ(DecodeCursor(other_version), std::nullopt);
  std::string huge = bytes.substr(0, 1) + "\xFF\xFF\xFF\xFF\x0F";
  EXPECT_EQ(DecodeCursor(huge), std::nullopt);
}

}  // namespace
}  // namespace falcon::upstream
