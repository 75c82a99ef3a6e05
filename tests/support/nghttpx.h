// nghttpx: a proxy that puts HTTP/2 with TLS in front of a server that speaks HTTP/1.1.
#ifndef FALCON_TESTS_SUPPORT_NGHTTPX_H_
#define FALCON_TESTS_SUPPORT_NGHTTPX_H_

#include <string>

#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

namespace falcon::testing {

// Serves at a socket in its own folder. The certificate of the server behind it is not checked.
class Nghttpx {
 public:
  struct Files {
    std::string key;
    std::string certificate;
  };
  // Returns when it serves. `server_port` is a port of 127.0.0.1.
  Nghttpx(int server_port, bool server_tls, const Files& files)
      : socket_(scratch_.folder() + "/h2.sock"),
        child_({"nghttpx", "--conf=/dev/null", "--single-process", "--workers=1", "--no-ocsp",
                "--insecure", "--frontend=unix:" + socket_,
                "--backend=127.0.0.1," + std::to_string(server_port) + (server_tls ? ";;tls" : ""),
                files.key, files.certificate},
               "Listening on") {}

  // The path of the socket.
  const std::string& socket() const { return socket_; }

 private:
  TempDir scratch_;
  std::string socket_;
  Child child_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_NGHTTPX_H_
