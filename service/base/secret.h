// A string that does not show itself: prints [redacted], and wipes its bytes when it goes.
#ifndef FALCON_BASE_SECRET_H_
#define FALCON_BASE_SECRET_H_

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace falcon {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view value) : bytes_(value.begin(), value.end()) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Secret& operator=(Secret other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~Secret();

  bool empty() const { return bytes_.empty(); }
  // The only way to the value. Call it where it is checked, sent or made a key, nowhere else.
  std::string_view Reveal() const { return {bytes_.data(), bytes_.size()}; }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Secret& secret) {
    return out << (secret.empty() ? "" : "[redacted]");
  }

 private:
  std::vector<char> bytes_;  // on the heap always: a short std::string would leave copies behind
};

// Overwrites the bytes of `text` in a way that the compiler keeps, and empties it.
void SecureErase(std::string& text);

}  // namespace falcon

#endif  // FALCON_BASE_SECRET_H_
